import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Expectations } from '../../src/domain/expectations.ts';
import { RunResult } from '../../src/domain/result.ts';
import { judge } from '../../src/domain/verdict/judge.ts';
import { toolTable } from '../../src/domain/verdict/tool-table.ts';
import { Verdict } from '../../src/domain/verdict/verdict.ts';
import { call, judged, type Made, TABLE, TOOLS } from './verdict-samples.ts';

const DECLARED = TOOLS.filter(({ side_effects }) => side_effects !== undefined);
const namesOf = (...kinds: (string | undefined)[]) =>
  TOOLS.filter(({ side_effects }) => kinds.includes(side_effects)).map(({ name }) => name);
const EFFECTS = namesOf('write', 'delete');
const READS = namesOf('read', 'none');

const value = fc.oneof(
  fc.constantFrom('L1', 'L2', 'S', 20, '20', true, null),
  fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
);
const args = fc.dictionary(fc.constantFrom('line', 'plan', 'amount', 'options', 'summary', 'odd'), value, {
  maxKeys: 3,
});
const outcome = fc.constantFrom<Omit<Made, 'name'>>(
  {},
  { result: 'ok' },
  { result: 'Error: no' },
  { error: 'no' },
  { status: 'failed' },
);
const made = (names: string[]) =>
  fc.tuple(fc.constantFrom(...names), args, outcome).map(([name, parameters, more]) => call(name, parameters, more));
const calls = fc.array(made(TOOLS.map(({ name }) => name)), { maxLength: 6 });
const effect = fc.record({ tool: fc.constantFrom(...EFFECTS), arguments: args }, { requiredKeys: ['tool'] });
const names = fc.array(fc.constantFrom(...TOOLS.map(({ name }) => name)), { maxLength: 3 });

/** Expectations that neither count nor forbid calls as such. */
const outcomes: fc.Arbitrary<Expectations> = fc.record(
  {
    required_effects: fc.array(effect, { maxLength: 3 }),
    must_refuse: fc.boolean(),
    expected_tools: names,
    required_facts: fc.constant(['done']),
  },
  { requiredKeys: [] },
);
const expectations: fc.Arbitrary<Expectations> = fc
  .tuple(
    outcomes,
    fc.record(
      {
        required_calls: fc.array(effect, { maxLength: 2 }),
        forbidden_tools: names,
        order: fc.constantFrom('any' as const, 'contains_in_order' as const, 'exact' as const),
        max_repeats: fc.integer({ min: 1, max: 3 }),
        max_steps: fc.integer({ min: 1, max: 5 }),
        forbidden_claims: fc.constant(['done']),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([one, other]) => Expectations.parse({ ...one, ...other }));

function inserted<T>(list: T[], item: T, at: number): T[] {
  const place = at % (list.length + 1);
  return [...list.slice(0, place), item, ...list.slice(place)];
}

test('a call that failed never counts as an effect', () => {
  const failed = fc.tuple(
    made(EFFECTS),
    fc.constantFrom({ error: 'no' }, { result: 'Error: no' }, { status: 'failed' }),
  );
  fc.assert(
    fc.property(calls, outcomes, failed, fc.nat(), (before, expect_, [extra, failure], at) => {
      const after = inserted(before, { ...extra, ...failure }, at);
      expect(judged({ calls: after, expect: expect_ }).status).toBe(judged({ calls: before, expect: expect_ }).status);
    }),
  );
});

test('further reads change nothing', () => {
  fc.assert(
    fc.property(calls, outcomes, made(READS), fc.nat(), (before, expect_, read, at) => {
      // A read that the case names could be the one that was missing.
      fc.pre(!expect_.expected_tools?.includes(read.name));
      const [one, other] = [before, inserted(before, read, at)].map((list) => judged({ calls: list, expect: expect_ }));
      expect(other?.status).toBe(one?.status);
      expect(other?.rule).toBe(one?.rule);
    }),
  );
});

test('renaming the declared tools everywhere changes nothing but the names', () => {
  const renamed = <T>(value: T): T =>
    JSON.parse(
      DECLARED.reduce((text, { name }, i) => text.replaceAll(`"${name}"`, `"tool number ${i}"`), JSON.stringify(value)),
    );
  const table = toolTable(renamed(TOOLS));
  const essence = ({ reason: _, evidence, ...rest }: Verdict) => ({
    ...rest,
    evidence: evidence.map(({ call: at, path }) => ({ at, path })),
  });
  fc.assert(
    fc.property(calls, expectations, (list, expect_) => {
      const before = judged({ calls: list, expect: expect_ });
      const after = judged({ calls: renamed(list), expect: renamed(expect_), tools: table });
      expect(essence(after)).toEqual(essence(before));
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

test('the order of keys changes nothing', () => {
  fc.assert(
    fc.property(calls, expectations, (list, expect_) => {
      const other = judged({ calls: reversed(list) as Made[], expect: reversed(expect_) as Expectations });
      expect(other).toEqual(judged({ calls: list, expect: expect_ }));
    }),
  );
});

test('a transcript and the list of its calls get one verdict, where nothing has to be confirmed', () => {
  const tools = toolTable(TOOLS.map(({ requires_confirmation: _, ...tool }) => tool));
  fc.assert(
    fc.property(calls, outcomes, (list, expect_) => {
      const plain = list.map(({ name, parameters = {}, result }) =>
        call(name, parameters, result === undefined ? {} : { result }),
      );
      const messages = plain.flatMap(({ name, parameters, result }) => [
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'same', function: { name, arguments: JSON.stringify(parameters) } }],
        },
        ...(result === undefined ? [] : [{ role: 'tool', tool_call_id: 'same', content: result }]),
      ]);
      const [one, other] = [
        judged({ calls: plain, expect: expect_, tools }),
        judged({ expect: expect_, tools, result: { messages: [...messages, { role: 'user', content: 'Bye' }] } }),
      ];
      expect([other.status, other.rule]).toEqual([one.status, one.rule]);
    }),
  );
});

const json = fc.jsonValue({ maxDepth: 3 });
const wildMessage = fc.record(
  {
    role: fc.constantFrom('user', 'assistant', 'tool', 'system', 'x'),
    content: fc.oneof(fc.string(), fc.array(json, { maxLength: 2 }), fc.constant(null)),
    tool_call_id: fc.constantFrom('1', '2', null),
    tool_calls: fc.array(
      fc.record({
        id: fc.constantFrom('1', '2'),
        function: fc.record({ name: fc.oneof(fc.string(), fc.constantFrom(...EFFECTS)), arguments: json }),
      }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['role'] },
);
const wildResult = fc.record(
  {
    scenario_id: fc.string(),
    user_message: fc.string(),
    agent_response: fc.string(),
    tools_called: fc.array(
      fc.record(
        {
          name: fc.oneof(fc.string(), fc.constantFrom(...EFFECTS)),
          parameters: fc.dictionary(fc.string(), json),
          result: json,
          error: json,
        },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 4 },
    ),
    messages: fc.array(wildMessage, { maxLength: 6 }),
    passed: fc.option(fc.boolean()),
    error_message: fc.option(fc.string()),
    stop_reason: fc.constantFrom(undefined, 'completed', 'step_limit', 'timeout', 'cut_off'),
    latency_ms: fc.nat(),
  },
  { requiredKeys: ['scenario_id', 'user_message', 'agent_response'] },
);
const wildPattern = fc.record(
  {
    tool: fc.constantFrom(...EFFECTS, 'x'),
    arguments: fc.dictionary(fc.string(), json),
    match: fc.dictionary(
      fc.string(),
      fc.constantFrom('equal' as const, 'subset' as const, 'ignore' as const, 'text' as const),
    ),
  },
  { requiredKeys: ['tool'] },
);
const wildExpectations = fc.record(
  {
    required_effects: fc.array(wildPattern, { maxLength: 3 }),
    required_calls: fc.array(wildPattern, { maxLength: 3 }),
    required_facts: fc.array(fc.string({ minLength: 1 }), { maxLength: 2 }),
    forbidden_claims: fc.array(fc.string({ minLength: 1 }), { maxLength: 2 }),
    max_steps: fc.integer({ min: 1, max: 3 }),
    max_repeats: fc.integer({ min: 1, max: 3 }),
    order: fc.constantFrom('any', 'exact', 'contains_in_order'),
  },
  { requiredKeys: [] },
);

test('judging never throws, and a verdict that did not pass says what, where and how grave', () => {
  fc.assert(
    fc.property(wildResult, wildExpectations, (raw, wanted) => {
      const result = RunResult.parse(raw);
      const expectations = Expectations.safeParse(wanted);
      // A text between slashes is a pattern, and few that chance makes are one that can be run.
      fc.pre(expectations.success);
      if (!expectations.success) return;
      const verdict = judge({ result, expectations: expectations.data, tools: TABLE });
      expect(Verdict.parse(verdict)).toEqual(verdict);
      expect(verdict.reason.length).toBeGreaterThan(0);
      if (verdict.status !== 'failed' && verdict.status !== 'error') return;
      expect(verdict).toMatchObject({
        category: expect.any(String),
        subtype: expect.any(String),
        severity: expect.any(String),
      });
      expect(verdict.first_deviation).toBeGreaterThanOrEqual(0);
      expect(verdict.first_deviation).toBeLessThan(
        Math.max(1, result.messages?.length || (result.tools_called?.length ?? 0)),
      );
    }),
    { numRuns: 500 },
  );
});

test('what is nested beyond measure is judged too', () => {
  const deep = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  const verdict = judged({
    calls: [call('set_options', { options: deep(50_000) }, { result: deep(50_000) })],
    expect: { required_effects: [{ tool: 'set_options', arguments: { options: deep(50_000) } }], max_repeats: 1 },
  });
  expect(verdict.status).toBe('failed');
  expect(JSON.stringify(verdict).length).toBeLessThan(5000);
});
