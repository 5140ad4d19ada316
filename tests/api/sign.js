// Prints the signature that GitHub's own library makes for a body: node sign.js SECRET < body
import { readFileSync } from 'node:fs';
import { Webhooks } from '@octokit/webhooks';

const [secret] = process.argv.slice(2);
console.log(await new Webhooks({ secret }).sign(readFileSync(0, 'utf8')));
