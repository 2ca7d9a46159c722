import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentHash } from '../../src/agent/content-hash.ts';
import { type Held, place } from '../../src/domain/counting.ts';
import type { Expectations } from '../../src/domain/expectations.ts';
import { FAILURE_CATEGORIES, SCENARIO_STATUSES, SEVERITIES } from '../../src/domain/fields.ts';
import { parseResults } from '../../src/domain/intake.ts';
import { type CaseHistory, caseHistories, scenarioStatus } from '../../src/domain/scenario-status.ts';
import { AQS_WEIGHTS, agentScore, digestRun, type Outcome, type RunDigest } from '../../src/domain/scores.ts';
import { judge } from '../../src/domain/verdict/judge.ts';
import type { Verdict } from '../../src/domain/verdict/verdict.ts';
import { TABLE } from './verdict-samples.ts';

const CASES: Expectations[] = [
  { required_effects: [{ tool: 'change_plan', arguments: { line: 'L1' } }] },
  { must_refuse: true },
  { required_facts: ['done'] },
  { expected_tools: ['find_line', 'refund_bill'] },
  {},
];
const TARGETS = new Map(CASES.map((_, caseNo) => [caseNo, FAILURE_CATEGORIES[caseNo % 9] ?? 'safety_failure']));

const toolCall = fc.record({
  name: fc.constantFrom('find_line', 'change_plan', 'refund_bill'),
  parameters: fc.constantFrom({ line: 'L1' }, { line: 'L2' }),
  result: fc.constantFrom('ok', 'Error: no'),
});
const content = fc.record(
  {
    user_message: fc.constant('Hello'),
    agent_response: fc.constantFrom('Done.', 'I cannot do that.', ''),
    tools_called: fc.array(toolCall, { maxLength: 2 }),
    passed: fc.boolean(),
    error_message: fc.constantFrom('ECONNREFUSED', 'out of memory'),
  },
  { requiredKeys: ['user_message', 'agent_response'] },
);

type Sent = Record<string, unknown> & { scenario_id: string; trial: number; attempt: number };

/** Results of one run: any cases and trials, each with one or more numbered attempts. */
const results: fc.Arbitrary<Sent[]> = fc.uniqueArray(
  fc
    .tuple(
      fc.record({
        scenario_id: fc.nat(CASES.length - 1).map(String),
        trial: fc.integer({ min: 1, max: 3 }),
        attempt: fc.integer({ min: 1, max: 3 }),
      }),
      content,
    )
    .map(([key, rest]) => ({ ...rest, ...key })),
  { selector: (sent) => `${sent.scenario_id} ${sent.trial} ${sent.attempt}`, minLength: 1, maxLength: 15 },
);

type Kept = Held & { verdict: Verdict };

/** What a run holds after these calls: each is parsed, hashed, placed and judged as the product does it. */
function take(calls: readonly Sent[][]): Map<string, Kept[]> {
  const held = new Map<string, Kept[]>();
  for (const { result, raw } of calls.flatMap((call) => parseResults(JSON.stringify(call)))) {
    const key = `${result.scenario_id} ${result.trial}`;
    const known = held.get(key) ?? [];
    const hash = contentHash(raw);
    const placement = place(known, { attempt: result.attempt ?? 1, hash, result_id: null });
    if (placement.outcome === 'repeated' || placement.outcome === 'conflict') continue;
    const verdict = judge({ result, expectations: CASES[Number(result.scenario_id)] ?? {}, tools: TABLE });
    held.set(key, [...known, { attempt: placement.attempt, hash, result_id: null, verdict }]);
  }
  return held;
}

/** Standing attempts as the object's database hands them to the digest: by case. */
function outcomesIn(held: Map<string, Kept[]>): Outcome[] {
  const rows = [...held].map(([key, attempts]): Outcome => {
    const standing = attempts.reduce((a, b) => (b.attempt > a.attempt ? b : a)).verdict;
    const statuses = attempts.map(({ verdict }) => verdict.status).filter((status) => status !== 'pending');
    return {
      caseNo: Number(key.split(' ')[0]),
      status: standing.status,
      severity: standing.severity ?? null,
      agentFault: standing.agent_fault !== false,
      flaky: new Set(statuses).size > 1,
      count: 1,
    };
  });
  return rows.sort((a, b) => a.caseNo - b.caseNo);
}

function tallied(calls: readonly Sent[][]) {
  const held = take(calls);
  const digest = digestRun(outcomesIn(held), () => 0);
  const statuses = [...held.values()].map((attempts) =>
    attempts.sort((a, b) => a.attempt - b.attempt).map(({ verdict }) => verdict),
  );
  return {
    verdicts: Object.fromEntries([...held.keys()].map((key, i) => [key, statuses[i]])),
    digest: digest.cases,
    score: agentScore([digest], TARGETS),
    status: scenarioStatus([...caseHistories([digest]).values()]),
  };
}

test('order, duplicates and shards change no verdict, no tally, no score and no status', () => {
  const deliveries = results.chain((sent) =>
    fc.record({
      sent: fc.constant(sent),
      order: fc.shuffledSubarray([...sent, ...sent, ...sent], { minLength: 3 * sent.length }),
      callSize: fc.integer({ min: 1, max: 4 }),
    }),
  );
  fc.assert(
    fc.property(deliveries, ({ sent, order, callSize }) => {
      const calls = Array.from({ length: Math.ceil(order.length / callSize) }, (_, i) =>
        order.slice(i * callSize, (i + 1) * callSize),
      );
      expect(tallied(calls)).toEqual(tallied([sent]));
    }),
    { numRuns: 300 },
  );
});

const outcome: fc.Arbitrary<Outcome> = fc.record({
  caseNo: fc.nat(11),
  status: fc.constantFrom('passed', 'failed', 'error', 'pending'),
  severity: fc.constantFrom(...SEVERITIES, null),
  agentFault: fc.boolean(),
  flaky: fc.boolean(),
  count: fc.integer({ min: 1, max: 5 }),
});
const outcomes = fc.array(outcome, { minLength: 1, maxLength: 20 });
const targets = fc
  .array(fc.constantFrom(...FAILURE_CATEGORIES), { minLength: 12, maxLength: 12 })
  .map((categories) => new Map(categories.map((category, caseNo) => [caseNo, category])));

test('a score, its interval and its parts stay within 0 to 100, and the interval holds the score', () => {
  fc.assert(
    fc.property(fc.array(outcomes, { minLength: 1, maxLength: 6 }), targets, (runs, aims) => {
      const score = agentScore(
        runs.map((run) => digestRun(run, () => 0)),
        aims,
      );
      if (!score) return;
      const { low, value, high, parts } = score;
      expect([low, value, high]).toEqual([low, value, high].toSorted((a, b) => a - b));
      for (const figure of [low, value, high, ...Object.values(parts).filter((part) => part !== null)]) {
        expect(figure).toBeGreaterThanOrEqual(0);
        expect(figure).toBeLessThanOrEqual(100);
      }
    }),
  );
});

test('with consistency held fixed, no score falls when a failed result or an error turns passed', () => {
  const turned = outcomes.chain((run) => fc.tuple(fc.constant(run), fc.nat(run.length - 1)));
  fc.assert(
    fc.property(turned, fc.array(outcomes, { maxLength: 3 }), targets, ([run, at], earlier, aims) => {
      const before = run[at] as Outcome;
      fc.pre(before.agentFault && ['failed', 'error'].includes(before.status));
      const one = { ...before, count: 1 };
      const rest = [
        ...run.filter((_, i) => i !== at),
        ...(before.count > 1 ? [{ ...before, count: before.count - 1 }] : []),
      ];
      const older = earlier.map((results) => digestRun(results, () => 0));
      const digests = [one, { ...one, status: 'passed', severity: null }].map((result) =>
        digestRun([...rest, result], () => 0),
      );
      // A run that stops being an outage is heard, and what it says may be worse than the run before.
      fc.pre(digests.every(({ outage }) => !outage));
      const [was, is] = digests.map((digest) => agentScore([digest, ...older], aims));
      if (!was) return;
      const fixed = was.parts.consistency;
      const value = ({ pass, severity, coverage }: typeof was.parts) =>
        AQS_WEIGHTS.pass * pass + AQS_WEIGHTS.severity * severity + AQS_WEIGHTS.coverage * coverage;
      expect(is).not.toBeNull();
      expect(is ? value(is.parts) : 0).toBeGreaterThanOrEqual(value(was.parts) - 1e-9);
      if (is?.parts.consistency === fixed) expect(is.value).toBeGreaterThanOrEqual(was.value);
    }),
    { numRuns: 1000 },
  );
});

const history: fc.Arbitrary<CaseHistory> = fc.record({
  passes: fc.array(fc.boolean(), { maxLength: 5 }),
  flaky: fc.boolean(),
});

test('a scenario’s status is the first that any of its cases calls for', () => {
  fc.assert(
    fc.property(fc.array(history, { maxLength: 4 }), (cases) => {
      const alone = cases.map((one) => scenarioStatus([one])).filter((status) => status !== 'not_run');
      const first = (['flaky', 'failed', 'passed'] as const).find((status) => alone.includes(status));
      expect(scenarioStatus(cases)).toBe(first ?? 'not_run');
      expect(SCENARIO_STATUSES).toContain(scenarioStatus(cases));
    }),
  );
});

test('a case alone is flaky with two switches or attempts that differ, else what its newest run says', () => {
  fc.assert(
    fc.property(history, (one) => {
      const text = one.passes.map((pass) => (pass ? 'p' : 'f')).join('');
      const isFlaky = one.flaky || /p+f+p|f+p+f/.test(text);
      const newest = { '': 'not_run', p: 'passed', f: 'failed' }[text.slice(0, 1)];
      expect(scenarioStatus([one])).toBe(isFlaky ? 'flaky' : newest);
    }),
  );
});

test('runs that decided nothing and outages change no status, wherever they fall', () => {
  const silent = fc.constantFrom<RunDigest>(
    digestRun([{ caseNo: 1, status: 'pending', severity: null, agentFault: true, flaky: false, count: 3 }], () => 0),
    digestRun([{ caseNo: 1, status: 'error', severity: 'high', agentFault: true, flaky: true, count: 3 }], () => 0),
  );
  const runs = fc.array(outcomes, { maxLength: 6 }).map((list) => list.map((run) => digestRun(run, () => 0)));
  fc.assert(
    fc.property(runs, silent, fc.nat(6), (list, more, at) => {
      const statuses = (all: RunDigest[]) =>
        [...caseHistories(all)].map(([caseNo, seen]) => [caseNo, scenarioStatus([seen])]);
      expect(statuses([...list.slice(0, at), more, ...list.slice(at)])).toEqual(statuses(list));
    }),
  );
});
