import * as z from 'zod';
import { newId } from '../../agent/ids.ts';
import { Scope } from '../../domain/access.ts';
import { Refusal } from '../../domain/errors.ts';
import { AGENT_NAME } from '../../domain/fields.ts';
import { planOf } from '../../domain/quota.ts';
import { type KeyListing, selectKeys } from '../../store/keys.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { mintKey } from '../mint-key.ts';
import { revokeKey } from '../revoke-key.ts';
import { assertOwnersKey } from './owners-key.ts';
import { assertScope } from './permission.ts';
import { type ApiContext, json, ownRoute, type Route } from './route.ts';
import { actOf } from './trust-routes.ts';

/** API keys of the workspace. */

const DAY_MS = 24 * 3_600_000;
const Key = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(Scope),
    agent_name: z.string().nullable(),
    created_at: z.string(),
    expires_at: z.string().nullable(),
    revoked_at: z.string().nullable(),
    last_used_at: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' });
const NewKey = z.strictObject({
  name: z.string().trim().min(1).max(80),
  scopes: z.array(Scope).min(1),
  agent_name: z
    .string()
    .regex(AGENT_NAME)
    .nullish()
    .meta({ description: 'The only agent that it is good for, whether or not there is one of that name yet.' }),
  days: z.int().min(1).max(3650).nullish().meta({ description: 'How long it works; without it, without end.' }),
});
const place = { tag: 'Workspace', access: 'admin' } as const;

export const KEY_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ ...place, method: 'GET', path: '/v1/keys', id: 'listKeys' },
    summary: 'API keys, those that work first',
    query: z.object({
      cursor: z.string().max(40).optional().meta({ description: 'The `next_cursor` of the page before.' }),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    answers: [
      {
        ...{ status: 200, description: 'A page of keys' },
        schema: z.object({ keys: z.array(Key), active: z.int(), next_cursor: z.string().nullable() }),
      },
    ],
    run: async ({ query }, { env, caller, now }) => {
      const { limit, cursor = null } = query;
      const wanted = { workspaceId: caller.workspaceId, after: cursor, now, limit: limit + 1 };
      const { keys, active } = await readD1(selectKeys(env.DB, wanted));
      const shown = keys.slice(0, limit);
      const next = keys.length > limit ? (shown.at(-1)?.id ?? null) : null;
      return json({ keys: shown.map(wireKey), active, next_cursor: next });
    },
  }),
  ownRoute({
    ...{ ...place, method: 'POST', path: '/v1/keys', id: 'createKey' },
    summary: 'Make an API key; its value is told once',
    body: NewKey,
    answers: [{ status: 201, description: 'The key', schema: z.object({ id: z.string(), key: z.string() }) }],
    run: async ({ body }, context) => {
      const { env, caller, now } = context;
      await assertMayGive(context, body.scopes);
      const { name, limits } = planOf(env.PLAN);
      const id = newId('key');
      const wanted = {
        ...{ id, workspaceId: caller.workspaceId, name: body.name, scopes: body.scopes, createdAt: now },
        expiresAt: body.days ? now + body.days * DAY_MS : null,
        ...{ memberId: caller.memberId, agentName: body.agent_name ?? null },
      };
      const minted = await readD1(mintKey(env, { ...wanted, limit: limits.api_keys, actor: actOf(context).actor }));
      if ('key' in minted) return json({ id, key: minted.key }, 201);
      const message = `API key limit reached (${minted.active}/${limits.api_keys}) on the ${name} plan`;
      throw new Refusal('QUOTA_EXCEEDED', message, 'Revoke a key or upgrade.');
    },
  }),
  ownRoute({
    ...{ ...place, method: 'DELETE', path: '/v1/keys/{id}', id: 'revokeKey' },
    summary: 'Revoke an API key for good',
    answers: [{ status: 200, description: 'What was revoked', schema: z.object({ revoked: z.string() }) }],
    run: async ({ params }, context) => {
      const { workspaceId, actor, now } = actOf(context);
      const revocation = { workspaceId, actor, now, id: String(params.id) };
      if (!(await readD1(revokeKey(context.env, revocation))))
        throw new Refusal('NOT_FOUND', 'There is no such API key');
      return json({ revoked: revocation.id });
    },
  }),
];

/** A key gives no more than it may do itself, and `admin` only where an owner stands behind it. @throws RefusedRequest 403 */
async function assertMayGive(context: ApiContext, scopes: readonly Scope[]): Promise<void> {
  for (const scope of scopes) assertScope(context.caller, scope);
  if (scopes.includes('admin')) await assertOwnersKey(context);
}

function wireKey({ created_at, expires_at, revoked_at, last_used_at, ...key }: KeyListing) {
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    ...key,
    created_at: new Date(created_at).toISOString(),
    ...{ expires_at: time(expires_at), revoked_at: time(revoked_at), last_used_at: time(last_used_at) },
  };
}
