import * as z from 'zod';
import { secretsIn } from './audit/secrets.ts';
import { AGENT_NAME } from './fields.ts';
import { asSent } from './redaction/as-sent.ts';

/** Whom a workspace trusts to bring results without an API key, and what such a caller says of the CI run it comes from. */

const MAX_NAME = 80;
const AGENT_FAULT = 'agent_name must be the name of an agent, as in its blueprint';
const MAX_CLAIM = 500;

/** GitHub's numeric ids, which stay when a repository or its owner gets another name. */
function gitHubId(name: string) {
  const fault = `${name} must be a number: GitHub's id, not the name`;
  return z.union([z.string().regex(/^[1-9]\d{0,19}$/, fault), z.int(fault).positive(fault)], fault).transform(String);
}
/** What a claim has to be; a `*` at the end stands for whatever follows. */
const ClaimPattern = z
  .string()
  .regex(/^[^*\p{Cc}]+\*?$/u, 'a * may only stand at the end')
  .max(MAX_CLAIM);

const OidcPolicy = z.strictObject({
  kind: z.literal('github_oidc'),
  repository_id: gitHubId('repository_id').describe('Numeric id of the repository: gh api repos/OWNER/REPO --jq .id'),
  repository_owner_id: gitHubId('repository_owner_id').describe(
    'Numeric id of its owner: gh api repos/OWNER/REPO --jq .owner.id',
  ),
  ref: ClaimPattern.optional().describe('Git ref of the workflow run, such as refs/heads/main or refs/pull/*'),
  environment: ClaimPattern.optional().describe('Deployment environment of the job'),
  job_workflow_ref: ClaimPattern.optional().describe('Path and ref of the reusable workflow that the job runs'),
  allow_forks: z
    .boolean()
    .default(false)
    .describe('Also take events that a stranger can start and that may run the code of a fork'),
});
export type OidcPolicy = z.infer<typeof OidcPolicy>;

/** The public part of a rule. */
export const TrustPolicy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('standard_webhook') }),
  OidcPolicy,
  z.strictObject({ kind: z.literal('github_webhook') }),
]);
export type TrustPolicy = z.infer<typeof TrustPolicy>;
export type TrustKind = TrustPolicy['kind'];

const SECRET_PREFIX = 'whsec_';
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** The key inside a Standard Webhooks secret, `whsec_` and base64 of 24 to 64 bytes, as base64; null for anything else. */
export function standardSecretKey(secret: string): string | null {
  const base64 = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : '';
  const match = /^([A-Za-z0-9+/]+)(={0,2})$/.exec(base64);
  if (!match || (match[2] !== '' && base64.length % 4 !== 0)) return null;
  const bytes = Math.floor(((match[1] ?? '').length * 3) / 4);
  return bytes >= MIN_SECRET_BYTES && bytes <= MAX_SECRET_BYTES ? base64 : null;
}

export const StandardSecret = z
  .string()
  .refine((text) => standardSecretKey(text) !== null, 'must be whsec_ and the base64 of 24 to 64 bytes');
/** GitHub takes any text; a short one can be guessed from one signed delivery. */
export const GitHubSecret = z
  .string()
  .min(16, 'must have at least 16 characters')
  .max(128, 'must have at most 128 characters');

/** The name of an agent, or of none; no agent is named like a key. */
export function agentOrAll(description: string) {
  const isName = (name: string) => secretsIn(name).length === 0;
  const name = z.string().regex(AGENT_NAME, AGENT_FAULT).refine(isName, AGENT_FAULT);
  return asSent(name.nullish().describe(description));
}

/** What a workspace may ask for. A secret that is left out is made here; a rule for OIDC has none. */
export const NewTrustRule = z
  .strictObject({
    name: z.string().trim().min(1, 'name is required and cannot be empty').max(MAX_NAME),
    policy: TrustPolicy,
    agent_name: agentOrAll('Only this agent; without it all of the workspace'),
    secret: asSent(z.string().optional().describe('The secret that the sender signs with; left out, one is made')),
  })
  .superRefine(({ policy, secret }, context) => {
    if (secret === undefined) return;
    const problem = secretProblem(policy.kind, secret);
    if (problem) context.addIssue({ code: 'custom', path: ['secret'], message: `secret ${problem}` });
  });
export type NewTrustRule = z.infer<typeof NewTrustRule>;

/** Why a rule of this kind cannot have this secret, or null. */
export function secretProblem(kind: TrustKind, secret: string): string | null {
  if (kind === 'github_oidc') return 'a rule for OIDC has no secret';
  const parsed = (kind === 'standard_webhook' ? StandardSecret : GitHubSecret).safeParse(secret);
  return parsed.success ? null : (parsed.error.issues[0]?.message ?? 'is not a secret');
}

/** A rule as people see it. Times are epoch milliseconds; `secrets` counts those that are accepted, 2 during a rotation. */
export type TrustRule = {
  id: string;
  name: string;
  policy: TrustPolicy;
  agentName: string | null;
  secrets: number;
  createdAt: number;
};

/** A run of a CI system: all jobs and shards of one attempt; running it again is another attempt. */
export type WorkflowRun = { repository: string; runId: string; runAttempt: string };

/** What the shards of a CI run have in common: the `external_key` of the run they form here. */
export function externalKey({ repository, runId, runAttempt }: WorkflowRun): string {
  return `${repository}/${runId}/${runAttempt}`;
}

/** What a GitHub Actions job says of itself in its token: docs.github.com/actions/reference/security/oidc. Numbers come as text. */
export const OidcClaims = z.object({
  repository: z.string().min(1).max(MAX_CLAIM),
  repository_id: z.string().min(1).max(MAX_CLAIM),
  repository_owner_id: z.string().min(1).max(MAX_CLAIM),
  event_name: z.string().min(1).max(MAX_CLAIM),
  run_id: z.string().min(1).max(MAX_CLAIM),
  run_attempt: z.string().min(1).max(MAX_CLAIM),
  ref: z.string().optional(),
  environment: z.string().optional(),
  job_workflow_ref: z.string().optional(),
});
export type OidcClaims = z.infer<typeof OidcClaims>;

export function workflowRunOf({ repository, run_id, run_attempt }: OidcClaims): WorkflowRun {
  return { repository, runId: run_id, runAttempt: run_attempt };
}

/**
 * Events that give a job the token of the repository although anyone may have started it, possibly on the code of a fork, which no claim
 * tells. A `pull_request` from a fork is not among them: GitHub gives such a job no token at all, and the fork's own jobs carry the
 * fork's repository_id.
 */
const OPEN_TO_FORKS = [
  'pull_request_target',
  'pull_request_review',
  'pull_request_review_comment',
  'issue_comment',
  'workflow_run',
];

export const POLICY_FAULTS = ['repository', 'fork', 'ref', 'environment', 'job_workflow_ref'] as const;
export type PolicyFault = (typeof POLICY_FAULTS)[number];

/** Why a job is not covered by a policy, or null. Ids decide: a repository with a new name is the same, one that took over the name is not. */
export function policyFault(policy: OidcPolicy, claims: OidcClaims): PolicyFault | null {
  const sameRepository =
    claims.repository_id === policy.repository_id && claims.repository_owner_id === policy.repository_owner_id;
  if (!sameRepository) return 'repository';
  if (!policy.allow_forks && OPEN_TO_FORKS.includes(claims.event_name)) return 'fork';
  const named = ['ref', 'environment', 'job_workflow_ref'] as const;
  return named.find((name) => policy[name] !== undefined && !fits(claims[name], policy[name])) ?? null;
}

function fits(claim: string | undefined, pattern: string): boolean {
  if (claim === undefined) return false;
  return pattern.endsWith('*') ? claim.startsWith(pattern.slice(0, -1)) : claim === pattern;
}

/** How a GitHub workflow run ended, in GitHub's words. */
export const WORKFLOW_CONCLUSIONS = [
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
  'stale',
  'startup_failure',
] as const;
export type WorkflowConclusion = (typeof WORKFLOW_CONCLUSIONS)[number];

/** A workflow run that is over. */
export type WorkflowOutcome = WorkflowRun & { conclusion: WorkflowConclusion };

/** What becomes of a run of ours that is still open then: a workflow that went through has delivered all it had, any other was cut short. */
export function runEndOf(conclusion: WorkflowConclusion): 'finish' | 'cancel' {
  return conclusion === 'success' || conclusion === 'neutral' ? 'finish' : 'cancel';
}
