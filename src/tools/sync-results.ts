import * as z from 'zod';
import type { SyncAnswer } from '../agent/agent-object.ts';
import { contentHash } from '../agent/content-hash.ts';
import type { Item, ItemVerdict, SyncCall } from '../agent/streaming.ts';
import { Refusal } from '../domain/errors.ts';
import { Counts, FailureCategory, ResultStatus, RunStatus, Severity, SOURCES } from '../domain/fields.ts';
import { parseResults } from '../domain/intake.ts';
import { asSent } from '../domain/redaction/as-sent.ts';
import { MAX_EXPECTED_TOTAL, MIN_EXPECTED_TOTAL } from '../domain/run-state.ts';
import { askAgent, runUrl } from './agent-access.ts';
import { withinCredits } from './credits.ts';
import { defineTool } from './define-tool.ts';
import { AgentNameParameter, choice, flag, jsonText, optionalText, wholeNumber } from './input.ts';
import { rulesOfNewRun } from './run-rules.ts';

const MAX_VERDICTS = 50;

const Output = z.object({
  test_run_id: z.string(),
  agent_name: z.string(),
  url: z.string(),
  status: RunStatus,
  expected_total: z.int().nullable(),
  created: z.boolean(),
  received: z.int(),
  accepted: z.int(),
  duplicate: z.int(),
  replaced: z.int(),
  renumbered: z.int(),
  rejected: z.int(),
  counts: Counts,
  verdicts: z.array(
    z.object({
      index: z.int(),
      scenario_id: z.string(),
      trial: z.int(),
      status: ResultStatus,
      rule: z.string(),
      reason: z.string(),
      category: FailureCategory.optional(),
      subtype: z.string().optional(),
      severity: Severity.optional(),
    }),
  ),
  verdicts_truncated: z.boolean().optional(),
});

export const syncResults = defineTool({
  name: 'invarium_sync_results',
  title: 'Sync test results',
  description: `Uploads results of test cases that were run locally: makes a test run or appends to one. The server judges each result by the expectations of its case. Called automatically while tests run; needs no confirmation.

WHEN TO USE: streaming: create_empty=true with results="[]" first, which returns the run id and its link, then results one at a time with test_run_id. Batch: all results in one call, without test_run_id. Sending a result again is safe: it is counted once.
Args:
  agent_name: exact name.
  results: JSON array of at most 1000 results. Each has scenario_id (a test case id from invarium_get_tests), user_message, agent_response; optional: tools_called [{name, parameters, result, error}], messages (the transcript), passed, notes, latency_ms, error_message, trial, attempt, result_id, stop_reason. Set passed and notes only where the runner itself knows the outcome: passed=false always fails the case, passed=true decides it only where nothing else does.
  test_run_id: run to append to.  name: label of a new run.
  source: mcp, ci, vscode, cli or api.
  create_empty: make an empty run and return its id and URL.
  expected_total: how many results to expect; the run completes when that many distinct ones arrived.
Returns: run id, counts, verdicts and the dashboard link. A run's analytics are read with invarium_get_test_run and invarium_get_agent.`,
  effect: 'adds',
  scope: 'ingest',
  input: z.strictObject({
    agent_name: AgentNameParameter,
    results: asSent(jsonText('JSON array of result objects; "[]" with create_empty.')),
    test_run_id: optionalText('Run to append to; "tr_" may be left out.'),
    name: optionalText('Label for a new run.', 200),
    source: choice('source', SOURCES, 'Where the results come from. Default: mcp.'),
    create_empty: flag('Make an empty run and return its id. Default: false.'),
    expected_total: wholeNumber(
      { min: MIN_EXPECTED_TOTAL, max: MAX_EXPECTED_TOTAL },
      `expected_total must be between ${MIN_EXPECTED_TOTAL} and ${MAX_EXPECTED_TOTAL}`,
      'Results to expect before the run is completed.',
    ),
  }),
  output: Output,
  async run(input, context) {
    const { env, caller, now } = context;
    const runId = runIdOf(input.test_run_id);
    const call: SyncCall = {
      runId,
      createEmpty: input.create_empty ?? false,
      name: input.name?.trim() || null,
      source: input.source ?? 'mcp',
      expectedTotal: input.expected_total ?? null,
      items: input.create_empty ? [] : itemsOf(input.results, input.test_run_id),
      rules: runId === null ? await rulesOfNewRun(env, { workspaceId: caller.workspaceId, now }) : null,
    };
    const payer = { env, workspaceId: caller.workspaceId, now };
    const send = () => askAgent(context, input.agent_name, (agent) => agent.sync(call));
    const answer = await withinCredits(payer, call.items.length, send);
    return structured(answer, { created: call.createEmpty && call.runId === null, baseUrl: context.baseUrl });
  },
  text: (it) => (it.created ? createdText(it) : syncedText(it)),
});

function runIdOf(given: string | null | undefined): string | null {
  if (given === null || given === undefined) return null;
  if (given.trim() !== '') return given.trim();
  throw new Refusal(
    'INVALID_ARGUMENT',
    'test_run_id is required and cannot be empty',
    'Leave it out to make a new run.',
  );
}

/** @throws Refusal for what is no list of results; an empty list only asks for the counts of a run that exists. */
function itemsOf(results: unknown, runId: string | null | undefined): Item[] {
  if (results === undefined || results === null || (typeof results === 'string' && results.trim() === '')) {
    throw new Refusal(
      'INVALID_RESULTS',
      'results is required and cannot be empty',
      'Pass a JSON array of result objects.',
    );
  }
  const received = parseResults(results);
  if (received.length === 0 && !runId) {
    const hint = 'Send at least one result, or create_empty=true to make an empty run.';
    throw new Refusal('INVALID_RESULTS', "Result validation failed. 'results' is empty", hint);
  }
  return received.map(({ result, raw, text }) => ({
    scenario_id: result.scenario_id,
    trial: result.trial ?? 1,
    attempt: result.attempt ?? 1,
    result_id: result.result_id ?? null,
    hash: contentHash(raw),
    text,
  }));
}

function structured(
  { run, verdicts, ...counted }: SyncAnswer,
  { created, baseUrl }: { created: boolean; baseUrl: string },
) {
  const shown = verdicts.length > MAX_VERDICTS ? worstFirst(verdicts).slice(0, MAX_VERDICTS) : verdicts;
  return {
    test_run_id: run.id,
    agent_name: run.agent_name,
    url: runUrl(baseUrl, run.id, run.agent_name),
    status: run.status,
    expected_total: run.expected_total ?? null,
    created,
    ...counted,
    rejected: 0,
    counts: run.counts,
    verdicts: shown.map(({ verdict, ...where }) => ({ ...where, ...verdict })),
    ...(shown.length < verdicts.length ? { verdicts_truncated: true } : {}),
  };
}

/** Those that did not pass first; otherwise in the order in which they were sent. */
function worstFirst(verdicts: ItemVerdict[]): ItemVerdict[] {
  const passed = (item: ItemVerdict) => item.verdict.status === 'passed';
  return [...verdicts.filter((item) => !passed(item)), ...verdicts.filter(passed)];
}

type Synced = z.output<typeof Output>;

function createdText(it: Synced): string {
  const expected = it.expected_total === null ? [] : [`  Expected results: ${it.expected_total}`];
  return [
    'Test run created',
    `  Test Run: ${it.test_run_id}`,
    `  Agent: ${it.agent_name}`,
    ...expected,
    `  Dashboard: ${it.url}`,
  ].join('\n');
}

function syncedText(it: Synced): string {
  const { passed, failed, error } = it.counts;
  const again = 'same test case again; set "trial" to count repetitions';
  return [
    'Results synced successfully',
    `  Test Run: ${it.test_run_id}`,
    `  Agent: ${it.agent_name}`,
    `  Results: ${it.received} synced`,
    `  Passed: ${passed} | Failed: ${failed} | Errors: ${error}`,
    ...(it.renumbered > 0 ? [`  Replaced: ${it.renumbered} (${again})`] : []),
    `  Dashboard: ${it.url}`,
  ].join('\n');
}
