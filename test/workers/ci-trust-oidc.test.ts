import { env } from 'cloudflare:workers';
import { SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { externalKey } from '../../src/domain/trust-rule.ts';
import { trustUpload } from '../../src/http/ci-trust.ts';
import { type Trust, trustRefusal } from '../../src/http/ci-trust-faults.ts';
import { createTrustRule } from '../../src/http/ci-trust-rules.ts';
import { AUDIENCE, CLAIMS, Issuer } from './ci-trust-issuer.ts';
import { newWorkspace } from './client.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = Date.UTC(2026, 4, 6, 7, 8, 9);

async function addRule(workspaceId: string, more: Record<string, unknown> = {}, agent_name: string | null = null) {
  const policy = {
    kind: 'github_oidc',
    repository_id: '74',
    repository_owner_id: '65',
    allow_forks: false,
    ...more,
  } as const;
  return createTrustRule(env, { workspaceId, actor: 'dev', now: NOW }, { name: 'CI', policy, agent_name });
}

async function scene(more: Record<string, unknown> = {}) {
  const issuer = await new Issuer().publish('k1');
  const { id: workspaceId } = await newWorkspace();
  await addRule(workspaceId, more);
  const bring = (token: string, now = NOW, agentName = 'shop-agent') => {
    const headers = new Headers({ authorization: `Bearer ${token}` });
    const upload = { workspaceId, agentName, headers, body: new Uint8Array(), origin: AUDIENCE, now };
    return trustUpload({ ...env, OIDC_ISSUER: issuer.url }, upload);
  };
  const claim = async (claims: Record<string, unknown>) => bring(await issuer.token({ claims, at: NOW }));
  return { issuer, workspaceId, bring, claim };
}

function faultOf(trust: Trust<unknown>): string {
  if (trust.ok) return 'none';
  return trust.fault.fault === 'not_covered' ? trust.fault.because : trust.fault.fault;
}

test('a job of a trusted repository is believed without a stored secret, and says which CI run it is part of', async () => {
  const { claim } = await scene();
  const trust = await claim({});
  expect(trust).toMatchObject({ ok: true, value: { rule: { name: 'CI' }, delivery: null } });
  expect(trust.ok && trust.value.run && externalKey(trust.value.run)).toBe('octo-org/shop/9001234567/2');
});

test('a token for another audience, of another issuer or without a claim that decides is refused', async () => {
  const { claim } = await scene();
  expect(faultOf(await claim({ aud: 'https://github.com/octo-org' }))).toBe('token_audience');
  expect(faultOf(await claim({ aud: ['https://a.test', AUDIENCE] }))).toBe('none');
  expect(faultOf(await claim({ aud: `${AUDIENCE}/` }))).toBe('token_audience');
  expect(faultOf(await claim({ iss: 'https://token.actions.githubusercontent.com' }))).toBe('token_issuer');
  const decisive = [
    'repository',
    'repository_id',
    'repository_owner_id',
    'event_name',
    'run_id',
    'run_attempt',
    'exp',
    'iat',
    'aud',
    'iss',
  ];
  for (const name of decisive) expect([name, faultOf(await claim({ [name]: undefined }))[0]]).toEqual([name, 't']);
  expect(faultOf(await claim({ repository_id: 74 }))).toBe('token_claims');
});

test('a token is good until it expires, give or take half a minute', async () => {
  const { issuer, bring } = await scene();
  const token = await issuer.token({ at: NOW });
  expect(faultOf(await bring(token, NOW + 5 * MINUTE_MS + 29_000))).toBe('none');
  expect(faultOf(await bring(token, NOW + 5 * MINUTE_MS + 31_000))).toBe('token_expired');
  expect(faultOf(await bring(token, NOW - 29_000))).toBe('none');
  expect(faultOf(await bring(token, NOW - 31_000))).toBe('token_early');
  expect(faultOf(await bring(token, NOW - 50_000))).toBe('token_early');
});

test('no other algorithm will do: none, a secret made of the public key, another RSA scheme', async () => {
  const { issuer, bring } = await scene();
  const claims = { ...CLAIMS, iss: issuer.url, aud: AUDIENCE };
  const times = { iat: NOW / 1000 - 9, exp: NOW / 1000 + 300 };
  expect(faultOf(await bring(new UnsecuredJWT({ ...claims, ...times }).encode()))).toMatch(
    /^token_(algorithm|malformed)$/,
  );
  const published = await (await fetch(`${issuer.url}/.well-known/jwks`)).text();
  const hmac = await new SignJWT({ ...claims, ...times })
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .sign(new TextEncoder().encode(published));
  expect(faultOf(await bring(hmac))).toBe('token_algorithm');
  for (const text of ['x', 'a.b.c', `${'a'.repeat(20_000)}`, 'ey.ey.ey'])
    expect(faultOf(await bring(text))).toBe('token_malformed');
});

test('a token that was changed after it was signed, or signed with a key of the same name, is refused', async () => {
  const { issuer, bring } = await scene();
  const [head, payload, signature] = (await issuer.token({ at: NOW })).split('.');
  const other = (await issuer.token({ claims: { repository_id: '75' }, at: NOW })).split('.')[1];
  expect(faultOf(await bring(`${head}.${payload}.${signature}`))).toBe('none');
  expect(faultOf(await bring(`${head}.${other}.${signature}`))).toBe('token_signature');
  await issuer.keep('k1');
  expect(faultOf(await bring(await issuer.token({ at: NOW })))).toBe('token_signature');
});

test('an unknown key makes us ask the issuer again, once a minute at most, whatever else arrives', async () => {
  const { issuer, bring } = await scene();
  expect(faultOf(await bring(await issuer.token({ at: NOW })))).toBe('none');
  await issuer.keep('never-published');
  const forged = await issuer.token({ kid: 'never-published', at: NOW });
  for (let n = 0; n < 5; n++) expect(faultOf(await bring(forged, NOW + n * 1000))).toBe('token_key_unknown');
  expect(await issuer.asked()).toBe(1);
  const later = NOW + MINUTE_MS;
  const burst = await Promise.all(Array.from({ length: 8 }, () => bring(forged, later)));
  expect(burst.map(faultOf)).toEqual(Array(8).fill('token_key_unknown'));
  expect(await issuer.asked()).toBe(2);
});

test('a new key of the issuer works within a minute', async () => {
  const { issuer, bring } = await scene();
  await bring(await issuer.token({ at: NOW }));
  await issuer.publish('k2');
  const token = await issuer.token({ kid: 'k2', at: NOW });
  expect(faultOf(await bring(token, NOW + MINUTE_MS))).toBe('none');
});

test('while the issuer is away what is known of its keys holds for a day, and nothing is believed without any', async () => {
  const { issuer, bring } = await scene();
  await bring(await issuer.token({ at: NOW }));
  await fetch(issuer.url, { method: 'DELETE' });
  const later = NOW + 23 * HOUR_MS;
  expect(faultOf(await bring(await issuer.token({ at: later }), later))).toBe('none');
  const tooLate = NOW + 25 * HOUR_MS;
  expect(faultOf(await bring(await issuer.token({ at: tooLate }), tooLate))).toBe('issuer_unavailable');

  const unknown = new Issuer();
  await unknown.keep('k1');
  const headers = new Headers({ authorization: `Bearer ${await unknown.token({ at: NOW })}` });
  const upload = {
    workspaceId: 'ws_x',
    agentName: 'shop-agent',
    headers,
    body: new Uint8Array(),
    origin: AUDIENCE,
    now: NOW,
  };
  const trust = await trustUpload({ ...env, OIDC_ISSUER: unknown.url }, upload);
  expect(faultOf(trust)).toBe('issuer_unavailable');
  expect(trust.ok || trustRefusal(trust.fault)).toMatchObject({ status: 503, retryAfterS: 60 });
});

test('thirty-two shards that arrive at once ask the issuer once', async () => {
  const { issuer, bring } = await scene();
  const token = await issuer.token({ at: NOW });
  const trusts = await Promise.all(Array.from({ length: 32 }, () => bring(token)));
  expect(trusts.map(faultOf)).toEqual(Array(32).fill('none'));
  expect(await issuer.asked()).toBe(1);
});

test('a renamed repository is believed, and another one that took its name is not', async () => {
  const { claim } = await scene();
  expect(faultOf(await claim({ repository: 'new-org/new-name', repository_owner: 'new-org' }))).toBe('none');
  const taken = await claim({ repository_id: '75' });
  expect(faultOf(taken)).toBe('repository');
  expect(taken.ok || trustRefusal(taken.fault)).toMatchObject({ status: 403, code: 'AUTH_FAILED' });
  expect(faultOf(await claim({ repository_owner_id: '66' }))).toBe('repository');
});

test('what may run the code of a fork is refused unless a rule allows it', async () => {
  const [strict, open] = [await scene(), await scene({ allow_forks: true })];
  const pull = { event_name: 'pull_request_target', head_ref: 'patch-1', base_ref: 'main' };
  expect(faultOf(await strict.claim(pull))).toBe('fork');
  expect(faultOf(await open.claim(pull))).toBe('none');
  // A fork's own workflow: GitHub names the fork.
  expect(
    faultOf(await open.claim({ repository: 'stranger/shop', repository_id: '99', repository_owner_id: '98' })),
  ).toBe('repository');
  const own = { event_name: 'pull_request', head_ref: 'feature', base_ref: 'main', ref: 'refs/pull/3/merge' };
  expect(faultOf(await strict.claim(own))).toBe('none');
});

test('of several rules one that covers the job is enough, else the closest says what is missing', async () => {
  const { workspaceId, claim } = await scene({ ref: 'refs/heads/main', environment: 'staging' });
  await addRule(workspaceId, { repository_id: '1' });
  expect(faultOf(await claim({}))).toBe('environment');
  expect(faultOf(await claim({ ref: 'refs/heads/x' }))).toBe('ref');
  await addRule(workspaceId, { ref: 'refs/heads/x' });
  expect(faultOf(await claim({ ref: 'refs/heads/x' }))).toBe('none');
});

test('a rule for one agent does not speak for another, and no rule speaks for another workspace', async () => {
  const { issuer, workspaceId, bring } = await scene({ repository_id: '1' });
  await addRule(workspaceId, {}, 'shop-agent');
  const token = await issuer.token({ at: NOW });
  expect(faultOf(await bring(token))).toBe('none');
  expect(faultOf(await bring(token, NOW, 'other-agent'))).toBe('repository');
  const stranger = await newWorkspace();
  const headers = new Headers({ authorization: `Bearer ${token}` });
  const upload = { agentName: 'shop-agent', headers, body: new Uint8Array(), origin: AUDIENCE, now: NOW };
  const ask = (id: string) => trustUpload({ ...env, OIDC_ISSUER: issuer.url }, { ...upload, workspaceId: id });
  expect(await ask(stranger.id)).toEqual(await ask('ws_that-is-none'));
  expect(faultOf(await ask(stranger.id))).toBe('repository');
});
