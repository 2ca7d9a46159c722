import type { TrustKind, TrustRule } from '../domain/trust-rule.ts';
import { allowance, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { Time } from './time.tsx';
import { Act, ActsForm } from './webhooks-fields.tsx';

export const KIND_WORDS: Record<TrustKind, string> = {
  github_oidc: 'GitHub Actions (OIDC)',
  standard_webhook: 'Standard Webhooks',
  github_webhook: 'GitHub workflow_run',
};

const TEXTS_BYTES = 9_000;
const TEXT_CHARS = 120;

export type RuleListProps = { rules: readonly TrustRule[]; now: number; mayChange: boolean; csrf: string };

export function RuleList({ rules, now, mayChange, csrf }: RuleListProps) {
  const take = allowance(TEXTS_BYTES);
  return (
    <ActsForm {...{ csrf, mayChange }}>
      <ol class="results">
        {rules.map((rule) => (
          <Item {...{ rule, now, take, mayChange }} />
        ))}
      </ol>
    </ActsForm>
  );
}

type ItemProps = { rule: TrustRule; now: number; take: Take; mayChange: boolean };

function Item({ rule, now, take, mayChange }: ItemProps) {
  const { id, name, policy, agentName, secrets, createdAt } = rule;
  return (
    <li class="result plain" id={id}>
      <h3 id={`${id}-name`}>
        <Inline clip={take(name, TEXT_CHARS)} /> <small>{KIND_WORDS[policy.kind]}</small>
      </h3>
      <ul class="facts">
        {policyFacts(rule).map((fact) => (
          <li>
            <Inline clip={take(fact, TEXT_CHARS)} />
          </li>
        ))}
        <li>{agentName === null ? 'all agents' : `only ${agentName}`}</li>
        {secrets > 1 && <li>two secrets are accepted</li>}
        <li>
          added <Time at={createdAt} now={now} />
        </li>
      </ul>
      {mayChange && <Acts rule={rule} />}
    </li>
  );
}

function policyFacts({ policy }: TrustRule): string[] {
  if (policy.kind !== 'github_oidc') return [];
  const { repository_id, repository_owner_id, ref, environment, job_workflow_ref, allow_forks } = policy;
  return [
    `repository ${repository_id}`,
    `owner ${repository_owner_id}`,
    ...(ref === undefined ? [] : [`ref ${ref}`]),
    ...(environment === undefined ? [] : [`environment ${environment}`]),
    ...(job_workflow_ref === undefined ? [] : [`workflow ${job_workflow_ref}`]),
    ...(allow_forks ? ['also events open to forks'] : []),
  ];
}

function Acts({ rule: { id, secrets } }: { rule: TrustRule }) {
  const path = `/webhooks/rules/${id}`;
  return (
    <fieldset class="acts" aria-labelledby={`${id}-name`}>
      {secrets > 0 && <Act action={`${path}/rotate`}>Rotate secret</Act>}
      {secrets > 1 && <Act action={`${path}/finish-rotation`}>Finish rotation</Act>}
      <a href={`${path}/delete`}>Delete…</a>
    </fieldset>
  );
}
