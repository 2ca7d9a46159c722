import * as z from 'zod';
import { constraintTexts } from '../domain/blueprint/blueprint.ts';
import { AgentStatus } from '../domain/fields.ts';
import { relativeTime } from '../domain/formatting.ts';
import { planOf } from '../domain/quota.ts';
import { asSent } from '../domain/redaction/as-sent.ts';
import { reviewBlueprint } from '../domain/review.ts';
import { selectAgents } from '../store/agents.ts';
import { agentUrl, askAgent, mayKnow } from './agent-access.ts';
import { defineTool } from './define-tool.ts';
import { AgentNameParameter, optionalText, requiredText } from './input.ts';
import { readD1 } from './read-d1.ts';
import { toWire, WireRun } from './wire-run.ts';

/** What an empty workspace says. */
export const NO_AGENTS = 'No agents registered yet. Use invarium_prepare_blueprint to register one.';

export const uploadBlueprint = defineTool({
  name: 'invarium_upload_blueprint',
  title: 'Upload a blueprint',
  description: `Registers an agent from its blueprint, or updates the agent of that name in place; earlier test runs are kept. Detects tools and workflow chains, rates confidence and runs the static audit.

WHEN TO USE: after the user approved the prepared blueprint. Uploading is visible to the whole workspace.
Args: blueprint (YAML or JSON text with agent_name and at least one tool; at most 500 KB); agent_name (optional, overrides the one in the blueprint).
Returns: tools and chains detected, confidence, dashboard link, Agent Readiness Score. The full audit is read with invarium_get_audit.`,
  effect: 'changes',
  repeatable: true,
  forOneAgent: true,
  input: z.strictObject({
    blueprint: asSent(requiredText('Blueprint of the agent as YAML or JSON text.', Number.POSITIVE_INFINITY)),
    agent_name: asSent(optionalText('Name to register under; default: agent_name or name in the blueprint.')),
  }),
  output: z.object({
    agent_id: z.string(),
    agent_name: z.string(),
    url: z.string(),
    tools: z.int(),
    chains: z.int(),
    confidence: z.enum(['low', 'medium', 'high']),
    ars: z.int(),
    rating: z.string(),
  }),
  async run({ blueprint: document, agent_name }, context) {
    const { blueprint, text, report, confidence } = reviewBlueprint(document, agent_name?.trim() || null);
    const { level } = confidence;
    const { id } = await askAgent(context, blueprint.agent_name, (agent) =>
      agent.register({
        workspaceId: context.caller.workspaceId,
        name: blueprint.agent_name,
        description: blueprint.description ?? null,
        constraints: constraintTexts(blueprint),
        tools: blueprint.tools,
        document: text,
        confidence: level,
        score: report.score,
        audit: JSON.stringify(report),
        plan: planOf(context.env.PLAN),
      }),
    );
    return {
      agent_id: id,
      agent_name: blueprint.agent_name,
      url: agentUrl(context.baseUrl, id),
      tools: blueprint.tools.length,
      chains: blueprint.workflow.chains.length,
      confidence: level,
      ars: report.score,
      rating: `${report.color} -- ${report.label}`,
    };
  },
  text: (it) => `Blueprint uploaded for ${it.agent_name} ✓
Tools detected: ${it.tools}
Workflow chains: ${it.chains}
Confidence: ${it.confidence}
View on dashboard: ${it.url}

Local audit preview:
  Agent Readiness Score: ${it.ars}/100 (${it.rating})

→ Next: Call invarium_get_audit(agent_name="${it.agent_name}") for the full server-side audit.`,
});

const AgentListing = z.object({
  id: z.string(),
  name: z.string(),
  status: AgentStatus,
  aqs: z.int().nullable(),
  previous_aqs: z.int().nullable(),
  scenarios: z.int(),
  last_run_at: z.string().nullable(),
  last_run: z.string().nullable(),
});

export const listAgents = defineTool({
  name: 'invarium_list_agents',
  title: 'List agents',
  description: `Lists all agents of the workspace with status, quality score (AQS), number of scenarios and the time of the last run.

WHEN TO USE: to find an agent's exact name, or to see what is registered.
Args: none.
Returns: one entry per agent.`,
  effect: 'reads',
  forOneAgent: true,
  input: z.strictObject({}),
  output: z.object({ agents: z.array(AgentListing), total: z.int() }),
  async run(_input, { caller, env, now }) {
    const agents = await readD1(selectAgents(env.DB, caller.workspaceId));
    const listed = agents
      .filter(({ name }) => mayKnow(caller, name))
      .map((agent) => ({
        ...agent,
        last_run_at: agent.last_run_at === null ? null : new Date(agent.last_run_at).toISOString(),
        last_run: agent.last_run_at === null ? null : relativeTime(agent.last_run_at, now),
      }));
    return { agents: listed, total: listed.length };
  },
  text: ({ agents, total }) => {
    if (total === 0) return NO_AGENTS;
    const entries = agents.map((agent, index) => `${index + 1}. ${agent.name}\n   ${listLine(agent)}`);
    return `Your agents (${total} total):\n\n${entries.join('\n\n')}`;
  },
});

function listLine(agent: z.infer<typeof AgentListing>): string {
  const score = agent.aqs === null ? 'AQS: —' : `AQS: ${scoreText(agent.aqs, agent.previous_aqs)}`;
  const run = agent.last_run === null ? 'No test runs yet' : `Last run: ${agent.last_run}`;
  return `Status: ${agent.status} | ${score} | Scenarios: ${agent.scenarios} | ${run}`;
}

/** `82/100 (↑ +4)`; the trend only where there was a score before that differed. */
function scoreText(score: number, previous: number | null): string {
  if (previous === null || previous === score) return `${score}/100`;
  const change = score - previous;
  return change > 0 ? `${score}/100 (↑ +${change})` : `${score}/100 (↓ -${-change})`;
}

export const getAgent = defineTool({
  name: 'invarium_get_agent',
  title: 'Get an agent',
  description: `Shows one agent: status, quality score (AQS) with its trend, tools, constraints, recent runs and the dashboard link.

WHEN TO USE: after syncing results (the new score is here at once), before generating tests, or to diagnose.
Args: agent_name (exact, case-sensitive).
Returns: the agent in detail.`,
  effect: 'reads',
  input: z.strictObject({ agent_name: AgentNameParameter }),
  output: z.object({
    id: z.string(),
    name: z.string(),
    status: AgentStatus,
    description: z.string().nullable(),
    aqs: z.int().nullable(),
    aqs_interval: z.array(z.int()).nullable(),
    low_evidence: z.boolean(),
    previous_aqs: z.int().nullable(),
    tools: z.array(z.object({ name: z.string(), description: z.string() })),
    constraints: z.array(z.string()),
    runs: z.object({ completed: z.int(), running: z.int() }),
    last_run: WireRun.nullable(),
    last_run_ago: z.string().nullable(),
    url: z.string(),
  }),
  async run({ agent_name }, context) {
    const agent = await askAgent(context, agent_name, (object) => object.describe());
    const { score, lastRun } = agent;
    return {
      id: agent.id,
      name: agent.name,
      status: agent.status,
      description: agent.description,
      aqs: score?.value ?? null,
      aqs_interval: score ? [score.low, score.high] : null,
      low_evidence: score?.lowEvidence ?? false,
      previous_aqs: agent.previousScore,
      tools: agent.tools.map(({ name, description }) => ({ name, description })),
      constraints: agent.constraints,
      runs: { completed: agent.completed, running: agent.running },
      last_run: lastRun && toWire(lastRun, context.baseUrl),
      last_run_ago: lastRun ? relativeTime(lastRun.started_at, context.now) : null,
      url: agentUrl(context.baseUrl, agent.id),
    };
  },
  text: (agent) =>
    [
      [
        `Agent: ${agent.name}`,
        `Status: ${agent.status}`,
        ...(agent.description ? [`Description: ${agent.description}`] : []),
        `AQS Score: ${agent.aqs === null ? `— (${agent.last_run ? 'nothing decided yet' : 'no test runs yet'})` : scoreText(agent.aqs, agent.previous_aqs)}`,
      ],
      section(
        'Tools',
        agent.tools.map((tool) => `${tool.name}: ${tool.description}`),
      ),
      section('Constraints', agent.constraints),
      runLines(agent),
      [`View on dashboard: ${agent.url}`],
    ]
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join('\n'))
      .join('\n\n'),
});

function section(title: string, items: string[]): string[] {
  return items.length > 0 ? [`${title} (${items.length}):`, ...items.map((item) => `  - ${item}`)] : [];
}

type Runs = { runs: { completed: number; running: number }; last_run: WireRun | null; last_run_ago: string | null };

function runLines({ runs, last_run, last_run_ago }: Runs): string[] {
  if (!last_run) return ['No test runs yet'];
  const { passed, failed } = last_run.counts;
  return [
    `Recent test runs: ${runs.completed} completed, ${runs.running} running`,
    `Last run: ${last_run_ago} (passed: ${passed}, failed: ${failed})`,
  ];
}
