import { createHash } from 'node:crypto';
import { unseal } from '../agent/sealed-secret.ts';
import {
  type OidcClaims,
  POLICY_FAULTS,
  policyFault,
  type TrustKind,
  type WorkflowOutcome,
  type WorkflowRun,
  workflowRunOf,
} from '../domain/trust-rule.ts';
import type { Env } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import { type StoredRule, selectTrustRulesFor } from '../store/trust-rules.ts';
import type { Delivery } from './ci-trust-delivery.ts';
import { type CoverageFault, distrust, type Trust } from './ci-trust-faults.ts';
import { GITHUB_ISSUER, verifyJobToken } from './github-oidc.ts';
import { githubDeliveryIds, isGithubSigned, readGithubHeaders, readWorkflowOutcome } from './github-webhook.ts';
import { isSignedWith, readSigned } from './standard-webhook.ts';

/** Whom to believe that brings no API key. Rules are looked up inside the workspace that the address names, and nowhere else. */

const D1_DEADLINE_MS = 8_000;

/** `OIDC_ISSUER` stands in for GitHub's on an Enterprise Server and in tests. */
export type TrustEnv = Pick<Env, 'DB' | 'KV' | 'SESSION_SECRET'> & { OIDC_ISSUER?: string };

/** An upload to one agent. `body` holds the bytes as they were received, still compressed if they were. */
export type Upload = {
  workspaceId: string;
  agentName: string;
  headers: Headers;
  body: Uint8Array;
  /** Our own origin, which an OIDC token must have been asked for. */
  origin: string;
  now: number;
};

/** The rule that speaks for a caller; what makes a delivery the same one again (none for a token); the CI run it says it is part of. */
export type Trusted = { rule: TrustedRule; delivery: Delivery | null; run: WorkflowRun | null };
export type TrustedRule = { id: string; name: string; agentName: string | null };

/** Believes a Standard Webhooks signature or a GitHub Actions token, whichever the request brings. Throws when D1 does not answer. */
export async function trustUpload(env: TrustEnv, upload: Upload): Promise<Trust<Trusted>> {
  const { headers } = upload;
  if (headers.has('webhook-signature') || headers.has('webhook-id')) return trustSigned(env, upload);
  const [, token] = /^Bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
  return token === undefined ? distrust({ fault: 'no_proof' }) : trustJob(env, upload, token);
}

async function trustSigned(env: TrustEnv, upload: Upload): Promise<Trust<Trusted>> {
  const signed = readSigned(upload);
  if (!signed.ok) return signed;
  const { workspaceId, body } = upload;
  const rules = await rulesOf(env, { kind: 'standard_webhook', ...upload });
  const rule = rules.find((each) =>
    secretsOf(env, workspaceId, each).some((secret) => isSignedWith(secret, signed.value, body)),
  );
  if (!rule) return distrust({ fault: 'signature_mismatch' });
  return { ok: true, value: { rule, delivery: deliveryOf(rule, [signed.value.id], body), run: null } };
}

async function trustJob(env: TrustEnv, upload: Upload, token: string): Promise<Trust<Trusted>> {
  const issuer = env.OIDC_ISSUER ?? GITHUB_ISSUER;
  const source = { KV: env.KV, issuer };
  const claims = await verifyJobToken({ token, audience: upload.origin, source, now: upload.now });
  if (!claims.ok) return claims;
  const rules = await rulesOf(env, { kind: 'github_oidc', ...upload });
  const faults = rules.map((rule) => coverageFault(rule, claims.value));
  const rule = rules[faults.indexOf(null)];
  if (rule) return { ok: true, value: { rule, delivery: null, run: workflowRunOf(claims.value) } };
  return distrust(nearest(faults, claims.value));
}

function coverageFault({ policy }: StoredRule, claims: OidcClaims): CoverageFault['because'] | null {
  return policy.kind === 'github_oidc' ? policyFault(policy, claims) : 'repository';
}

/** Of several rules the one that came closest says what is wrong. A workspace without rules answers like one that does not exist. */
function nearest(faults: (CoverageFault['because'] | null)[], claims: OidcClaims): CoverageFault {
  const because = POLICY_FAULTS.findLast((fault) => faults.includes(fault)) ?? 'repository';
  const named = { ...claims, fork: claims.event_name }[because];
  return { fault: 'not_covered', because, named: named ?? '(none)' };
}

/** GitHub's own event for a workspace; it names no agent. `outcome` is null for an event that says nothing of the end of a workflow run. */
export type GithubEvent = Omit<Upload, 'agentName' | 'origin'>;
export type TrustedEvent = { rule: TrustedRule; delivery: Delivery; outcome: WorkflowOutcome | null };

/** Believes a webhook that GitHub signed. Throws when D1 does not answer. */
export async function trustGithubEvent(env: TrustEnv, event: GithubEvent): Promise<Trust<TrustedEvent>> {
  const { workspaceId, headers, body, now } = event;
  const read = readGithubHeaders(headers);
  if (!read.ok) return read;
  const { id, signature } = read.value;
  const rules = await rulesOf(env, { workspaceId, kind: 'github_webhook', agentName: null });
  const rule = rules.find((each) =>
    secretsOf(env, workspaceId, each).some((secret) => isGithubSigned(secret, signature, body)),
  );
  if (!rule) return distrust({ fault: 'signature_mismatch' });
  const outcome = readWorkflowOutcome(read.value.event, body, now);
  if (!outcome.ok) return outcome;
  const delivery = deliveryOf(rule, githubDeliveryIds(id, body), body);
  return { ok: true, value: { rule, delivery, outcome: outcome.value } };
}

function rulesOf(
  { DB }: TrustEnv,
  { workspaceId, kind, agentName }: { workspaceId: string; kind: TrustKind; agentName: string | null },
): Promise<StoredRule[]> {
  return withDeadline(selectTrustRulesFor(DB, { workspaceId, kind, agentName }), D1_DEADLINE_MS);
}

function secretsOf({ SESSION_SECRET }: TrustEnv, workspaceId: string, { id, sealed }: StoredRule): string[] {
  const place = `${workspaceId}/${id}`;
  return sealed
    .map((each) => unseal(each, { place, sessionSecret: SESSION_SECRET }))
    .filter((secret) => secret !== null);
}

function deliveryOf(rule: StoredRule, ids: string[], body: Uint8Array): Delivery {
  return { ruleId: rule.id, ids, bodyHash: createHash('sha256').update(body).digest('hex') };
}
