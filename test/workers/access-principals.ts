import { env } from 'cloudflare:workers';
import { createHmac, randomBytes } from 'node:crypto';
import { serializeSigned } from 'hono/utils/cookie';
import { SCOPES, type Scope } from '../../src/domain/access.ts';
import { sha256 } from '../../src/http/auth.ts';
import { authorizationServer, type GrantProps, oauthEnv } from '../../src/http/connect/authorization-server.ts';
import { mintKey } from '../../src/http/mint-key.ts';
import { revokeKey } from '../../src/http/revoke-key.ts';
import type { Owned } from './access-ids.ts';
import type { Ask, Row } from './access-rows.ts';
import { signInAs, signInCode } from './browser.ts';
import { Issuer } from './ci-trust-issuer.ts';
import { ORIGIN, request, type Workspace } from './client.ts';
import { pkce, REDIRECT } from './oauth-client.ts';

/** Everybody who may come to a door and should not get through, or not everywhere. */
export const PRINCIPALS = [
  'none',
  'malformed',
  'bad',
  'revoked',
  'expired',
  'other workspace',
  'viewer',
  'wrong scope',
  'token of another audience',
  'CI token',
  'CI signature',
  'signed-out session',
  'forged session',
] as const;
export type Principal = (typeof PRINCIPALS)[number];

/** What a principal brings to a door: headers for an API, a cookie for a page. */
export type Credentials = (principal: Principal, row: Row, ask: Ask) => Promise<Record<string, string>>;

const COOKIE = 'invarium_session';

async function keyOf({ id }: Workspace, scopes: readonly Scope[], expiresAt: number | null = null) {
  const keyId = `key_${randomBytes(8).toString('hex')}`;
  const wanted = { id: keyId, workspaceId: id, name: 'Matrix', scopes, createdAt: 1, expiresAt };
  const minted = await mintKey(env, wanted);
  if (!('key' in minted)) throw new Error('no key was made');
  return { keyId, key: minted.key };
}

/** A member of the workspace who may only look. */
async function addViewer(workspace: Workspace): Promise<Workspace> {
  const memberId = `mb_${randomBytes(8).toString('hex')}`;
  await env.DB.prepare(
    `INSERT INTO members (id, workspace_id, email, role, created_at, person_id)
     VALUES (?1, ?2, 'viewer@example.com', 'viewer', 2, ?1)`,
  )
    .bind(memberId, workspace.id)
    .run();
  return { ...workspace, memberId };
}

/** An access token as the server of that address gives it to somebody of the workspace. */
async function tokenOf(workspace: Workspace, address: string): Promise<string> {
  const server = authorizationServer(address);
  const api = server.getOAuthApi(oauthEnv(env));
  const { clientId } = await api.createClient({ redirectUris: [REDIRECT], tokenEndpointAuthMethod: 'none' });
  const { verifier, challenge } = pkce();
  const props: GrantProps = { workspaceId: workspace.id, memberId: workspace.memberId, expiresAt: null };
  const { redirectTo } = await api.completeAuthorization({
    request: {
      ...{ responseType: 'code', clientId, redirectUri: REDIRECT, scope: ['read'], state: 's', issuer: address },
      ...{ codeChallenge: challenge, codeChallengeMethod: 'S256', resource: `${address}/mcp` },
    },
    ...{ userId: workspace.memberId, metadata: {}, scope: [...SCOPES], props },
  });
  const code = new URL(redirectTo).searchParams.get('code') ?? '';
  const form = new URLSearchParams({ grant_type: 'authorization_code', code, client_id: clientId });
  form.set('redirect_uri', REDIRECT);
  form.set('code_verifier', verifier);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const ask = new Request(`${address}/oauth/token`, { method: 'POST', headers, body: String(form) });
  const context = {
    waitUntil: () => undefined,
    passThroughOnException: () => undefined,
  } as unknown as ExecutionContext;
  const answer = await server.fetch(ask, oauthEnv(env), context);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** The token that a form of this session carries. */
export function csrfOf(cookie: string): string {
  const token = decodeURIComponent(cookie.split('=')[1] ?? '').split('.')[0] ?? '';
  return createHmac('sha256', env.SESSION_SECRET)
    .update(`csrf:${sha256(token)}`)
    .digest('base64url');
}

async function signedOut(workspace: Workspace): Promise<string> {
  const cookie = await signInAs(workspace);
  const headers = { cookie, origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
  await request('/sign-out', { method: 'POST', headers, body: `csrf=${csrfOf(cookie)}` });
  return cookie;
}

async function forged(): Promise<string> {
  const whole = await serializeSigned(COOKIE, randomBytes(32).toString('base64url'), 'another secret'.repeat(4));
  return whole.split(';')[0] ?? '';
}

function signature({ secret, body = '' }: { secret: string; body?: string | undefined }): Record<string, string> {
  const id = `msg_${randomBytes(8).toString('hex')}`;
  const at = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${mac}` };
}

/** Makes them all: those of `own`, and a good key and session of `other`. */
export async function credentialsOf(own: Owned, other: Owned): Promise<Credentials> {
  const { workspace } = own;
  const viewer = await addViewer(workspace);
  const [revoked, expired] = [await keyOf(workspace, SCOPES), await keyOf(workspace, SCOPES, 2)];
  await revokeKey(env, { workspaceId: workspace.id, id: revoked.keyId, actor: 'test', now: Date.now() });
  const complements = Object.fromEntries(
    await Promise.all(
      SCOPES.map(async (scope) => {
        const rest = SCOPES.filter((each) => each !== scope && each !== 'admin');
        return [scope, (await keyOf(workspace, rest)).key] as const;
      }),
    ),
  );
  const single = { ingest: (await keyOf(workspace, ['ingest'])).key, write: (await keyOf(workspace, ['write'])).key };
  const bearer = {
    malformed: 'Basic aW52YXJpdW06aW52YXJpdW0=',
    bad: `Bearer inv_${'z'.repeat(40)}`,
    revoked: `Bearer ${revoked.key}`,
    expired: `Bearer ${expired.key}`,
    'other workspace': `Bearer ${other.workspace.key}`,
    viewer: `Bearer ${await tokenOf(viewer, ORIGIN)}`,
    'token of another audience': `Bearer ${await tokenOf(workspace, 'http://127.0.0.1')}`,
    'CI token': `Bearer ${await (await new Issuer().publish('k1')).token({ at: Date.now() })}`,
  };
  const cookies: Partial<Record<Principal, string>> = {
    malformed: `${COOKIE}=%00;;=`,
    'other workspace': await signInAs(other.workspace),
    viewer: await signInAs(viewer),
    'signed-out session': await signedOut(workspace),
    'forged session': await forged(),
  };
  const lacking = ({ needs }: Row) => {
    const wanted = Array.isArray(needs) ? needs : ['admin'];
    if (wanted.length === 1) return complements[String(wanted[0])] ?? '';
    return wanted.includes('ingest') ? (wanted.includes('write') ? '' : single.write) : single.ingest;
  };
  return async (principal, row, ask) => {
    const cookie = cookies[principal];
    if (row.door === 'page' && cookie !== undefined) return { cookie };
    if (principal === 'wrong scope') return { authorization: `Bearer ${lacking(row)}` };
    if (principal === 'CI signature') return signature({ secret: own.ids.ruleSecret, body: ask.body });
    const authorization = bearer[principal as keyof typeof bearer];
    if (authorization) return { authorization };
    return cookie === undefined ? {} : { cookie };
  };
}

export { signInCode };
