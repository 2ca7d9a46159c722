import type { Context } from 'hono';
import { updateKeyUsed } from '../store/keys.ts';
import type { Caller } from '../tools/define-tool.ts';
import type { App } from './app.ts';

const HOUR_MS = 3_600_000;
const MAX_NOTED = 5_000;

/** When this isolate last noted the use of a key, by its id. */
const noted = new Map<string, number>();

/** Notes in D1, at most hourly and after the answer, that a key was used. A D1 that is away costs the note. */
export function noteKeyUse(c: Context<App>, { workspaceId, credentialId: id }: Caller, now: number): void {
  if (now - (noted.get(id) ?? 0) < HOUR_MS) return;
  if (noted.size >= MAX_NOTED) noted.clear();
  noted.set(id, now);
  const use = { workspaceId, id, now, since: now - HOUR_MS };
  c.executionCtx.waitUntil(updateKeyUsed(c.env.DB, use).catch(() => undefined));
}
