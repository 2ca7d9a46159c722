import type { Corpus } from './corpus.ts';
import { McpSession } from './mcp-session.ts';
import { dealToShards } from './replay-plan.ts';
import { confusionMatrix, countingFaults, type Judged, type ReplayReport, type Tally } from './replay-report.ts';
import { ensureScenarios } from './scenarios.ts';
import type { ServerAddress } from './server-address.ts';
import { RunAnswer, SyncAnswer, UploadAnswer } from './tool-answers.ts';

export const SHARDS = 4;
const PATIENCE_MS = 60_000;
const RESULTS_PER_PAGE = 100;

export type ReplayOptions = {
  /** Decides the order in which the results are sent. */
  seed: number;
  address: () => ServerAddress;
  /** Told of the run once it is open, and of every answer. */
  opened?: (run: SyncAnswer, calls: number) => void;
  answered?: (answer: SyncAnswer) => void;
  /** Told when the server went away; the replay waits for it. */
  away?: (patienceMs: number) => void;
};

/** Streams a corpus, as `npm run replay` says, and compares the verdicts with the rewards. Outlives restarts of the server. */
export async function replayCorpus(corpus: Corpus, options: ReplayOptions): Promise<ReplayReport> {
  const started = performance.now();
  const session = sessionFor(options);
  const cases = await registerCorpus(session, corpus);
  const opened = await openRun(session, corpus, options.seed);
  const streaming = performance.now();
  const tally = await stream(corpus, { cases, opened, options });
  const streamingMs = performance.now() - streaming;
  const { run, results } = await readRun(session, corpus.agentName, opened.test_run_id);
  await session.close();
  tally.retries += session.retries;

  const expected = corpus.episodes.length;
  const verdicts = matchVerdicts(corpus, cases, results);
  const matrix = confusionMatrix(verdicts);
  return {
    ...{ agent: corpus.agentName, seed: options.seed, run, url: opened.url, expected, tally, verdicts, matrix },
    accuracy: (matrix.bothPassed + matrix.bothFailed) / expected,
    faults: countingFaults(run, expected, tally),
    streamingMs,
    wallMs: performance.now() - started,
  };
}

function sessionFor({ address, away }: ReplayOptions): McpSession {
  return new McpSession({ address, patienceMs: PATIENCE_MS, away: () => away?.(PATIENCE_MS) });
}

/** Uploads the agent and makes its scenarios; answers the test case of each task. */
async function registerCorpus(session: McpSession, corpus: Corpus): Promise<Map<string, string>> {
  const blueprint = JSON.stringify(corpus.blueprint);
  await session.call('invarium_upload_blueprint', { agent_name: corpus.agentName, blueprint }, UploadAnswer);
  const wanted = corpus.scenarios.map(({ name, userMessage, expectations }) => ({ name, userMessage, expectations }));
  const byName = await ensureScenarios(session, corpus.agentName, wanted);
  return new Map(corpus.scenarios.map(({ taskId, name }) => [taskId, byName.get(name) ?? '']));
}

function openRun(session: McpSession, { agentName, episodes }: Corpus, seed: number): Promise<SyncAnswer> {
  const name = `Replay, seed ${seed}`;
  const input = { agent_name: agentName, results: '[]', create_empty: true, expected_total: episodes.length, name };
  return session.call('invarium_sync_results', input, SyncAnswer);
}

type Streaming = { cases: Map<string, string>; opened: SyncAnswer; options: ReplayOptions };

/** Sends everything from all shards at once; each waits for the answer before its next call. */
async function stream(corpus: Corpus, { cases, opened, options }: Streaming): Promise<Tally> {
  const calls = corpus.episodes.map(({ taskId, result }) =>
    JSON.stringify([{ ...result, scenario_id: cases.get(taskId) }]),
  );
  const shards = dealToShards(calls, { seed: options.seed, shards: SHARDS });
  const tally: Tally = { calls: shards.flat().length, accepted: 0, duplicate: 0, replaced: 0, retries: 0 };
  options.opened?.(opened, tally.calls);
  const sendShard = async (results: string[]) => {
    const session = sessionFor(options);
    for (const result of results) {
      const input = { agent_name: corpus.agentName, test_run_id: opened.test_run_id, results: result };
      const answer = await session.call('invarium_sync_results', input, SyncAnswer);
      tally.accepted += answer.accepted;
      tally.duplicate += answer.duplicate;
      tally.replaced += answer.replaced;
      options.answered?.(answer);
    }
    tally.retries += session.retries;
    await session.close();
  };
  await Promise.all(shards.map(sendShard));
  return tally;
}

async function readRun(session: McpSession, agentName: string, runId: string): Promise<RunAnswer> {
  const read = (page: number) => {
    const input = { agent_name: agentName, test_run_id: runId, page, limit: RESULTS_PER_PAGE };
    return session.call('invarium_get_test_run', input, RunAnswer);
  };
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
