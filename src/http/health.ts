import { Hono } from 'hono';
import { agentObject } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectOne } from '../store/workspaces.ts';
import type { App } from './app.ts';

const DEADLINE_MS = 3_000;

export const health = new Hono<App>();

health.get('/healthz', (c) => c.json({ ok: true }));

/** Whether D1 and an object answer. The object asked is one that nobody registers, and stays empty. */
health.get('/readyz', async (c) => {
  const [database, object] = await Promise.all([
    answers(selectOne(c.env.DB)),
    answers(agentObject(c.env, 'readyz', 'probe').describe()),
  ]);
  return c.json({ ok: database && object, database, object }, database && object ? 200 : 503);
});

function answers(work: Promise<unknown>): Promise<boolean> {
  return withDeadline(work, DEADLINE_MS).then(
    () => true,
    () => false,
  );
}
