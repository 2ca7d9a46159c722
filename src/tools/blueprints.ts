import * as z from 'zod';
import { Audit } from '../domain/audit/audit.ts';
import { AUDIT_CATEGORIES, AuditCategory, type Finding } from '../domain/audit/finding.ts';
import { redactSecrets } from '../domain/audit/secrets.ts';
import { blueprintYaml, constraintTexts } from '../domain/blueprint/blueprint.ts';
import { Framework } from '../domain/blueprint/schema.ts';
import { Refusal } from '../domain/errors.ts';
import { SEVERITIES } from '../domain/fields.ts';
import { asSent } from '../domain/redaction/as-sent.ts';
import { reviewBlueprint } from '../domain/review.ts';
import { SideEffects } from '../domain/tool.ts';
import { selectAudit } from '../store/audits.ts';
import { agentUrl, askAgent } from './agent-access.ts';
import { defineTool } from './define-tool.ts';
import { AgentNameParameter, optionalText, requiredText } from './input.ts';
import { readD1 } from './read-d1.ts';

/** Findings in an answer, worst first; a model reads no further, and the counts tell of the rest. */
const MAX_FINDINGS = 50;

export const prepareBlueprint = defineTool({
  name: 'invarium_prepare_blueprint',
  title: 'Prepare a blueprint',
  description: `Validates and previews a blueprint: schema, confidence, and the whole static audit. Nothing is stored; the audit after the upload is the authoritative one.

WHEN TO USE: before every upload, as often as the blueprint changes. The user decides by this preview whether to upload.
Args: blueprint (YAML or JSON text with a name and at least one tool; at most 500 KB; invarium://templates/agent-blueprint shows every field); agent_name (optional, overrides the one in the blueprint).
Returns: preview, confidence with what is missing, Agent Readiness Score by category, findings with fixes, and the normalised YAML to save under .invarium/.`,
  effect: 'reads',
  forOneAgent: true,
  input: z.strictObject({
    blueprint: asSent(requiredText('Blueprint of the agent as YAML or JSON text.', Number.POSITIVE_INFINITY)),
    agent_name: asSent(optionalText('Name of the agent; default: agent_name or name in the blueprint.')),
  }),
  output: z.object({
    agent_name: z.string(),
    save_as: z.string(),
    framework: Framework,
    description: z.string().nullable(),
    tools: z.array(z.object({ name: z.string(), description: z.string(), side_effects: SideEffects.nullable() })),
    chains: z.int(),
    constraints: z.int(),
    confidence: z.object({ level: z.enum(['low', 'medium', 'high']), reasons: z.array(z.string()) }),
    yaml: z.string(),
    ...Audit.shape,
  }),
  run({ blueprint: document, agent_name }) {
    const { blueprint, report, confidence } = reviewBlueprint(document, agent_name?.trim() || null);
    return {
      agent_name: blueprint.agent_name,
      save_as: `.invarium/${blueprint.agent_name}-blueprint.yaml`,
      framework: blueprint.framework,
      description: blueprint.description ?? null,
      tools: blueprint.tools.map(({ name, description, side_effects }) => ({
        ...{ name, description, side_effects: side_effects ?? null },
      })),
      chains: blueprint.workflow.chains.length,
      constraints: constraintTexts(blueprint).length,
      confidence: { level: confidence.level, reasons: confidence.reasons.map(redactSecrets) },
      yaml: blueprintYaml(blueprint),
      ...shortened(report),
    };
  },
  text: (it) =>
    [
      `Save blueprint to: ${it.save_as}`,
      previewText(it),
      [`CONFIDENCE: ${it.confidence.level}`, ...it.confidence.reasons.map((reason) => `  ${reason}`)].join('\n'),
      ['LOCAL AUDIT PREVIEW', scoreText(it), ...categoryLines(it)].join('\n'),
      [`FINDINGS (${findingCount(it)})`, ...it.findings.map(briefFinding), ...rest(it)].join('\n'),
      'NEXT STEP\nReview with the user. To submit, call invarium_upload_blueprint.',
      `BLUEPRINT YAML\n${it.yaml.trimEnd()}`,
    ].join('\n\n'),
});

type Preview = {
  agent_name: string;
  framework: string;
  description: string | null;
  tools: { name: string; description: string; side_effects: string | null }[];
  chains: number;
  constraints: number;
};

function previewText(it: Preview): string {
  const tools = it.tools.map(
    ({ name, description, side_effects }) =>
      `  - ${name}: ${oneLine(description)} [side effects: ${side_effects ?? 'not declared'}]`,
  );
  return [
    'BLUEPRINT PREVIEW',
    `Agent: ${it.agent_name}`,
    `Framework: ${it.framework}`,
    ...(it.description === null ? [] : [`Description: ${oneLine(it.description)}`]),
    `Tools (${tools.length}):`,
    ...tools,
    `Workflow chains: ${it.chains}`,
    `Constraints: ${it.constraints}`,
  ].join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function briefFinding({ severity, title, recommendation }: Finding): string {
  return `  [${severity.toUpperCase()}] ${title}\n    Fix: ${recommendation}`;
}

export const getAudit = defineTool({
  name: 'invarium_get_audit',
  title: 'Get the audit',
  description: `Shows the newest readiness audit of an agent, made when its blueprint was uploaded.

WHEN TO USE: after an upload, or when the user asks how safe or ready an agent is.
Args: agent_name (exact, case-sensitive).
Returns: Agent Readiness Score by category, findings by severity with a concrete fix for each, dashboard link.`,
  effect: 'reads',
  input: z.strictObject({ agent_name: AgentNameParameter }),
  output: z.object({ agent_name: z.string(), url: z.string(), ...Audit.shape }),
  async run({ agent_name }, context) {
    const { caller, env, baseUrl } = context;
    const { id } = await askAgent(context, agent_name, (agent) => agent.describe());
    const report = await readD1(selectAudit(env.DB, caller.workspaceId, id));
    if (report) return { agent_name, url: agentUrl(baseUrl, id), ...shortened(report) };
    throw new Refusal('NOT_FOUND', `No audit found for '${agent_name}'`, 'Upload a blueprint to trigger an audit.');
  },
  text: ({ agent_name, url, ...audit }) => {
    const { critical, high, medium, low } = audit.counts;
    const findings = SEVERITIES.flatMap((severity) => severityLines(audit, severity));
    return [
      `Audit results for '${agent_name}'`,
      scoreText(audit),
      ['Category breakdown:', ...categoryLines(audit)].join('\n'),
      `Findings: ${critical} critical, ${high} high, ${medium} medium, ${low} low`,
      ...(findings.length > 0 ? [[...findings, ...rest(audit)].join('\n')] : []),
      `View on dashboard: ${url}`,
    ].join('\n\n');
  },
});

function severityLines({ findings }: Audit, severity: Finding['severity']): string[] {
  const own = findings.filter((finding) => finding.severity === severity);
  return own.length > 0 ? [severity.toUpperCase(), ...own.map(fullFinding)] : [];
}

function fullFinding({ title, category, detail, recommendation }: Finding): string {
  return `  - ${title} (${AUDIT_CATEGORIES[category].label})\n    ${detail}\n    Fix: ${recommendation}`;
}

function shortened(audit: Audit): Audit {
  return { ...audit, findings: audit.findings.slice(0, MAX_FINDINGS) };
}

function findingCount({ counts }: Audit): number {
  return counts.critical + counts.high + counts.medium + counts.low;
}

function rest(audit: Audit): string[] {
  const hidden = findingCount(audit) - audit.findings.length;
  return hidden > 0 ? [`  … and ${hidden} more, none of them worse.`] : [];
}

function scoreText({ score, color, label, checks }: Audit): string {
  return `Agent Readiness Score: ${score}/100 (${color} -- ${label})\nBased on ${checks} audit checks`;
}

function categoryLines({ categories }: Audit): string[] {
  return AuditCategory.options.map((category) => {
    const { left, budget } = categories[category];
    return `  ${AUDIT_CATEGORIES[category].label}: ${left}/${budget}`;
  });
}
