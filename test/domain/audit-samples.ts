import { type Audit, Audit as AuditSchema, audit } from '../../src/domain/audit/audit.ts';
import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';

/** A tool with nothing to say against it. */
export const READER = {
  name: 'find_order',
  description: 'Finds an order by its id and returns its items.',
  parameters: { order_id: 'string' },
  returns: 'the order',
  side_effects: 'read',
  error_handling: 'retry',
};
export const WRITER = {
  ...READER,
  name: 'refund_order',
  description: 'Refunds an order to its original payment method.',
  side_effects: 'write',
  error_handling: 'fail',
  requires_confirmation: true,
};
/** A blueprint with nothing to say against it. */
export const CLEAN = {
  agent_name: 'shop-agent',
  framework: 'custom',
  description: 'Answers questions about orders of a small shop.',
  tools: [READER, WRITER],
  workflow: {
    entry_point: 'find_order',
    chains: [{ name: 'main', trigger: 'a question', steps: ['find_order', 'refund_order'] }],
  },
  constraints: { guardrails: ['Never refund more than was paid'], max_retries: 2 },
};

export function auditOf(document: object): Audit {
  const { blueprint, text } = parseBlueprint(JSON.stringify(document));
  return AuditSchema.parse(audit(blueprint, text));
}

/** What an audit finds, one line each; of one check where it is named. */
export function found(document: object, check = ''): string[] {
  const { findings } = auditOf(document);
  return findings
    .filter((one) => one.check.startsWith(check))
    .map((one) => `${one.check} ${one.severity} ${one.element}`);
}

export const withTools = (...tools: object[]) => ({ ...CLEAN, tools: [READER, WRITER, ...tools] });
export const withConstraints = (constraints: unknown) => ({ ...CLEAN, constraints });
export const withGraph = (nodes: object[], edges: object[], rest: object = {}) => ({
  ...CLEAN,
  ...rest,
  graph: { nodes, edges },
});

export const tool = (id: string) => ({ id, type: 'Tool' });
export const CRM = { id: 'crm', type: 'ExternalService' };
export const GUARD = { id: 'guard', type: 'Guard' };
export const POLICY = { id: 'policy', type: 'PolicyConstraint' };
export const AGENT = { id: 'agent', type: 'Agent' };
