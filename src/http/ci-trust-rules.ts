import { randomBytes } from 'node:crypto';
import { seal } from '../agent/sealed-secret.ts';
import { newStandardSecret } from '../agent/standard-signature.ts';
import { echo, Refusal } from '../domain/errors.ts';
import { type NewTrustRule, secretProblem, type TrustKind, type TrustRule } from '../domain/trust-rule.ts';
import type { Env } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import {
  deleteTrustRule,
  insertTrustRule,
  MAX_TRUST_RULES,
  type StoredRule,
  selectTrustRule,
  selectTrustRules,
  updateTrustSecrets,
} from '../store/trust-rules.ts';

/** The trust rules of a workspace, as its people manage them. A secret is told once, when it is made. */

const D1_DEADLINE_MS = 8_000;
const GITHUB_SECRET_BYTES = 30;
/** A rule accepts the newest secret and the one before it. */
const MAX_SECRETS = 2;

export type RuleAct = { workspaceId: string; actor: string; now: number };
/** `secret` is null for a rule that has none, and never told again. */
export type WithSecret = { rule: TrustRule; secret: string | null };

export async function listTrustRules({ DB }: Env, workspaceId: string): Promise<TrustRule[]> {
  return (await withDeadline(selectTrustRules(DB, workspaceId), D1_DEADLINE_MS)).map(shown);
}

/** @throws Refusal QUOTA_EXCEEDED */
export async function createTrustRule(env: Env, act: RuleAct, wanted: NewTrustRule): Promise<WithSecret> {
  const { workspaceId, actor, now } = act;
  const { name, policy, agent_name } = wanted;
  const id = `tru_${randomBytes(8).toString('hex')}`;
  const secret = policy.kind === 'github_oidc' ? null : (wanted.secret ?? newSecret(policy.kind));
  const sealed = secret === null ? [] : [sealFor(env, { workspaceId, id, secret })];
  const rule: StoredRule = { id, name, policy, agentName: agent_name ?? null, sealed, createdAt: now };
  const stored = await withDeadline(insertTrustRule(env.DB, { ...rule, workspaceId, actor }), D1_DEADLINE_MS);
  if (!stored)
    throw new Refusal('QUOTA_EXCEEDED', `A workspace has at most ${MAX_TRUST_RULES} trust rules`, 'Delete one.');
  return { rule: shown(rule), secret };
}

/**
 * Adds a secret; the newest one so far is accepted beside it until `endSecretRotation`, an older one no more.
 * @throws Refusal NOT_FOUND, INVALID_ARGUMENT, CONFLICT
 */
export async function rotateTrustSecret(
  env: Env,
  act: RuleAct,
  { id, secret: given }: { id: string; secret?: string },
): Promise<WithSecret> {
  const rule = await findRule(env, act.workspaceId, id);
  const { kind } = rule.policy;
  const secret = given ?? newSecret(kind);
  const problem = secretProblem(kind, secret);
  if (problem) throw new Refusal('INVALID_ARGUMENT', `secret ${problem}`);
  const sealed = [sealFor(env, { workspaceId: act.workspaceId, id, secret }), ...rule.sealed].slice(0, MAX_SECRETS);
  return { rule: await changeSecrets(env, act, { rule, sealed }), secret };
}

/** From now on only the newest secret is accepted. @throws Refusal NOT_FOUND, CONFLICT */
export async function endSecretRotation(env: Env, act: RuleAct, id: string): Promise<TrustRule> {
  const rule = await findRule(env, act.workspaceId, id);
  return changeSecrets(env, act, { rule, sealed: rule.sealed.slice(0, 1) });
}

/** Nothing is believed because of this rule from now on. @throws Refusal NOT_FOUND */
export async function removeTrustRule({ DB }: Env, act: RuleAct, id: string): Promise<void> {
  if (!(await withDeadline(deleteTrustRule(DB, { ...act, id }), D1_DEADLINE_MS))) throw notFound(id);
}

async function findRule({ DB }: Env, workspaceId: string, id: string): Promise<StoredRule> {
  const rule = await withDeadline(selectTrustRule(DB, workspaceId, id), D1_DEADLINE_MS);
  if (!rule) throw notFound(id);
  return rule;
}

async function changeSecrets(
  { DB }: Env,
  act: RuleAct,
  { rule, sealed }: { rule: StoredRule; sealed: string[] },
): Promise<TrustRule> {
  const change = { ...act, id: rule.id, from: rule.sealed, to: sealed };
  if (!(await withDeadline(updateTrustSecrets(DB, change), D1_DEADLINE_MS)))
    throw new Refusal('CONFLICT', 'The secrets of this trust rule were changed meanwhile', 'Look again.');
  return shown({ ...rule, sealed });
}

function newSecret(kind: TrustKind): string {
  return kind === 'standard_webhook' ? newStandardSecret() : randomBytes(GITHUB_SECRET_BYTES).toString('base64url');
}

function sealFor(env: Env, { workspaceId, id, secret }: { workspaceId: string; id: string; secret: string }): string {
  return seal(secret, { place: `${workspaceId}/${id}`, sessionSecret: env.SESSION_SECRET });
}

function notFound(id: string): Refusal {
  return new Refusal('NOT_FOUND', `Trust rule not found: ${echo(id)}`);
}

function shown({ sealed, ...rule }: StoredRule): TrustRule {
  return { ...rule, secrets: sealed.length };
}
