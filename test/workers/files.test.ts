import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { request } from './client.ts';

test('what pages load is served with its type, and nothing else of the source goes along', async () => {
  const types = { 'base.css': 'text/css', 'live.js': 'text/javascript', 'favicon.svg': 'image/svg+xml' };
  for (const [name, type] of Object.entries(types)) {
    const answer = await request(`/assets/${name}`);
    expect(answer.status, name).toBe(200);
    expect(answer.headers.get('content-type')).toContain(type);
    expect((await answer.text()).length).toBeGreaterThan(100);
  }
  expect((await request('/assets/worker.ts')).status).toBe(404);
  for (const path of ['worker.ts', 'env.ts', 'store/migrations/0001_initial.sql', 'http/auth.ts']) {
    expect((await env.FILES.fetch(`https://files/${path}`)).status, path).toBe(404);
  }
});
