import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../domain/access.ts';
import type { Env } from '../env.ts';
import { findKey, findLiveSession, isLive, projectSession } from '../store/credentials.ts';
import { withDeadline } from '../store/deadline.ts';
import { SESSIONS_AT_ONCE, type SessionsOf, selectLiveSessions } from '../store/live-sessions.ts';
import type { MemberRecord } from '../store/members.ts';
import { insertSession, type SessionRecord, updateSessionRevoked } from '../store/sessions.ts';
import type { Caller } from '../tools/define-tool.ts';
import { copyMember } from './members-copy.ts';

/** Who is asking: API keys and dashboard sessions, both known only by their SHA-256. */

export const KEY_PREFIX = 'inv_';
const DEADLINE_MS = 8_000;
/** What a client sends that never put its key in place of the variable. */
const UNSET_KEY = /^\$\{?\w+\}?$/;
const SESSION_MS = 30 * 24 * 3_600_000;

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What an Authorization header holds: nothing, one of our keys (perhaps a bad one), a bearer token of another kind, or something else. */
export type Credential =
  | { kind: 'none' }
  | { kind: 'key'; key: string }
  | { kind: 'token'; token: string }
  | { kind: 'foreign' };

export function readCredential(header: string | undefined): Credential {
  if (header === undefined) return { kind: 'none' };
  const match = /^Bearer(?:\s+(.*))?$/i.exec(header.trim());
  if (!match) return { kind: 'foreign' };
  const token = (match[1] ?? '').trim();
  const ours = token === '' || token.startsWith(KEY_PREFIX) || UNSET_KEY.test(token);
  return ours ? { kind: 'key', key: token } : { kind: 'token', token };
}

/** The caller behind a key, or null when it is unknown, revoked or expired. Throws when no store answers. */
export async function callerOfKey(env: Env, key: string, now: number): Promise<Caller | null> {
  if (!key.startsWith(KEY_PREFIX)) return null;
  const record = await findKey(env, { hash: sha256(key), now });
  if (!record || !isLive(record, now)) return null;
  const { workspace_id, workspace_name, email, id, scopes, member_id, agent_name } = record;
  return {
    ...{ workspaceId: workspace_id, workspaceName: workspace_name, email, credentialId: id, scopes },
    ...{ memberId: member_id, agentName: agent_name },
  };
}

/** Who signs in, and by which key where it is by one: the session ends with it. */
export type SigningIn = { member: MemberRecord; keyId: string | null };

/** Starts a session and answers with the random part that the cookie carries; null where the key does not work any more. */
export async function startSession(
  env: Env,
  { member, keyId }: SigningIn,
  now: number,
): Promise<{ token: string; expiresAt: number } | null> {
  const token = randomBytes(32).toString('base64url');
  const hash = sha256(token);
  const { workspace_id, workspace_name, id: member_id, email, role } = member;
  const row = { hash, workspaceId: workspace_id, memberId: member_id, keyId };
  const expiresAt = await withDeadline(
    insertSession(env.DB, { ...row, createdAt: now, expiresAt: now + SESSION_MS }),
    DEADLINE_MS,
  );
  if (expiresAt === null) return null;
  const record: SessionRecord = {
    ...{ workspace_id, workspace_name, member_id, email, role, key_id: keyId },
    ...{ expires_at: expiresAt, revoked_at: null },
  };
  const projected = [projectSession(env.KV, hash, record), copyMember(env, { ...member, removed_at: now })];
  await withDeadline(Promise.all(projected), DEADLINE_MS);
  return { token, expiresAt };
}

/** A session that holds, as its member is now. */
export type SignedIn = { hash: string; session: SessionRecord & { role: Role } };

export async function sessionOf(env: Env, token: string, now: number): Promise<SignedIn | null> {
  const hash = sha256(token);
  const session = await findLiveSession(env, { hash, now });
  return session && { hash, session };
}

type OpenSession = { hash: string; session: SessionRecord };

/** KV is told first, because checks believe it: what D1 calls ended is then never a session that still opens a page. */
export async function endSession(env: Env, { hash, session }: OpenSession, now: number): Promise<void> {
  await withDeadline(projectSession(env.KV, hash, { ...session, revoked_at: now }), DEADLINE_MS);
  await withDeadline(updateSessionRevoked(env.DB, hash, now), DEADLINE_MS);
}

/** Ends all of a member's sessions, or all that were opened with a key. */
export async function endSessions(env: Env, whose: SessionsOf, now: number): Promise<void> {
  let sessions: OpenSession[];
  do {
    const found = await withDeadline(selectLiveSessions(env.DB, whose, now), DEADLINE_MS);
    sessions = found.map(({ hash, record: session }) => ({ hash, session }));
    await Promise.all(sessions.map((each) => endSession(env, each, now)));
  } while (sessions.length === SESSIONS_AT_ONCE);
}
