// The one script: the page, and the worker that draws for it.

import { openPage } from './app.js';
import { serve } from './worker.js';

if (typeof document === 'undefined') serve();
else openPage(document.currentScript?.textContent ?? null);
