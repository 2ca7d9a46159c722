import { expect, test } from 'vitest';
import {
  externalKey,
  NewTrustRule,
  type OidcClaims,
  policyFault,
  runEndOf,
  standardSecretKey,
  TrustPolicy,
  workflowRunOf,
} from '../../src/domain/trust-rule.ts';

const CLAIMS: OidcClaims = {
  repository: 'octo-org/shop',
  repository_id: '74',
  repository_owner_id: '65',
  event_name: 'push',
  run_id: '9001',
  run_attempt: '2',
  ref: 'refs/heads/main',
};

function policy(more: Record<string, unknown> = {}) {
  const parsed = TrustPolicy.parse({ kind: 'github_oidc', repository_id: 74, repository_owner_id: '65', ...more });
  if (parsed.kind !== 'github_oidc') throw new Error('another kind');
  return parsed;
}

test('a renamed repository is the same one, and another one under its name is not', () => {
  expect(policyFault(policy(), { ...CLAIMS, repository: 'new-org/new-name' })).toBeNull();
  expect(policyFault(policy(), { ...CLAIMS, repository_id: '75' })).toBe('repository');
  expect(policyFault(policy(), { ...CLAIMS, repository_owner_id: '66' })).toBe('repository');
});

test('a pull request of the repository is covered, and the events that may run a fork only where forks are allowed', () => {
  expect(policyFault(policy(), { ...CLAIMS, event_name: 'pull_request', ref: 'refs/pull/3/merge' })).toBeNull();
  for (const event_name of ['pull_request_target', 'workflow_run', 'issue_comment']) {
    expect(policyFault(policy(), { ...CLAIMS, event_name })).toBe('fork');
    expect(policyFault(policy({ allow_forks: true }), { ...CLAIMS, event_name })).toBeNull();
  }
});

test('a claim that a policy names has to be there and to fit', () => {
  expect(policyFault(policy({ ref: 'refs/heads/main' }), CLAIMS)).toBeNull();
  expect(policyFault(policy({ ref: 'refs/heads/*' }), CLAIMS)).toBeNull();
  expect(policyFault(policy({ ref: 'refs/heads/mai' }), CLAIMS)).toBe('ref');
  expect(policyFault(policy({ ref: 'refs/tags/*' }), CLAIMS)).toBe('ref');
  expect(policyFault(policy({ environment: 'production' }), CLAIMS)).toBe('environment');
  expect(policyFault(policy({ environment: 'prod*' }), CLAIMS)).toBe('environment');
  const workflow = 'octo-org/flows/.github/workflows/qa.yml@refs/heads/main';
  expect(policyFault(policy({ job_workflow_ref: workflow }), { ...CLAIMS, job_workflow_ref: workflow })).toBeNull();
  expect(policyFault(policy({ job_workflow_ref: workflow }), CLAIMS)).toBe('job_workflow_ref');
});

test('a policy without the ids, or with a pattern that could mean anything, is no policy', () => {
  const read = (more: Record<string, unknown>) =>
    TrustPolicy.safeParse({ kind: 'github_oidc', repository_id: '74', repository_owner_id: '65', ...more }).success;
  expect(read({})).toBe(true);
  const wrong = [
    { repository_id: '' },
    { repository_owner_id: undefined },
    { repository_id: 'octo/shop' },
    { repository: 'octo/shop' },
  ];
  for (const more of [...wrong, { ref: 'refs/*/main' }, { ref: '' }, { ref: '*' }, { ref: 'refs/\nheads' }])
    expect([more, read(more)]).toEqual([more, false]);
});

test('the shards of one attempt of a CI run have one key, and running it again makes another', () => {
  expect(externalKey(workflowRunOf(CLAIMS))).toBe('octo-org/shop/9001/2');
  expect(externalKey(workflowRunOf({ ...CLAIMS, run_attempt: '3' }))).toBe('octo-org/shop/9001/3');
});

test('a secret is whsec_ and the base64 of 24 to 64 bytes', () => {
  const secret = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
  for (const bytes of [24, 25, 26, 32, 64]) expect(standardSecretKey(secret(bytes))).not.toBeNull();
  for (const bytes of [0, 1, 23, 65]) expect(standardSecretKey(secret(bytes))).toBeNull();
  for (const text of ['', 'whsec_', 'abc', secret(24).slice(6), `${secret(24)}!`, `${secret(25)}=`])
    expect([text, standardSecretKey(text)]).toEqual([text, null]);
});

test('a rule takes a secret that fits its kind and no other', () => {
  const read = (policy: unknown, secret?: string) => NewTrustRule.safeParse({ name: 'CI', policy, secret }).success;
  const oidc = { kind: 'github_oidc', repository_id: '74', repository_owner_id: '65' };
  expect(read(oidc)).toBe(true);
  expect(read(oidc, 'x'.repeat(32))).toBe(false);
  expect(read({ kind: 'github_webhook' }, 'x'.repeat(16))).toBe(true);
  expect(read({ kind: 'github_webhook' }, 'short')).toBe(false);
  expect(read({ kind: 'standard_webhook' })).toBe(true);
  expect(read({ kind: 'standard_webhook' }, 'x'.repeat(32))).toBe(false);
});

test('a workflow that went through ends its run as finished, any other as cancelled', () => {
  expect(runEndOf('success')).toBe('finish');
  for (const conclusion of ['failure', 'cancelled', 'timed_out', 'startup_failure', 'stale'] as const)
    expect(runEndOf(conclusion)).toBe('cancel');
});
