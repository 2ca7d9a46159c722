import { Refusal, type RefusalDetails, refusalText } from '../domain/errors.ts';
import { logLine } from '../domain/redaction/log-line.ts';
import { getAgent, listAgents, uploadBlueprint } from './agents.ts';
import { getAudit, prepareBlueprint } from './blueprints.ts';
import { connect, getWorkflow } from './connection.ts';
import type { OpenContext, Outcome, Tool } from './define-tool.ts';
import { deleteAgent } from './delete-agent.ts';
import { generateTests, getTests } from './generations.ts';
import { manageScenario } from './manage-scenario.ts';
import { dashboard, usage } from './overview.ts';
import { getTestRun, listTestRuns } from './runs.ts';
import { createScenario, listScenarios } from './scenarios.ts';
import { syncResults } from './sync-results.ts';
import { setupTracing } from './tracing.ts';

/** Every tool, in the order in which clients list them. */
export const TOOLS: readonly Tool[] = [
  connect,
  usage,
  dashboard,
  getWorkflow,
  prepareBlueprint,
  uploadBlueprint,
  listAgents,
  getAgent,
  getAudit,
  deleteAgent,
  generateTests,
  getTests,
  listScenarios,
  createScenario,
  manageScenario,
  setupTracing,
  syncResults,
  listTestRuns,
  getTestRun,
];

const BY_NAME = new Map(TOOLS.map((tool) => [tool.name, tool]));

export function findTool(name: string): Tool | undefined {
  return BY_NAME.get(name);
}

export type Denied = { code: Refusal['code']; text: string; details: RefusalDetails };
export type Answer = ({ ok: true } & Outcome) | ({ ok: false } & Denied);

/** The only way in, for every door: one boundary that turns what was thrown into the sentence a caller reads. */
export async function callTool(tool: Tool, raw: unknown, context: OpenContext): Promise<Answer> {
  try {
    return { ok: true, ...(await tool.perform(raw, context)) };
  } catch (error) {
    return { ok: false, ...deny(error, tool.name) };
  }
}

/** A refusal speaks for itself; anything else is a bug, logged and answered with a fixed sentence. */
function deny(error: unknown, tool: string): Denied {
  if (error instanceof Refusal) return { code: error.code, text: refusalText(error), details: error.details };
  console.error(logLine({ level: 'error', event: 'bug', tool, error: String(error), stack: (error as Error)?.stack }));
  const remedy = 'Wait 30 seconds and retry. If it persists, report it to support@invarium.ai.';
  return { code: 'SERVER_ERROR', text: `Error: Server error. ${remedy}`, details: {} };
}
