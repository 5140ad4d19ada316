import assert from 'node:assert/strict';
import test from 'node:test';

import { baked } from './fixtures.js';
import { counted, grid, worstFirst } from '../../src/page/web/ward.js';

test('as many leads as fit', () => {
  for (let count = 1; count < 40; count += 1) {
    for (const [width, height] of [[1, 1], [390, 844], [844, 390], [1920, 1080], [3440, 800], [8000, 4000]]) {
      const { columns, rows, shown } = grid(count, width, height);
      assert.ok(shown >= 1 && shown <= count);
      assert.ok(columns * rows >= shown && columns * (rows - 1) < shown, 'no empty row');
      assert.ok(rows === 1 || height / rows >= 110);
      assert.ok(columns === 1 || width / columns >= 320);
    }
  }
  assert.deepEqual(grid(1, 1920, 1080), { columns: 1, rows: 1, shown: 1 });
  assert.equal(grid(5, 390, 844).columns, 1);
  assert.equal(grid(40, 390, 844).shown, 7);
});

test('the worst come first, equals keep their places', () => {
  const words = ['passed', 'unknown', 'failed', 'running', 'passed', 'flaky', 'stopped', 'failed'];
  assert.deepEqual(worstFirst(words, baked.verdicts), [2, 7, 5, 3, 1, 6, 0, 4]);
  assert.equal(counted(words, baked.verdicts), '2 failed, 1 flaky, 1 running, 1 unknown, 1 stopped, 2 passed');
});
