import * as z from 'zod';
import { asSent } from '../../domain/redaction/as-sent.ts';
import { NewTrustRule, TrustPolicy, type TrustRule } from '../../domain/trust-rule.ts';
import {
  createTrustRule,
  endSecretRotation,
  listTrustRules,
  removeTrustRule,
  rotateTrustSecret,
} from '../ci-trust-rules.ts';
import { type ApiContext, json, ownRoute, type Route } from './route.ts';

/** Whom the workspace believes without an API key. */

const Rule = z
  .object({
    id: z.string(),
    name: z.string(),
    policy: TrustPolicy,
    agent_name: z.string().nullable(),
    secrets: z.int().meta({ description: 'Secrets that are accepted: 2 during a rotation.' }),
    created_at: z.string(),
  })
  .meta({ id: 'TrustRule' });
const WithSecret = Rule.extend({ secret: z.string().nullable().meta({ description: 'Told once.' }) });
const Deleted = z.object({ deleted: z.string() });

const place = { tag: 'Trust and webhooks', access: 'admin' } as const;
const one = '/v1/trust-rules/{id}';

export const TRUST_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ ...place, method: 'GET', path: '/v1/trust-rules', id: 'listTrustRules' },
    summary: 'Whom the workspace believes without an API key',
    answers: [
      { status: 200, description: 'The rules, newest first', schema: z.object({ trust_rules: z.array(Rule) }) },
    ],
    run: async (_, { env, caller }) => {
      const rules = await listTrustRules(env, caller.workspaceId);
      return json({ trust_rules: rules.map(shown) });
    },
  }),
  ownRoute({
    ...{ ...place, method: 'POST', path: '/v1/trust-rules', id: 'createTrustRule' },
    summary: 'Make a trust rule',
    body: NewTrustRule,
    answers: [{ status: 201, description: 'The rule, with its secret', schema: WithSecret }],
    run: async ({ body }, context) => {
      const { rule, secret } = await createTrustRule(context.env, actOf(context), body);
      return json({ ...shown(rule), secret }, 201);
    },
  }),
  ownRoute({
    ...{ ...place, method: 'POST', path: `${one}/rotate`, id: 'rotateTrustSecret' },
    summary: 'Add a secret; the one before it is accepted beside it',
    body: z.strictObject({ secret: asSent(z.string().optional()) }),
    answers: [{ status: 200, description: 'The rule, with its new secret', schema: WithSecret }],
    run: async ({ params, body }, context) => {
      const wanted = { id: String(params.id), ...(body.secret === undefined ? {} : { secret: body.secret }) };
      const { rule, secret } = await rotateTrustSecret(context.env, actOf(context), wanted);
      return json({ ...shown(rule), secret });
    },
  }),
  ownRoute({
    ...{ ...place, method: 'POST', path: `${one}/finish-rotation`, id: 'finishTrustRotation' },
    summary: 'From now on accept the newest secret only',
    answers: [{ status: 200, description: 'The rule', schema: Rule }],
    run: async ({ params }, context) =>
      json(shown(await endSecretRotation(context.env, actOf(context), String(params.id)))),
  }),
  ownRoute({
    ...{ ...place, method: 'DELETE', path: one, id: 'deleteTrustRule' },
    summary: 'Delete a trust rule',
    answers: [{ status: 200, description: 'What was deleted', schema: Deleted }],
    run: async ({ params }, context) => {
      await removeTrustRule(context.env, actOf(context), String(params.id));
      return json({ deleted: params.id });
    },
  }),
];

/** Who does it, for the audit log. */
export function actOf({ caller, now, baseUrl }: ApiContext) {
  return { workspaceId: caller.workspaceId, actor: caller.email || caller.credentialId, now, baseUrl };
}

function shown({ agentName, createdAt, ...rule }: TrustRule) {
  return { ...rule, agent_name: agentName, created_at: new Date(createdAt).toISOString() };
}
