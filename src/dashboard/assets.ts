import base from './assets/base.css';
import frame from './assets/frame.css';
import lists from './assets/lists.css';
import script from './assets/live.js';
import run from './assets/run.css';

const FAVICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.5" fill="#0b5a57"/>' +
  '<g fill="#fff"><rect x="3" y="3.6" width="6.4" height="2" rx="1"/><rect x="3" y="7" width="10" height="2" rx="1"/>' +
  '<rect x="6.6" y="10.4" width="6.4" height="2" rx="1"/></g></svg>';

/** What the pages load besides themselves, by the name behind `/assets/`. */
export const assets: Record<string, { body: string; type: string }> = {
  'style.css': { body: [base, frame, run, lists].join('\n'), type: 'text/css; charset=utf-8' },
  'live.js': { body: script, type: 'text/javascript; charset=utf-8' },
  'favicon.svg': { body: FAVICON, type: 'image/svg+xml' },
};
