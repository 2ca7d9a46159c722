import { Hono } from 'hono';
import { readFile } from '../store/files.ts';
import { JS_TRACER_FILE, TRACER_FILE } from '../tools/tracing.ts';
import type { App } from './app.ts';

/** Files served as they are: what pages load, and the tracers. */
export const files = new Hono<App>();

const CSS = 'text/css; charset=utf-8';
const JAVASCRIPT = 'text/javascript; charset=utf-8';

/** What pages load, by the name it has in the dashboard's `assets`. */
const ASSETS: Record<string, string> = {
  'base.css': CSS,
  'frame.css': CSS,
  'run.css': CSS,
  'lists.css': CSS,
  'listing.css': CSS,
  'settings.css': CSS,
  'charts.css': CSS,
  'agent.css': CSS,
  'case.css': CSS,
  'report.css': CSS,
  'overview.css': CSS,
  'docs.css': CSS,
  'webhooks.css': CSS,
  'members.css': CSS,
  'tabs.css': CSS,
  'live.js': JAVASCRIPT,
  'copy.js': JAVASCRIPT,
  'blueprint.js': JAVASCRIPT,
  'review.js': JAVASCRIPT,
  'first-use.js': JAVASCRIPT,
  'favicon.svg': 'image/svg+xml',
};

const SERVED: Record<string, { path: string; type: string }> = {
  ...Object.fromEntries(
    Object.entries(ASSETS).map(([name, type]) => [`/assets/${name}`, { path: `dashboard/assets/${name}`, type }]),
  ),
  '/api/tracer': { path: TRACER_FILE, type: 'text/x-python; charset=utf-8' },
  '/api/tracer.mjs': { path: JS_TRACER_FILE, type: JAVASCRIPT },
};

for (const [url, { path, type }] of Object.entries(SERVED)) {
  files.get(url, async (c) =>
    c.body(await readFile(c.env, path), 200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }),
  );
}
