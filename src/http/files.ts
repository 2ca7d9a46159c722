import { Hono } from 'hono';
import { readFile } from '../store/files.ts';
import { TRACER_FILE } from '../tools/tracing.ts';
import type { App } from './app.ts';

/** Files served as they are: what pages load, and the tracer. */
export const files = new Hono<App>();

const SERVED: Record<string, { path: string; type: string }> = {
  '/assets/base.css': { path: 'dashboard/assets/base.css', type: 'text/css; charset=utf-8' },
  '/assets/frame.css': { path: 'dashboard/assets/frame.css', type: 'text/css; charset=utf-8' },
  '/assets/run.css': { path: 'dashboard/assets/run.css', type: 'text/css; charset=utf-8' },
  '/assets/lists.css': { path: 'dashboard/assets/lists.css', type: 'text/css; charset=utf-8' },
  '/assets/listing.css': { path: 'dashboard/assets/listing.css', type: 'text/css; charset=utf-8' },
  '/assets/settings.css': { path: 'dashboard/assets/settings.css', type: 'text/css; charset=utf-8' },
  '/assets/live.js': { path: 'dashboard/assets/live.js', type: 'text/javascript; charset=utf-8' },
  '/assets/favicon.svg': { path: 'dashboard/assets/favicon.svg', type: 'image/svg+xml' },
  '/api/tracer': { path: TRACER_FILE, type: 'text/x-python; charset=utf-8' },
};

for (const [url, { path, type }] of Object.entries(SERVED)) {
  files.get(url, async (c) =>
    c.body(await readFile(c.env, path), 200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }),
  );
}
