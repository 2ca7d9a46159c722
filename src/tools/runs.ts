import * as z from 'zod';
import { RESULT_STATUSES, RUN_STATUSES } from '../domain/fields.ts';
import { minuteTime, percent } from '../domain/formatting.ts';
import { asSent } from '../domain/redaction/as-sent.ts';
import { removalSentence } from '../domain/retention.ts';
import { ResultView, type RunHeader } from '../domain/run.ts';
import { selectRuns } from '../store/runs.ts';
import { askAgent } from './agent-access.ts';
import { defineTool, type ToolContext } from './define-tool.ts';
import { AgentNameParameter, choice, optionalText, requiredText, wholeNumber } from './input.ts';
import { readD1 } from './read-d1.ts';
import { toWire, WireRun } from './wire-run.ts';

const MAX_RUNS = 1_000;

export const listTestRuns = defineTool({
  name: 'invarium_list_test_runs',
  title: 'List test runs',
  description: `Lists test runs, newest first: of one agent, or of the whole workspace.

WHEN TO USE: to find a run id, or to see what is running.
Args: optional agent_name (left out: all agents), status (completed, failed, running, pending), limit, offset.
Returns: id (its first 8 digits are enough wherever a run id is taken), time, status and counts of each.`,
  effect: 'reads',
  input: z.strictObject({
    agent_name: asSent(optionalText('Only runs of this agent.')),
    status: choice('status', RUN_STATUSES, 'Only runs of this status.'),
    limit: wholeNumber({ min: 1 }, 'limit must be a positive integer', 'Runs to return. Default: 10.'),
    offset: wholeNumber({ min: 0 }, 'offset must be >= 0', 'Runs to skip. Default: 0.'),
  }),
  output: z.object({ agent_name: z.string().nullable(), runs: z.array(WireRun), total: z.int(), offset: z.int() }),
  async run(input, context) {
    const page = {
      status: input.status ?? null,
      limit: Math.min(input.limit ?? 10, MAX_RUNS),
      offset: input.offset ?? 0,
    };
    const name = input.agent_name?.trim() || null;
    const found = await findRuns(name, page, context);
    return {
      agent_name: name,
      runs: found.runs.map((run) => toWire(run, context.baseUrl)),
      total: found.total,
      offset: page.offset,
    };
  },
  text: ({ agent_name, runs, total, offset }) => {
    if (total === 0) return 'No test runs found.';
    const where = agent_name ? `for '${agent_name}'` : 'across all agents';
    const entries = runs.map((run, index) => listEntry(run, offset + index + 1, agent_name === null));
    return [`Test runs ${where} (${total} total):`, ...entries].join('\n\n');
  },
});

type Page = { status: RunHeader['status'] | null; limit: number; offset: number };

/** One agent's runs are as fresh as its object; the workspace's come from D1. */
function findRuns(
  agentName: string | null,
  page: Page,
  context: ToolContext,
): Promise<{ runs: RunHeader[]; total: number }> {
  if (agentName !== null) return askAgent(context, agentName, (agent) => agent.listRuns(page));
  return readD1(selectRuns(context.env.DB, { workspaceId: context.caller.workspaceId, ...page }));
}

function listEntry(run: WireRun, number: number, showAgent: boolean): string {
  const name = run.name ? ` "${run.name}"` : '';
  const agent = showAgent ? `Agent: ${run.agent_name} | ` : '';
  const { passed, total } = run.counts;
  const counts = `Passed: ${passed}/${total} (${percent(passed, total)}%)`;
  return `${number}. Run ${run.id.slice(3, 11)}${name} -- ${minuteTime(Date.parse(run.started_at))}\n   ${agent}Status: ${run.status} | ${counts} | Source: ${run.source}`;
}

export const getTestRun = defineTool({
  name: 'invarium_get_test_run',
  title: 'Get a test run',
  description: `Shows one test run: status, counts, and per result the verdict with its reason and evidence.

WHEN TO USE: after or while results are synced.
Args: agent_name; test_run_id; optional status (passed, failed, error, pending), page, limit (1-100).
Returns: the run and one page of its results, in the order of their cases. The agent's score is read with invarium_get_agent.`,
  effect: 'reads',
  input: z.strictObject({
    agent_name: AgentNameParameter,
    test_run_id: requiredText('Id of the run, or the first 8 or more of its hex digits.'),
    status: choice('status', RESULT_STATUSES, 'Only results of this status.'),
    page: wholeNumber({ min: 1 }, 'page must be >= 1', 'Default: 1.'),
    limit: wholeNumber({ min: 1, max: 100 }, 'limit must be between 1 and 100', 'Results on a page. Default: 20.'),
  }),
  output: z.object({
    run: WireRun,
    page: z.int(),
    pages: z.int(),
    limit: z.int(),
    results: z.array(ResultView.omit({ agent_response: true, received_at: true })),
  }),
  async run(input, context) {
    const page = input.page ?? 1;
    const limit = input.limit ?? 20;
    const query = { runId: input.test_run_id.trim(), status: input.status ?? null, page, limit };
    const found = await askAgent(context, input.agent_name, (agent) => agent.getRun(query));
    const pages = Math.max(1, Math.ceil(found.matching / limit));
    return { run: toWire(found.run, context.baseUrl), page, pages, limit, results: found.results };
  },
  text: ({ run, page, pages, limit, results }) => {
    const first = (page - 1) * limit + 1;
    const entries = results.map((result, index) => resultText(result, first + index));
    return [headText(run), `Results (page ${page}/${pages}):`, ...entries, ...tail(run)].join('\n\n');
  },
});

function headText(run: WireRun): string {
  const { passed, failed, total } = run.counts;
  return [
    `Test Run: ${run.id}`,
    `Agent: ${run.agent_name}`,
    `Status: ${run.status} | Passed: ${passed}/${total} (${percent(passed, total)}%) | Failed: ${failed}`,
    ...(run.status_reason ? [`Ended because: ${run.status_reason}`] : []),
    ...(run.name ? [`Name: ${run.name}`] : []),
    `Source: ${run.source} | Started: ${minuteTime(Date.parse(run.started_at))}`,
  ].join('\n');
}

type ShownResult = Omit<ResultView, 'agent_response' | 'received_at'>;

function resultText(result: ShownResult, number: number): string {
  const failed = result.status !== 'passed';
  const { category, subtype, severity } = result;
  return [
    `${number}. [${result.status.toUpperCase()}] ${result.title}${repetition(result)}`,
    `   Input: "${result.user_message}"`,
    `   Tools called: ${result.tools_called.join(', ') || 'none'}`,
    ...(failed && result.expected_tools ? [`   Expected tools: ${result.expected_tools.join(', ')}`] : []),
    ...(failed && category ? [`   Failure: ${category} / ${subtype} (${severity})`] : []),
    ...(failed ? [`   Reason: ${result.reason}`] : []),
    ...(result.latency_ms === undefined ? [] : [`   Latency: ${result.latency_ms} ms`]),
  ].join('\n');
}

function repetition({ trial, attempt }: ShownResult): string {
  const words = [...(trial > 1 ? [`trial ${trial}`] : []), ...(attempt > 1 ? [`attempt ${attempt}`] : [])];
  return words.length > 0 ? ` (${words.join(', ')})` : '';
}

function tail(run: WireRun): string[] {
  const { pending, error, total } = run.counts;
  return [
    ...(error > 0 ? [`Errors: ${error}/${total} (${percent(error, total)}%) could not be run.`] : []),
    ...(pending > 0 ? [`Pending: ${pending} need a decision: re-sync with "passed", or open ${run.url}`] : []),
    ...(run.texts_removed_at ? [removalSentence(Date.parse(run.texts_removed_at))] : []),
    `View on dashboard: ${run.url}`,
  ];
}
