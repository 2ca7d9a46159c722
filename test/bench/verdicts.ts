import { Pattern } from '../../src/domain/pattern/pattern.ts';
import type { RunResult } from '../../src/domain/result.ts';
import { judge } from '../../src/domain/verdict/judge.ts';
import type { JudgeInput } from '../../src/domain/verdict/scene.ts';
import { toolTable } from '../../src/domain/verdict/tool-table.ts';
import { callsIn } from '../../src/domain/verdict/transcript.ts';
import { readCorpus } from '../../src/local/corpus.ts';

/**
 * Prints how many verdicts a core gives in a second of its own time: `node test/bench/verdicts.ts DIR…`, each a folder of recorded
 * conversations. Wanted: 50,000 for results without a transcript, 5,000 with one.
 */

const SECONDS = 3;
const ROUNDS = 3;

type Setting = { name: string; wanted: number; of: (result: RunResult) => RunResult };

const SETTINGS: Setting[] = [
  { name: 'calls with outcomes, no transcript', wanted: 50_000, of: (result) => withCalls(result, true) },
  { name: 'calls without outcomes (published schema)', wanted: 50_000, of: (result) => withCalls(result, false) },
  { name: 'full transcripts', wanted: 5_000, of: (result) => result },
];

function withCalls({ messages, ...result }: RunResult, outcomes: boolean): RunResult {
  const calls = callsIn(messages ?? []).map(({ name, sent, result: outcome }) => ({
    name,
    parameters: typeof sent === 'string' ? JSON.parse(sent) : sent,
    ...(outcomes ? { result: outcome } : {}),
  }));
  return { ...result, tools_called: calls };
}

/** Of this thread alone: what else runs on the machine does not count. */
function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

function perSecond(inputs: readonly JudgeInput[], seconds: number): number {
  const start = cpuSeconds();
  let judged = 0;
  let used = 0;
  while (used < seconds) {
    for (const input of inputs) judge(input);
    judged += inputs.length;
    used = cpuSeconds() - start;
  }
  return judged / used;
}

function measure(dir: string): void {
  const { blueprint, scenarios, episodes } = readCorpus(dir);
  const tools = toolTable(blueprint.tools as Parameters<typeof toolTable>[0]);
  const expected = new Map(scenarios.map(({ taskId, expectations }) => [taskId, expectations]));
  for (const { name, wanted, of } of SETTINGS) {
    const inputs = episodes.map(({ taskId, result }) => ({
      // Parsed anew, as it comes out of a request.
      result: JSON.parse(JSON.stringify(of({ scenario_id: 'sc', ...result }))),
      expectations: expected.get(taskId) ?? {},
      tools,
    }));
    perSecond(inputs, 1);
    const rounds = Array.from({ length: ROUNDS }, () => perSecond(inputs, SECONDS / ROUNDS));
    const best = Math.round(Math.max(...rounds));
    console.log(`${best.toLocaleString('en').padStart(9)} verdicts/s (wanted ${wanted.toLocaleString('en')}) ${name}`);
  }
}

const FACT_TEXT_CHARS = 256 * 1024;

/** A fact that is not said, while the words of it occur all over what a tool returned. */
function measureFact(): void {
  const returned = Array.from(
    { length: FACT_TEXT_CHARS / 32 },
    (_, i) => `{"total": ${i}, "due": "May ${i % 31}"}`,
  ).join(' ');
  const input: JudgeInput = {
    result: {
      scenario_id: 'sc',
      user_message: 'How much?',
      agent_response: 'It is settled.',
      tools_called: [{ name: 'find_total', result: returned.slice(0, FACT_TEXT_CHARS) }],
    },
    expectations: { required_facts: ['total due May 99'] },
    tools: toolTable([{ name: 'find_total', description: 'Finds the total.', parameters: {}, side_effects: 'read' }]),
  };
  console.log(
    `${(1000 / perSecond([input], 1)).toFixed(1).padStart(9)} ms for a fact whose words occur in 256 KB of tool text`,
  );
}

function measurePattern(): void {
  const started = cpuSeconds();
  const pattern = new Pattern('\\b(?:refund|credit)(?:ed)?\\b.{0,40}\\$\\d+');
  const text = 'Your refund is on its way to you. '.repeat(2000);
  pattern.find(text);
  console.log(`${((cpuSeconds() - started) * 1000).toFixed(1).padStart(9)} ms for an honest pattern on 64 KB`);
}

const dirs = process.argv.slice(2);
if (dirs.length === 0) console.log('Usage: node test/bench/verdicts.ts DIR…');
for (const dir of dirs) measure(dir);
measureFact();
measurePattern();
