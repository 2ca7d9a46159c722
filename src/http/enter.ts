import type { Context } from 'hono';
import type { MemberRecord } from '../store/members.ts';
import type { App } from './app.ts';
import { endSession, type SignedIn } from './auth.ts';
import { openSession } from './session.ts';

/** Begins a session for a member in place of the one that somebody has, if any: a browser is in one workspace at a time. */
export async function enterAs(
  c: Context<App>,
  { member, from, now }: { member: MemberRecord; from: SignedIn | null; now: number },
): Promise<Response> {
  await openSession(c, { member, keyId: null }, now);
  if (from) await endSession(c.env, from, now);
  return c.redirect('/', 303);
}
