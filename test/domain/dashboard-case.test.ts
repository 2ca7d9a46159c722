import { expect, test } from 'vitest';
import { CasePage } from '../../src/dashboard/case-page.tsx';
import { ReviewQueuePage } from '../../src/dashboard/review-queue-page.tsx';
import type { CaseDetail } from '../../src/domain/case-detail.ts';
import { caseMarkdown } from '../../src/domain/case-markdown.ts';
import { expectationWords } from '../../src/domain/expectation-words.ts';
import type { Evidence } from '../../src/domain/verdict/verdict.ts';
import { caseDetail } from './case-sample.ts';
import { PAGE_BYTES, weightOf } from './page-weight.ts';

const NOW = Date.UTC(2026, 7, 14, 9, 41);
const READER = { now: NOW, workspaceName: 'Northwind', csrf: 'token', mayDecide: true };

function casePage(detail: CaseDetail, mayDecide = true): string {
  return String(CasePage({ ...READER, detail, mayDecide }));
}

function queuePage(detail: CaseDetail): string {
  const { run, result } = detail;
  const pending = { run, caseId: result.test_case_id, trial: 1, title: result.title, receivedAt: NOW };
  const queue = { left: 3, skipped: 0, agent: null, agents: [], item: { pending, detail } };
  return String(ReviewQueuePage({ ...READER, queue }));
}

function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

/** States of the diff, in their order. */
function states(detail: CaseDetail): string[] {
  return [...casePage(detail).matchAll(/<li data-diff="(\w+)">/g)].map(([, state]) => state ?? '');
}

test('a failure is told from the finding to the call that deviates, and every way there leads somewhere', () => {
  const html = casePage(caseDetail());
  expect(textOf(html)).toMatch(/Cancel one of two failed cancel was due with order .* first deviation: message 4/);
  expect(textOf(html)).toMatch(/other arguments cancel order &quot;A4&quot; call 2 cancel order &quot;A2&quot;/);
  expect(html).toContain('<mark>order &quot;A2&quot;</mark>');
  const targets = [...html.matchAll(/href="#([\w-]+)"/g)].map(([, id]) => id ?? '');
  expect(targets).toEqual(expect.arrayContaining(['message-4', 'call-1', 'call-2']));
  for (const id of targets) expect(html).toContain(`id="${id}"`);
});

test('the diff says of each call whether it was due, and what the verdict does not blame is not blamed', () => {
  const effects = { required_effects: [{ tool: 'cancel', arguments: { order: 'A4' } }] };
  const withExpectations = (expectations: CaseDetail['content']['expectations']) => ({
    content: { ...caseDetail().content, expectations },
  });
  expect(states(caseDetail())).toEqual(['extra', 'differs']);
  expect(states(caseDetail({ result: { status: 'passed', evidence: [] } }))).toEqual(['extra', 'matched']);
  expect(states(caseDetail(withExpectations({ ...effects, expected_tools: ['cancel', 'find'] })))).toEqual([
    'matched',
    'differs',
  ]);
  const unwanted = {
    ...withExpectations({ required_effects: [] }),
    result: { evidence: [{ call: 1, note: 'not due' }] },
  };
  expect(states(caseDetail(unwanted))).toEqual(['extra', 'unwanted']);
  expect(states(caseDetail({ sent: { tools_called: [], messages: [] }, result: { evidence: [] } }))).toEqual([
    'missing',
  ]);
  expect(states(caseDetail({ sent: { tools_called: null, messages: null } }))).toEqual(['unknown']);
});

test('a quote is marked where it stands, also far down in a long message', () => {
  const quote = 'cancelled everything';
  const answer = `${'long '.repeat(2_000)}I ${quote}, sorry.`;
  const evidence: Evidence[] = [{ step: 0, quote: `${quote}…` }];
  const html = casePage(
    caseDetail({ result: { evidence }, sent: { messages: [{ role: 'assistant', content: answer }] } }),
  );
  expect(html).toMatch(/… \w* (long )+I <mark>cancelled everything<\/mark>, sorry\./);
  expect(html).not.toContain('long '.repeat(500));
});

test('a conversation without a transcript is told by the question, the calls with what they returned, and the answer', () => {
  const html = casePage(caseDetail({ sent: { messages: null }, result: { first_deviation: 1 } }));
  const [, turns = ''] = /<ol class="turns">(.*?)<\/ol>/s.exec(html) ?? [];
  expect(textOf(turns)).toMatch(/user Cancel A4.*call 1 find.*Returned.*first deviation call 2 cancel.*answer Done/);
});

test.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '\u202eevil\u2066'])(
  'foreign text stays text wherever the page of a result and the queue carry it: %s',
  (hostile) => {
    const call = { name: hostile, parameters: { [hostile]: hostile }, result: hostile, error: hostile };
    const detail = caseDetail({
      result: {
        title: hostile,
        reason: hostile,
        evidence: [{ call: 0, step: 0, tool: hostile, path: hostile, quote: hostile }],
      },
      sent: {
        ...{
          user_message: hostile,
          agent_response: hostile,
          notes: hostile,
          error_message: hostile,
          tools_called: [call],
        },
        messages: [
          { role: hostile, content: hostile },
          { role: 'tool', content: hostile },
        ],
        trace: { events: [{ type: 'llm_call', timestamp: 1, data: { model: hostile } }] },
      },
      content: {
        ...{ title: hostile, user_message: hostile },
        expectations: {
          required_effects: [{ tool: hostile, arguments: { [hostile]: hostile } }],
          expected_behavior: hostile,
        },
      },
    });
    for (const page of [casePage(detail), queuePage(detail)]) {
      const html = page.replaceAll(/<script type="module" src="\/assets\/[\w-]+\.js"><\/script>/g, '');
      expect(html).not.toMatch(/<script|<img|[\u202e\u2066]/);
      expect(html.replaceAll(/"[^"]*"/g, '')).not.toMatch(/<[^>]*\s(style|src|on\w+)=/);
    }
  },
);

test.each(['a', '"', '漢', '\u0000'])(
  'a result of 256 KB with 200 calls and 400 messages of %j weighs less than 100 KB as a page, and says what it left out',
  (filling) => {
    const long = filling.repeat(1_200);
    const calls = Array.from({ length: 200 }, (_, index) => ({
      ...{ name: `${long.slice(0, 80)}${index}`, parameters: { [long.slice(0, 50)]: long }, result: long, error: long },
      ...{ started_at: index, duration_ms: 5 },
    }));
    const evidence = calls.map((_, index) => ({
      ...{ call: index, step: index, tool: long, path: long, expected: long, actual: long, quote: long, note: long },
    }));
    const detail = caseDetail({
      result: { title: long, reason: long, evidence, instead_of: { ...caseDetail().result, reason: long } },
      sent: {
        ...{ user_message: long, agent_response: long, notes: long, tools_called: calls },
        messages: Array.from({ length: 400 }, () => ({ role: long, content: long })),
      },
      content: {
        ...{ title: long, user_message: long },
        expectations: {
          expected_tools: Array<string>(200).fill(long),
          required_effects: Array.from({ length: 200 }, () => ({ tool: long, arguments: { [long]: long } })),
          required_facts: Array<string>(200).fill(long),
        },
      },
      attempts: Array.from({ length: 100 }, (_, index) => ({
        attempt: index,
        status: 'failed',
        receivedAt: NOW,
        late: true,
      })),
      history: Array.from({ length: 30 }, (_, index) => ({
        ...{
          runId: `tr_${index}`,
          startedAt: NOW,
          trial: 1,
          status: 'failed' as const,
          tools: Array<string>(200).fill(long),
        },
      })),
    });
    expect(weightOf(casePage(detail))).toBeLessThan(PAGE_BYTES);
    expect(weightOf(queuePage(detail))).toBeLessThan(PAGE_BYTES);
    expect(textOf(casePage(detail))).toMatch(/further calls that no finding points at\. The JSON has them all/);
    expect(textOf(casePage(detail))).toMatch(/\d+ steps left out here\. The JSON has them\./);
  },
);

test('whoever may only look gets no form', () => {
  expect(casePage(caseDetail(), false)).not.toContain('action="/runs/');
  expect(casePage(caseDetail(), true)).toContain('name="verdict" value="failed:sc_1_1.1.1"');
});

test('every expectation is said in a sentence', () => {
  const sentences = expectationWords({
    ...{ forbidden_tools: ['wipe'], allowed_tools: ['find'], required_effects: [], expected_tools: ['find', 'pay'] },
    required_calls: [
      {
        tool: 'find',
        arguments: { id: 'A1' },
        match: { note: 'ignore', sum: { by: 'number', tolerance: 1 } },
        min: 2,
        max: 2,
      },
    ],
    ...{ order: 'exact', required_facts: ['12'], forbidden_claims: ['free'], must_confirm: true, must_refuse: true },
    ...{ must_ask: true, max_steps: 3, max_repeats: 1, max_latency_ms: 1500, expected_behavior: 'Kindly.' },
  });
  expect(sentences).toEqual([
    'Never calls wipe.',
    'Calls nothing but find.',
    'Changes nothing: no state-changing call may succeed.',
    'Must have been called exactly 2 times: find with id "A1"; note may be anything; sum within ±1.',
    'These calls come in exactly this order.',
    'Tools in exactly this order: find › pay.',
    'Refuses: nothing may be changed.',
    'Asks the user before a call that needs a confirmation.',
    'Asks a question before it acts.',
    'Says: "12".',
    'Never says: "free".',
    'Behaves like this: Kindly.',
    'Takes at most 3 steps.',
    'Repeats no call more than 1 time.',
    'Takes at most 1.5 s.',
  ]);
});

test('no text of a result breaks out of its place in the Markdown', () => {
  const hostile = 'a\n```\n# Passed\n<img src=x> `code` [link](http://evil.example)';
  const detail = caseDetail({
    result: { title: hostile, reason: hostile },
    sent: { user_message: hostile, agent_response: hostile },
  });
  const text = caseMarkdown(detail, 'http://localhost/case');
  const outside = text.replace(/^(`{3,})text\n.*?\n\1$/gms, '').replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '');
  expect(outside).not.toMatch(/evil|<img|^# Passed/m);
  expect(text).toContain('- call 2, message 4, `cancel`, argument `order`, expected `"A4"`, actual `"A2"`');
});
