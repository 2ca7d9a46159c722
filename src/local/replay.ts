import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readCorpus } from './corpus.ts';
import { McpSession } from './mcp-session.ts';
import { Problem, runCommand } from './problem.ts';
import { Progress } from './progress.ts';
import { dealToShards } from './replay-plan.ts';
import {
  confusionMatrix,
  countingFaults,
  type Judged,
  printReport,
  type ReplayReport,
  type Tally,
} from './replay-report.ts';
import { ensureScenarios } from './scenarios.ts';
import { serverAddress } from './server-address.ts';
import { RunAnswer, SyncAnswer, UploadAnswer } from './tool-answers.ts';

const SHARDS = 4;
const PATIENCE_MS = 60_000;
const RESULTS_PER_PAGE = 100;
const SEEDS = 1_000_000;

const USAGE = `npm run replay -- DIR [--seed N] [--json FILE]

Streams the recorded conversations of a folder to the running server, one result a call, in any order, every tenth
twice, from ${SHARDS} shards at once, and compares the verdicts with the recorded rewards.`;

type Corpus = ReturnType<typeof readCorpus>;
type Call = { taskId: string; result: string };

function session(): McpSession {
  return new McpSession({ address: serverAddress, patienceMs: PATIENCE_MS });
}

async function replay(corpus: Corpus, seed: number): Promise<ReplayReport> {
  const started = performance.now();
  const main = session();
  const agent = corpus.agentName;
  await main.call('invarium_upload_blueprint', { agent_name: agent, blueprint: corpus.blueprint }, UploadAnswer);
  const wanted = corpus.scenarios.map(({ name, userMessage, expectations }) => ({ name, userMessage, expectations }));
  const byName = await ensureScenarios(main, agent, wanted);
  const cases = new Map(corpus.scenarios.map(({ taskId, name }) => [taskId, byName.get(name) ?? '']));

  const expected = corpus.episodes.length;
  const opened = await main.call(
    'invarium_sync_results',
    { agent_name: agent, results: '[]', create_empty: true, expected_total: expected, name: `Replay, seed ${seed}` },
    SyncAnswer,
  );
  console.log(`Seed ${seed}. Watch the run live: ${opened.url}`);
  const streaming = performance.now();
  const tally = await stream(corpus, cases, { runId: opened.test_run_id, seed });
  const streamingMs = performance.now() - streaming;

  const { run, results } = await readRun(main, agent, opened.test_run_id);
  await main.close();
  tally.retries += main.retries;
  const verdicts = matchVerdicts(corpus, cases, results);
  const matrix = confusionMatrix(verdicts);
  const accuracy = (matrix.bothPassed + matrix.bothFailed) / expected;
  const faults = countingFaults(run, expected, tally);
  const wallMs = performance.now() - started;
  return {
    agent,
    seed,
    run,
    url: opened.url,
    expected,
    tally,
    matrix,
    accuracy,
    streamingMs,
    wallMs,
    verdicts,
    faults,
  };
}

/** Sends everything from all shards at once; each waits for the answer before its next call. */
async function stream(
  corpus: Corpus,
  cases: Map<string, string>,
  { runId, seed }: { runId: string; seed: number },
): Promise<Tally> {
  const calls: Call[] = corpus.episodes.map(({ taskId, result }) => ({
    taskId,
    result: JSON.stringify([{ ...result, scenario_id: cases.get(taskId) }]),
  }));
  const shards = dealToShards(calls, { seed, shards: SHARDS });
  const tally: Tally = { calls: shards.flat().length, accepted: 0, duplicate: 0, replaced: 0, retries: 0 };
  const progress = new Progress(tally.calls);
  const target = { agent_name: corpus.agentName, test_run_id: runId };
  const sendShard = async (shard: Call[]) => {
    const shardSession = session();
    for (const { result } of shard) {
      const answer = await shardSession.call('invarium_sync_results', { ...target, results: result }, SyncAnswer);
      tally.accepted += answer.accepted;
      tally.duplicate += answer.duplicate;
      tally.replaced += answer.replaced;
      progress.step(`${answer.counts.total} counted, ${answer.counts.passed} passed, ${answer.counts.failed} failed`);
    }
    tally.retries += shardSession.retries;
    await shardSession.close();
  };
  await Promise.all(shards.map(sendShard));
  return tally;
}

async function readRun(main: McpSession, agent: string, runId: string): Promise<RunAnswer> {
  const read = (page: number) =>
    main.call(
      'invarium_get_test_run',
      { agent_name: agent, test_run_id: runId, page, limit: RESULTS_PER_PAGE },
      RunAnswer,
    );
  const first = await read(1);
  for (let page = 2; page <= first.pages; page += 1) first.results.push(...(await read(page)).results);
  return first;
}

function matchVerdicts(corpus: Corpus, cases: Map<string, string>, results: RunAnswer['results']): Judged[] {
  return corpus.episodes.flatMap(({ taskId, trial, reward, result }) => {
    const caseId = cases.get(taskId);
    const verdict = results.find((one) => one.test_case_id === caseId && one.trial === (result.trial ?? 1));
    return verdict ? [{ taskId, trial, reward, verdict }] : [];
  });
}

function readArguments() {
  try {
    const options = { seed: { type: 'string' }, json: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [directory, ...others] = positionals;
    const seed = values.seed === undefined ? Math.floor(Math.random() * SEEDS) : Number(values.seed);
    if (directory && others.length === 0 && Number.isInteger(seed)) return { directory, seed, json: values.json };
  } catch {
    // An option that is not known; the usage below names those that are.
  }
  throw new Problem(USAGE);
}

async function main(): Promise<void> {
  const { directory, seed, json } = readArguments();
  const report = await replay(readCorpus(path.resolve(directory)), seed);
  printReport(report);
  if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (report.faults.length > 0) process.exitCode = 1;
}

await runCommand(main);
