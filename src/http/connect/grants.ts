import type { GrantSummary } from '@cloudflare/workers-oauth-provider';
import * as z from 'zod';
import type { Env } from '../../env.ts';
import { authorizationServer, oauthEnv } from './authorization-server.ts';
import { forgetTokensOf } from './token-caller.ts';

/** What members granted to clients, and its end. */

/** What we note beside a grant, where a list can read it. */
export const GrantNote = z.object({
  client_name: z.string(),
  redirect_host: z.string(),
  /** The API key that its giver was signed in by: the grant ends with it. */
  key_id: z.string().nullable(),
});
export type GrantNote = z.infer<typeof GrantNote>;

/** A client that acts for a member. Times are epoch milliseconds. */
export type ConnectedApp = {
  id: string;
  clientName: string;
  redirectHost: string;
  scopes: string[];
  createdAt: number;
  keyId: string | null;
};

const PAGE = 100;

/** Grants are kept by member, whatever address they were made at. */
function grants(env: Env) {
  return authorizationServer('http://localhost').getOAuthApi(oauthEnv(env));
}

/** What a member has granted, newest first; at most 100. */
export async function connectedApps(env: Env, memberId: string): Promise<ConnectedApp[]> {
  const { items } = await grants(env).listUserGrants(memberId, { limit: PAGE });
  return items.map(toApp).sort((a, b) => b.createdAt - a.createdAt || a.id.localeCompare(b.id));
}

function toApp({ id, scope, metadata, createdAt }: GrantSummary): ConnectedApp {
  const note = GrantNote.safeParse(metadata).data;
  return {
    id,
    clientName: note?.client_name ?? 'A client',
    redirectHost: note?.redirect_host ?? '',
    scopes: scope,
    createdAt: createdAt * 1000,
    keyId: note?.key_id ?? null,
  };
}

/** Withdraws one grant with all its tokens. Repeating it changes nothing. */
export async function withdrawGrant(env: Env, { memberId, id }: { memberId: string; id: string }): Promise<void> {
  await grants(env).revokeGrant(id, memberId);
  forgetTokensOf(memberId);
}

/** Withdraws all that a member granted, or what was granted out of sessions that a key opened. */
export async function withdrawGrants(
  env: Env,
  { memberId, keyId }: { memberId: string; keyId?: string },
): Promise<void> {
  const api = grants(env);
  let cursor: string | undefined;
  do {
    const page = await api.listUserGrants(memberId, { limit: PAGE, ...(cursor ? { cursor } : {}) });
    const ending = page.items.map(toApp).filter((app) => keyId === undefined || app.keyId === keyId);
    await Promise.all(ending.map(({ id }) => api.revokeGrant(id, memberId)));
    cursor = page.cursor;
  } while (cursor !== undefined);
  forgetTokensOf(memberId);
}
