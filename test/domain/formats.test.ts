import { expect, test } from 'vitest';
import { duration } from '../../src/domain/formats/junit-case.ts';
import { ReportReader } from '../../src/domain/formats/report-reader.ts';
import { runResultOf } from '../../src/domain/formats/run-result.ts';
import { parseResults } from '../../src/domain/intake.ts';
import { bytesOf, faultOf, readAll, readFile } from './formats-samples.ts';

const byName = (name: string, file: string) => readFile(file).cases.find((one) => one.name.startsWith(name));

test('a JUnit test carries its class, its message, its seconds as milliseconds and its scenario', () => {
  expect(byName('test_refund_needs_yes', 'junit/pytest.xml')).toMatchObject({
    index: 1,
    suite: 'tests.test_refunds.TestRefund',
    scenarioId: 'sc_5d01_1',
    latencyMs: 204,
    message: expect.stringContaining('assert 0 == 1'),
  });
  expect(byName('refunds', 'junit/surefire.xml')?.latencyMs).toBe(1_203_004);
});

test('reruns of a JUnit test make its attempt, and a pass after them is flaky', () => {
  expect(byName('passesAtThird', 'junit/surefire-rerun.xml')).toMatchObject({
    attempt: 3,
    flaky: true,
    message: 'first\nat A\nsecond\nat B',
  });
  expect(byName('neverPasses', 'junit/surefire-rerun.xml')).toMatchObject({
    attempt: 3,
    flaky: false,
    verdict: 'failed',
  });
});

test('several failures of a JUnit test are one failed result with the messages of the failures', () => {
  expect(byName('x', 'junit/many-failures.xml')).toMatchObject({ verdict: 'failed', message: 'a\nb' });
});

test('the scenario of a JUnit test comes from its properties, its attributes, its name or its suite, in this order', () => {
  const { cases, facts } = readFile('junit/properties-everywhere.xml');
  expect(cases.map(({ scenarioId }) => scenarioId)).toEqual(['sc_a11', 'sc_a12_3', 'sc_a13', 'sc_a14', 'sc_a15']);
  expect(cases[1]).toMatchObject({ trial: 2, attempt: 3 });
  expect(facts).toMatchObject({ runId: 'run-9', shardId: '2', shardTotal: 4 });
});

test('what an agent said and called can stand in properties of a JUnit test', () => {
  expect(readFile('junit/agent-properties.xml').cases[0]).toMatchObject({
    userMessage: 'A table for two',
    agentResponse: 'Booked for 19:00.',
    toolsCalled: [{ name: 'book_table', parameters: { guests: 2 }, result: 'ok' }],
  });
});

test('a reference to a control character is resolved, and the report says so', () => {
  const { cases, facts } = readFile('junit/control-references.xml');
  expect(cases[0]?.message).toBe('\u001b[31mred\u001b[0m\n\u0000x');
  expect(facts.warnings).toHaveLength(1);
});

test('a JUnit time is read with points, commas, thousands and units', () => {
  const written = ['1.5', '1,234.5', '0,005', '1,234,567', '12s', '20ms', '1e-3', '', '-1', 'NaN', '1.2.3', '0.'];
  expect(written.map(duration)).toEqual([1500, 1_234_500, 5, 1_234_567_000, 12_000, 20, 1, null, null, null, null, 0]);
});

test('totals that differ from what is in the report are a warning, never a count', () => {
  expect(readFile('ctrf/wrong-summary.json').facts.warnings).toEqual(['The report claims 7 tests, and 2 are in it.']);
  expect(readFile('junit/pytest.xml').facts.warnings).toEqual([]);
  expect(readFile('junit/empty.xml').facts.warnings).toEqual(['There is no test in the report.']);
});

test('the identity of a CTRF report is found wherever it stands, also after the tests', () => {
  expect(readFile('ctrf/shards.json').facts).toMatchObject({
    reportId: '9c0f4b9e-2d4e-4b8e-9b7d-0a2d0d0f5c11',
    runId: 'shop-812',
    shardId: '2',
    shardTotal: 4,
    startedAt: 1772438400000,
  });
  expect(readFile('ctrf/environment-shards.json').facts).toMatchObject({ shardId: '3', shardTotal: 8 });
  expect(readFile('ctrf/tests-first.json').facts.runId).toBe('r-1');
});

test('tries of a CTRF test make its attempt, whether the last one is listed or not', () => {
  const { cases } = readFile('ctrf/retries.json');
  expect(cases.map(({ attempt, flaky }) => ({ attempt, flaky }))).toEqual([
    { attempt: 3, flaky: true },
    { attempt: 2, flaky: false },
    { attempt: 2, flaky: true },
  ]);
  expect(cases[0]?.message).toBe('first');
});

test('slips of a CTRF reporter are warnings with how often and where, missing essentials refuse the test', () => {
  expect(readFile('ctrf/slips.json').facts.warnings).toEqual([
    'A status is not spelt as CTRF spells it (4 times, first at index 0).',
    'A test has no duration in milliseconds (2 times, first at index 1).',
  ]);
  expect(readFile('ctrf/missing-essentials.json').rejected.map(({ index, message }) => `${index} ${message}`)).toEqual([
    '0 The test has no name at index 0.',
    '1 The test has no status at index 1.',
    '2 The status is none of passed, failed, skipped, pending and other at index 2.',
    '3 The test is not a JSON object at index 3.',
    '4 The test is not a JSON object at index 4.',
  ]);
});

test('promptfoo rows carry prompt, output, calls, reasons, tokens and cost', () => {
  const [first, second, third, fourth] = readFile('promptfoo/v3.json').cases;
  expect(first).toMatchObject({
    name: 'refund 1',
    userMessage: 'Refund order 1',
    agentResponse: 'Order 1 was refunded.',
  });
  expect(first?.usage).toEqual({ input_tokens: 40, output_tokens: 12, cost_usd: 0.002 });
  expect(second).toMatchObject({ verdict: 'failed', message: 'Expected output to contain "note"' });
  expect(third).toMatchObject({ verdict: 'error', message: 'API error: 503', agentResponse: null });
  expect(fourth).toMatchObject({
    agentResponse: '',
    toolsCalled: [{ name: 'refund_order', parameters: { order: 4 } }],
  });
  expect(readFile('promptfoo/chat-prompt.json').cases[0]?.userMessage).toBe('Cancel it');
});

test('rows of one scenario in one promptfoo report are its trials', () => {
  expect(readFile('promptfoo/array.json').cases.map(({ trial }) => trial)).toEqual([null, 2]);
});

test('a test that comes again in one report is another trial, so that a pass hides no failure', () => {
  const suite = (fails: boolean) =>
    `<testsuite name="a"><testcase classname="a" name="logs in">${fails ? '<failure/>' : ''}</testcase></testsuite>`;
  const { cases } = readAll(`<testsuites>${suite(true)}${suite(false)}</testsuites>`);
  expect(cases.map(({ trial, verdict }) => [trial, verdict])).toEqual([
    [null, 'failed'],
    [2, 'passed'],
  ]);
});

test('a transcript carries what was asked, what was answered and the calls, in whatever form they are written', () => {
  const openai = readFile('messages/one-transcript.json').cases[0];
  expect(openai).toMatchObject({ name: 'Refund 17', userMessage: 'Refund 17', agentResponse: 'Order 17 is refunded.' });
  const blocks = readFile('messages/anthropic-blocks.json').cases[0]?.messages;
  expect(blocks?.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  expect(blocks?.[1]?.tool_calls?.[0]?.function).toEqual({ name: 'refund_order', arguments: { order: 17 } });
});

test('a trace becomes one result with calls in order, transcript, tokens and duration', () => {
  const [told, broken] = readFile('otel/genai.json').cases;
  expect(told).toMatchObject({
    name: 'invoke_agent clerk',
    scenarioId: 'sc_f01_1',
    userMessage: 'Refund 17',
    agentResponse: 'Order 17 is refunded.',
    latencyMs: 1000,
    usage: { input_tokens: 40, output_tokens: 9 },
    toolsCalled: [{ name: 'refund_order', parameters: { order: 17 }, result: { ok: true }, duration_ms: 100 }],
  });
  expect(told?.messages?.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  expect(broken).toMatchObject({ scenarioId: 'sc_f02_1', verdict: 'error', message: 'model down' });
  expect(readFile('otel/genai.json').facts.runId).toBe('77');
});

test.each(['openinference', 'vercel-ai-sdk', 'traceloop'])('tool spans of %s are calls', (sdk) => {
  const [told] = readFile(`otel/${sdk}.json`).cases;
  expect(told).toMatchObject({ userMessage: 'Refund 17', agentResponse: 'Refunded.' });
  expect(told?.toolsCalled).toMatchObject([{ name: 'refund_order', parameters: { order: 17 } }]);
  if (sdk === 'traceloop') expect(told?.toolsCalled?.[0]).toMatchObject({ status: 'failed', error: 'no such order' });
});

test('a call that two libraries traced, one inside the other, is one call', () => {
  const span = (spanId: string, parentSpanId: string, attributes: Record<string, string>) => ({
    traceId: 't',
    spanId,
    parentSpanId,
    name: 'x',
    startTimeUnixNano: spanId,
    attributes,
  });
  const spans = [
    span('1', '', { 'gen_ai.operation.name': 'invoke_agent' }),
    span('2', '1', { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'look_up' }),
    span('3', '2', { 'openinference.span.kind': 'TOOL', 'tool.name': 'look_up' }),
    span('4', '1', { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'look_up' }),
  ];
  const { cases } = readAll(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
  expect(cases[0]?.toolsCalled).toHaveLength(2);
});

test('a line that is no JSON is refused by its number, and the others stand', () => {
  expect(readFile('native/lines-with-faults.ndjson').rejected.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^Line 2 cannot be read at index 1\.$/),
    'The result is not a JSON object at index 2.',
    "The field 'trial' is missing or not of its type at index 3.",
  ]);
});

test('what the sender calls the report wins over what it looks like, and must fit', () => {
  const transcripts = '[{"messages":[{"role":"user","content":"a"}],"user_message":"b","agent_response":"c"}]';
  expect(readAll(transcripts).facts.format).toBe('native');
  expect(readAll(transcripts, { format: 'messages' }).cases[0]?.userMessage).toBe('b');
  expect(faultOf('{"resourceSpans":[]}', { format: 'ctrf' }).kind).toBe('unknown_format');
  expect(faultOf('<testsuite/>', { format: 'ctrf' }).kind).toBe('unparseable');
});

test('a single result is read as lines where the content type says so', () => {
  const line = '{"scenario_id":"sc_1","user_message":"a","agent_response":"b"}';
  expect(readAll(line, { contentType: 'application/x-ndjson; charset=utf-8' }).cases).toHaveLength(1);
});

test('a report whose structure shows only after a megabyte of something else is not recognised, one after 100 KB is', () => {
  const report = (pad: number) =>
    `{"extra":{"note":"${'x'.repeat(pad)}"},"results":{"tests":[{"name":"a","status":"passed"}]}}`;
  expect(readAll(report(100_000)).cases).toHaveLength(1);
  expect(faultOf(report(2_000_000)).kind).toBe('unknown_format');
});

test('names and messages over their caps are cut off with a warning', () => {
  const { cases, facts } = readAll(
    `<testsuite><testcase name="${'n'.repeat(5000)}"><failure>${'m'.repeat(50_000)}</failure></testcase></testsuite>`,
  );
  expect([cases[0]?.name.length, cases[0]?.message?.length]).toEqual([1000, 16 * 1024]);
  expect(facts.warnings).toHaveLength(2);
});

test('a reported case becomes a result object that the intake takes, with the verdict of the report beside it', () => {
  const files = [
    'junit/pytest.xml',
    'ctrf/agent-extra.json',
    'promptfoo/v3.json',
    'otel/genai.json',
    'native/array.json',
  ];
  for (const file of files) {
    const results = readFile(file).cases.map((one) => runResultOf(one, one.scenarioId ?? 'sc_none'));
    expect(parseResults(results.map(({ result }) => result))).toHaveLength(results.length);
    for (const { result } of results) if (file !== 'native/array.json') expect(result).not.toHaveProperty('passed');
  }
  const [, failed] = readFile('junit/pytest.xml').cases;
  expect(failed && runResultOf(failed, 'sc_5d01_1')).toMatchObject({
    result: { scenario_id: 'sc_5d01_1', user_message: '', agent_response: '', latency_ms: 204 },
    reported: { status: 'failed', flaky: false, answered: false },
  });
});

test('a native result is passed on as it came, under the id that it was mapped to', () => {
  const [first] = readAll('[{"scenario_id":"x","user_message":"a","agent_response":"b","own":1}]').cases;
  expect(first && runResultOf(first, 'sc_1_1').result).toEqual({
    scenario_id: 'sc_1_1',
    user_message: 'a',
    agent_response: 'b',
    own: 1,
  });
});

test('a stream is read in batches, and the facts are complete after the last one', async () => {
  const reader = new ReportReader();
  const bytes = bytesOf('{"results":{"tests":[{"name":"a","status":"passed","duration":1}]},"runId":"r"}');
  const batches = [];
  for await (const items of reader.read([bytes.slice(0, 20), bytes.slice(20)])) batches.push(items);
  expect(batches.flat()).toHaveLength(1);
  expect(reader.facts).toMatchObject({ format: 'ctrf', runId: 'r', tests: 1, rejected: 0 });
});
