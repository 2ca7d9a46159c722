import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { newId } from '../agent/ids.ts';
import { KeyCreatedPage } from '../dashboard/key-created-page.tsx';
import type { KeyForm, ScopeChoice } from '../dashboard/key-form.tsx';
import type { KeyLine } from '../dashboard/key-list.tsx';
import { KeysPage } from '../dashboard/keys-page.tsx';
import { MessagePage } from '../dashboard/message-page.tsx';
import { RevokeKeyPage } from '../dashboard/revoke-key-page.tsx';
import { SCOPE_MEANINGS } from '../dashboard/scope-meanings.ts';
import { type Role, SCOPES, type Scope, scopesOf } from '../domain/access.ts';
import { grouped } from '../domain/formatting.ts';
import { planOf } from '../domain/quota.ts';
import { selectAgentNames } from '../store/agent-list.ts';
import { isLive } from '../store/credentials.ts';
import { withDeadline } from '../store/deadline.ts';
import { type KeyListing, selectKeyById, selectKeys } from '../store/keys.ts';
import { selectRole } from '../store/members.ts';
import { selectKeyMakers } from '../store/membership.ts';
import { type App, baseUrl } from './app.ts';
import type { SignedIn } from './auth.ts';
import { type Minted, mintKey } from './mint-key.ts';
import { revokeKey } from './revoke-key.ts';
import { csrfToken, isCsrfToken } from './session.ts';
import { missing, signedIn } from './signed-in.tsx';

/** API keys of the workspace: which there are, a new one, the end of one. */
export const keysPage = new Hono<App>();

const DEADLINE_MS = 5_000;
const DAY_MS = 24 * 3_600_000;
const KEYS_SHOWN = 50;
const MAX_NAME_CHARS = 80;
const MAX_DAYS = 3650;
/** What a client in an editor needs for every tool. */
const USUAL: Scope[] = ['read', 'write', 'ingest'];

const NO_KEY = 'There is no such key in this workspace.';
const STALE_FORM = 'This form is out of date. Go back, reload the page and try again.';
const NOT_ALLOWED = 'You may look at this workspace, and not make or revoke keys in it. Ask its owner.';
const BEYOND_ROLE = 'A key may do no more than you: only an owner makes or revokes one with the scope admin.';

keysPage.get('/api-keys', (c) => signedIn(c, async (who) => showKeys(c, who)));

type Refused = { error: string; form: KeyForm; status: 400 | 403 | 409 };

/** The list with its form, as it is first asked for or as it comes back with what was wrong. */
async function showKeys(c: Context<App>, who: SignedIn, refused?: Refused): Promise<Response> {
  const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
  const now = Date.now();
  const query = { workspaceId, after: c.req.query('after') ?? null, now, limit: KEYS_SHOWN + 1 };
  const [{ keys, active }, role, agents] = await Promise.all([
    withDeadline(selectKeys(c.env.DB, query), DEADLINE_MS),
    roleOf(c, who),
    withDeadline(selectAgentNames(c.env.DB, workspaceId), DEADLINE_MS),
  ]);
  const { name: planName, limits } = planOf(c.env.PLAN);
  const shown = keys.slice(0, KEYS_SHOWN);
  const last = keys.length > KEYS_SHOWN ? shown.at(-1) : undefined;
  const form = refused?.form ?? { name: '', days: '', agent: '', scopes: choices(USUAL, role) };
  const page = {
    ...{ workspaceName, now, quota: { used: active, limit: limits.api_keys }, planName },
    keys: await toLines(c, shown, { workspaceId, role, now }),
    form: { ...form, id: newId('key'), agents },
    mayChange: mayChange(role),
    csrf: csrfToken(c, who),
    ...(refused ? { error: refused.error } : {}),
    ...(last ? { next: `/api-keys?after=${last.id}` } : {}),
  };
  return c.html(<KeysPage {...page} />, refused?.status ?? 200);
}

function roleOf(c: Context<App>, { session }: SignedIn) {
  const { workspace_id: workspaceId, member_id: memberId } = session;
  return withDeadline(selectRole(c.env.DB, { workspaceId, memberId }), DEADLINE_MS);
}

function mayChange(role: Role | null): role is 'owner' | 'member' {
  return role === 'owner' || role === 'member';
}

/** Nobody gives a key more than their own role, or takes one away that may do more. */
function isWithin(scopes: readonly Scope[], role: Role | null): boolean {
  return role !== null && scopes.every((scope) => scopesOf(role).includes(scope));
}

function choices(chosen: readonly string[], role: Role | null): ScopeChoice[] {
  const offered = role === null ? [] : scopesOf(role);
  return offered.map((name) => ({ name, meaning: SCOPE_MEANINGS[name], isChosen: chosen.includes(name) }));
}

type Looking = { workspaceId: string; role: Role | null; now: number };

/** Keys with who made them. */
async function toLines(c: Context<App>, keys: readonly KeyListing[], { workspaceId, role, now }: Looking) {
  const ids = keys.map(({ id }) => id);
  const makers = await withDeadline(selectKeyMakers(c.env.DB, workspaceId, ids), DEADLINE_MS);
  return keys.map((key) => {
    const madeBy = makers.get(key.id);
    return { ...toLine(key, now), mayRevoke: isWithin(key.scopes, role), ...(madeBy === undefined ? {} : { madeBy }) };
  });
}

function toLine(key: KeyListing, now: number): KeyLine {
  const { id, name, prefix, scopes, agent_name: agentName, created_at: createdAt } = key;
  return {
    ...{ id, name, prefix, scopes, createdAt },
    status: key.revoked_at !== null ? 'revoked' : isLive(key, now) ? 'active' : 'expired',
    ...(agentName === null ? {} : { agentName }),
    ...(key.expires_at === null ? {} : { expiresAt: key.expires_at }),
    ...(key.last_used_at === null ? {} : { lastUsedAt: key.last_used_at }),
  };
}

const Wanted = z.object({
  id: z.string().regex(/^key_[0-9a-f]{16}$/, STALE_FORM),
  name: z
    .string()
    .trim()
    .min(1, 'Give the key a name.')
    .max(MAX_NAME_CHARS, `A name has at most ${MAX_NAME_CHARS} characters.`),
  agent: z.string().transform((text) => (text === '' ? null : text)),
  scopes: z.array(z.enum(SCOPES, 'Choose scopes of the list.')).min(1, 'Choose at least one scope.'),
  days: z
    .string()
    .trim()
    .transform((text) => (text === '' ? null : Number(text)))
    .refine(
      (days) => days === null || (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS),
      `A key lives for 1 to ${grouped(MAX_DAYS)} whole days, or without end where the field is empty.`,
    ),
});

keysPage.post('/api-keys', (c) =>
  signedIn(c, async (who) => {
    const form = await c.req.parseBody({ all: true });
    if (!isCsrfToken(c, who, form.csrf)) return refusal(c, 'No key was made', STALE_FORM);
    const role = await roleOf(c, who);
    if (!mayChange(role)) return refusal(c, 'No key was made', NOT_ALLOWED);
    const given = readForm(form);
    const wanted = Wanted.safeParse(given);
    const back = { ...given, scopes: choices(given.scopes, role) };
    const wrong = wanted.success ? await whyImpossible(c, who, { wanted: wanted.data, role }) : messageOf(wanted.error);
    if (!wanted.success || wrong !== null)
      return showKeys(c, who, { error: wrong ?? STALE_FORM, form: back, status: 400 });
    const minted = await mint(c, who, wanted.data);
    if ('refused' in minted) return showKeys(c, who, { error: whyNot(c, minted), form: back, status: 409 });
    const { workspace_name: workspaceName } = who.session;
    const { name, scopes } = wanted.data;
    const made = { value: minted.key, name, scopes, workspaceName, mcpUrl: `${baseUrl(c)}/mcp` };
    return c.html(<KeyCreatedPage {...made} csrf={csrfToken(c, who)} />);
  }),
);

function messageOf({ issues }: z.ZodError): string {
  return issues[0]?.message ?? STALE_FORM;
}

/** What this member cannot ask for, as a sentence; null where they can. */
async function whyImpossible(
  c: Context<App>,
  { session }: SignedIn,
  { wanted, role }: { wanted: z.output<typeof Wanted>; role: Role },
): Promise<string | null> {
  if (!isWithin(wanted.scopes, role)) return BEYOND_ROLE;
  if (wanted.agent === null) return null;
  const agents = await withDeadline(selectAgentNames(c.env.DB, session.workspace_id), DEADLINE_MS);
  return agents.includes(wanted.agent) ? null : 'Choose an agent of the list.';
}

/** What a browser sends; anything else is read as left empty. */
function readForm(form: Record<string, unknown>) {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const scopes = [form.scope ?? []].flat().map(text);
  return { id: text(form.id), name: text(form.name), days: text(form.days), agent: text(form.agent), scopes };
}

/** The id comes with the form, so that a form that is sent again makes no second key. */
function mint(c: Context<App>, { session }: SignedIn, wanted: z.output<typeof Wanted>): Promise<Minted> {
  const { id, name, days, agent: agentName } = wanted;
  const { workspace_id: workspaceId, member_id: memberId, email: actor } = session;
  const now = Date.now();
  return mintKey(c.env, {
    ...{ id, name, workspaceId, createdAt: now, actor, memberId, agentName },
    scopes: SCOPES.filter((scope) => wanted.scopes.includes(scope)),
    expiresAt: days === null ? null : now + days * DAY_MS,
    limit: planOf(c.env.PLAN).limits.api_keys,
  });
}

function whyNot(c: Context<App>, { refused, active }: Extract<Minted, { refused: string }>): string {
  if (refused === 'repeated')
    return 'This form was sent before, and its key is in the list. A value is shown once: if you did not see it, revoke that key and make another.';
  const { name, limits } = planOf(c.env.PLAN);
  return `API key limit reached (${active}/${limits.api_keys}) on the ${name} plan. Revoke a key or upgrade.`;
}

function refusal(c: Context<App>, title: string, message: string): Response | Promise<Response> {
  return c.html(<MessagePage status={403} title={title} message={message} />, 403);
}

keysPage.get('/api-keys/:id/revoke', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
    const found = await withDeadline(selectKeyById(c.env.DB, workspaceId, c.req.param('id')), DEADLINE_MS);
    if (!found) return missing(c, NO_KEY);
    if (found.revoked_at !== null) return c.redirect(`/api-keys#${found.id}`);
    const refused = whyNotRevoked(found, await roleOf(c, who));
    if (refused !== null) return refusal(c, 'No key was revoked', refused);
    const now = Date.now();
    return c.html(<RevokeKeyPage line={toLine(found, now)} {...{ now, workspaceName, csrf: csrfToken(c, who) }} />);
  }),
);

keysPage.post('/api-keys/:id/revoke', (c) =>
  signedIn(c, async (who) => {
    const { csrf } = await c.req.parseBody();
    if (!isCsrfToken(c, who, csrf)) return refusal(c, 'No key was revoked', STALE_FORM);
    const { workspace_id: workspaceId, email: actor } = who.session;
    const id = c.req.param('id');
    const found = await withDeadline(selectKeyById(c.env.DB, workspaceId, id), DEADLINE_MS);
    if (!found) return missing(c, NO_KEY);
    const refused = whyNotRevoked(found, await roleOf(c, who));
    if (refused !== null) return refusal(c, 'No key was revoked', refused);
    const revoked = await revokeKey(c.env, { workspaceId, id, actor, now: Date.now() });
    return revoked ? c.redirect(`/api-keys#${id}`, 303) : missing(c, NO_KEY);
  }),
);

function whyNotRevoked({ scopes }: KeyListing, role: Role | null): string | null {
  if (!mayChange(role)) return NOT_ALLOWED;
  return isWithin(scopes, role) ? null : BEYOND_ROLE;
}
