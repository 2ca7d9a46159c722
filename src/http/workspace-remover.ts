import type { Context } from 'hono';
import { getSignedCookie } from 'hono/cookie';
import { withDeadline } from '../store/deadline.ts';
import { selectRemoverByKey, selectRemoverBySession } from '../store/workspace-removal.ts';
import type { Caller } from '../tools/define-tool.ts';
import { callerOf } from './api/caller.ts';
import type { App } from './app.ts';
import { readCredential, type SignedIn, sha256 } from './auth.ts';
import { currentSession } from './session.ts';

/**
 * Who may go on with the deletion of a workspace. Every door has been closed to them since it began, this one too; the rows of D1, which go
 * last, still say who they are. Nothing but the deletion asks these.
 */

const D1_DEADLINE_MS = 8_000;
const COOKIE = 'invarium_session';

/** The caller behind a key, also one that only the deletion of its workspace revoked. @throws Refusal like `callerOf` */
export async function callerOrRemover(c: Context<App>, now: number): Promise<Caller> {
  try {
    return await callerOf(c, now);
  } catch (error) {
    const credential = readCredential(c.req.header('authorization'));
    if (credential.kind !== 'key') throw error;
    const found = await withDeadline(selectRemoverByKey(c.env.DB, sha256(credential.key), now), D1_DEADLINE_MS);
    if (!found) throw error;
    c.set('workspace', found.workspace_id);
    const whose = { workspaceId: found.workspace_id, workspaceName: found.workspace_name, credentialId: found.id };
    return { ...whose, email: '', scopes: ['admin'], memberId: null, agentName: null };
  }
}

/** Who is signed in, also an owner whose session only the deletion of the workspace ended; null for everybody else. */
export async function sessionOrRemover(c: Context<App>, now: number): Promise<SignedIn | null> {
  const who = await currentSession(c, now);
  if (who) return who;
  const token = await getSignedCookie(c, c.env.SESSION_SECRET, COOKIE);
  const hash = token ? sha256(token) : null;
  const found = hash && (await withDeadline(selectRemoverBySession(c.env.DB, hash, now), D1_DEADLINE_MS));
  if (!hash || !found) return null;
  c.set('workspace', found.workspace_id);
  const { workspace_id, workspace_name, id: member_id, expires_at } = found;
  const session = { workspace_id, workspace_name, member_id, expires_at: expires_at ?? 0, revoked_at: null };
  return { hash, session: { ...session, email: '', role: 'owner', key_id: null } };
}
