import js from '@eslint/js';
import globals from 'globals';

export default [
  js.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: { 'no-console': 'error', 'prefer-const': 'error', eqeqeq: 'error', 'no-var': 'error' },
  },
];
