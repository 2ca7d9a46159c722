import { type Scope, scopesOf } from '../../domain/access.ts';
import type { Env } from '../../env.ts';
import { findMember } from '../../store/credentials.ts';
import { withDeadline } from '../../store/deadline.ts';
import type { Caller } from '../../tools/define-tool.ts';
import { sha256 } from '../auth.ts';
import { authorizationServer, type GrantProps, oauthEnv, resourceOf } from './authorization-server.ts';

/** Who calls with an access token: the member who granted it, as far as they still are one. */

const FRESH_MS = 30_000;
/** While KV fails, what it said last may live on, though never longer than the token. */
const STALE_MS = 12 * 3_600_000;
const KV_DEADLINE_MS = 2_000;
const MAX_KNOWN = 5_000;

type Granted = GrantProps & { scope: string[]; clientId: string; tokenExpiresAt: number };
type Known = { granted: Granted; at: number };

const known = new Map<string, Known>();

export type TokenUse = { token: string; address: string; now: number };
/** `most` is what the member could grant at all. */
export type TokenCaller = { caller: Caller; most: readonly Scope[] };

/** Null for a token that is unknown, expired, withdrawn, or made for another address. @throws when no store can say */
export async function callerOfToken(env: Env, use: TokenUse): Promise<TokenCaller | null> {
  const granted = await grantedTo(env, use);
  if (!granted || (granted.expiresAt ?? Number.POSITIVE_INFINITY) <= use.now) return null;
  const member = await findMember(env, { id: granted.memberId, now: use.now });
  if (!member || member.workspace_id !== granted.workspaceId) return null;
  const most = scopesOf(member.role);
  const caller = {
    workspaceId: member.workspace_id,
    workspaceName: member.workspace_name,
    email: member.email,
    credentialId: `app_${sha256(`${member.id}:${granted.clientId}`).slice(0, 16)}`,
    scopes: most.filter((scope) => granted.scope.includes(scope)),
    memberId: member.id,
    agentName: null,
  };
  return { caller, most };
}

/** Nothing of a member's tokens may be remembered here once one was withdrawn. */
export function forgetTokensOf(memberId: string): void {
  for (const [hash, { granted }] of known) if (granted.memberId === memberId) known.delete(hash);
}

async function grantedTo(env: Env, { token, address, now }: TokenUse): Promise<Granted | null> {
  const hash = sha256(`${address} ${token}`);
  const last = known.get(hash);
  const age = last ? now - last.at : Number.POSITIVE_INFINITY;
  const holds = last !== undefined && last.granted.tokenExpiresAt > now && age >= 0;
  if (holds && age < FRESH_MS) return last.granted;
  try {
    const granted = await withDeadline(validate(env, token, address), KV_DEADLINE_MS);
    remember(hash, granted, now);
    return granted;
  } catch (error) {
    if (holds && age < STALE_MS) return last.granted;
    throw error;
  }
}

async function validate(env: Env, token: string, address: string): Promise<Granted | null> {
  const server = authorizationServer(address);
  const valid = await server.validateToken<GrantProps>(resourceOf(address), token, oauthEnv(env));
  if (!valid) return null;
  const { props, scope, clientId, expiresAt } = valid;
  return { ...props, scope, clientId, tokenExpiresAt: expiresAt * 1000 };
}

function remember(hash: string, granted: Granted | null, at: number): void {
  known.delete(hash);
  if (!granted) return;
  if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value ?? '');
  known.set(hash, { granted, at });
}
