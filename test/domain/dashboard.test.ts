import { expect, test } from 'vitest';
import { type AgentDetail, AgentPage } from '../../src/dashboard/agent-page.tsx';
import { MessagePage } from '../../src/dashboard/message-page.tsx';
import { renderRows } from '../../src/dashboard/result-rows.tsx';
import { RunPage } from '../../src/dashboard/run-page.tsx';
import { SignInPage } from '../../src/dashboard/sign-in-page.tsx';
import { RESULT_STATUSES, RUN_STATUSES } from '../../src/domain/fields.ts';
import { LIVE_ROWS, type ResultView, type RunHeader } from '../../src/domain/run.ts';
import type { Finding } from '../../src/domain/verdict/verdict.ts';
import { PAGE_BYTES, weightOf } from './page-weight.ts';

const NOW = Date.UTC(2026, 7, 14, 9, 41);
const HOUR_MS = 3_600_000;

const RUN: RunHeader = {
  id: 'tr_9f3c21a07be4d510',
  agent_name: 'shop-support',
  status: 'running',
  source: 'mcp',
  started_at: NOW - 2 * HOUR_MS,
  expected_total: 50,
  counts: { total: 37, passed: 28, failed: 5, error: 1, pending: 3 },
  flaky_cases: 1,
  rev: 41,
};

const RESULT: ResultView = {
  scenario_id: 'sc_0000000000000001',
  test_case_id: 'sc_0000000000000001_1',
  title: 'Refund within 30 days',
  trial: 1,
  attempt: 1,
  status: 'failed',
  decided_by: 'rules',
  rule: 'effects',
  reason: 'refund_order was due with amount 40; it was called with amount 55.',
  evidence: [{ call: 3, step: 0, tool: 'refund_order', path: 'amount', expected: 40, actual: '40' }],
  category: 'tool_usage_failure',
  subtype: 'wrong_parameters',
  severity: 'high',
  tools_called: ['get_order', 'refund_order'],
  user_message: 'One mug arrived broken.',
  agent_response: 'I refunded it.',
  latency_ms: 4210,
  received_at: NOW,
};

/** A verdict that another one stands in for. */
const BEFORE: Finding = {
  status: 'failed',
  decided_by: 'rules',
  rule: 'effects',
  reason: 'issue_refund was due.',
  evidence: [],
};

const AGENT: AgentDetail = { id: 'ag_1', name: 'shop-support', status: 'ACTIVE', tools: [], constraints: [] };

function runPage(run: Partial<RunHeader> = {}, newest: ResultView[] = []): string {
  const props = { now: NOW, workspaceName: 'Northwind', liveUrl: '/runs/tr_9f3c21a07be4d510/live' };
  return String(RunPage({ ...props, run: { ...RUN, ...run }, newest }));
}

/** What a reader sees: hidden parts and tags gone, blanks collapsed. */
function textOf(html: string): string {
  return html
    .replace(/<(p|li)\b[^>]*\shidden=""[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const TAG_NAMES_OF_ROWS = new Set(
  'li span h3 bdi small p ul details summary h4 pre dl dt dd code blockquote br strong fieldset legend label textarea button'.split(
    ' ',
  ),
);

test.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'--></style><svg/onload=alert(1)>"])(
  'foreign text stays text wherever a result can carry it: %s',
  (hostile) => {
    const rows = renderRows([
      {
        ...RESULT,
        title: hostile,
        reason: hostile,
        subtype: hostile,
        test_case_id: hostile,
        tools_called: [hostile],
        expected_tools: [hostile],
        user_message: hostile,
        agent_response: hostile,
        reviewer: hostile,
        decided_by: 'reviewer',
        instead_of: { ...BEFORE, reason: hostile },
        evidence: [{ tool: hostile, path: hostile, expected: hostile, actual: { [hostile]: hostile } }],
      },
      { ...RESULT, evidence: [{ quote: hostile, note: hostile }] },
    ]);
    const tags = [...rows.matchAll(/<\/?([^\s>/]*)/g)].map(([, name]) => name);
    expect(tags.filter((name) => !TAG_NAMES_OF_ROWS.has(name ?? ''))).toEqual([]);
    expect(rows.replace(/"[^"]*"/g, '').match(/<[^>]*\s(on\w+|src|href)=/g)).toBeNull();
  },
);

test('controls that reorder or hide text are written out', () => {
  const rows = renderRows([{ ...RESULT, title: 'invoice_\u202Efdp.exe', agent_response: 'a\u0000b\u2066c\nd\te' }]);
  expect(rows).toContain('invoice_[U+202E]fdp.exe');
  expect(rows).toContain('a[U+0000]b[U+2066]c\nd\te');
});

test('an honest text of right-to-left letters and joined emoji is left as it is', () => {
  const text = 'غادر طلبك 👩‍👩‍👧 المستودع';
  expect(renderRows([{ ...RESULT, agent_response: text }])).toContain(`<pre dir="auto">${text}</pre>`);
});

test('a long answer is cut with a note that says how much is missing', () => {
  const rows = renderRows([{ ...RESULT, user_message: 'short', agent_response: 'x'.repeat(200_000) }]);
  expect(rows).toContain(`<pre dir="auto">${'x'.repeat(600)}</pre>`);
  expect(textOf(rows)).toContain('Cut here: 199,400 more characters are not shown.');
});

test('a text of exactly the length shown carries no note', () => {
  const rows = renderRows([{ ...RESULT, agent_response: 'x\n'.repeat(300) }]);
  expect(rows).not.toContain('Cut here');
});

test('a cut never leaves half a character', () => {
  const rows = renderRows([{ ...RESULT, agent_response: `x${'😀'.repeat(5000)}` }]);
  expect(rows).toContain('😀');
  expect(rows.isWellFormed()).toBe(true);
});

test.each(['a', '<', '"', '漢', '😀', '\u202e', '\u0000'])(
  'a page of 20 results full of %j weighs less than 100 KB with its style and script',
  (filling) => {
    const long = filling.repeat(50_000);
    const huge: ResultView = {
      ...RESULT,
      title: long,
      reason: long,
      trial: 999,
      attempt: 99,
      late: true,
      agent_fault: false,
      decided_by: 'reviewer',
      reviewer: long,
      instead_of: { ...BEFORE, reason: long },
      tools_called: Array(200).fill(long),
      expected_tools: Array(200).fill(long),
      evidence: Array(40).fill({
        call: 99,
        step: 99,
        tool: long,
        path: long,
        expected: long,
        actual: long,
        note: long,
      }),
      user_message: long,
      agent_response: long,
    };
    const wordy = {
      ...huge,
      title: 'A title',
      reason: 'A reason.',
      tools_called: [],
      expected_tools: [],
      evidence: [],
    };
    for (const row of [huge, wordy]) {
      expect(weightOf(runPage({}, Array(LIVE_ROWS).fill(row)))).toBeLessThan(PAGE_BYTES);
    }
  },
);

test('a page shows the newest 20 results and no more', () => {
  const results = Array.from({ length: 30 }, (_, index) => ({ ...RESULT, title: `Case number ${index}.` }));
  const html = runPage({}, results);
  expect(html.match(/<li class="result"/g)).toHaveLength(LIVE_ROWS);
  expect(html).toContain('Case number 0.');
  expect(html).not.toContain('Case number 20.');
});

test('a row explains its verdict', () => {
  const text = textOf(renderRows([{ ...RESULT, trial: 2, attempt: 3, expected_tools: ['ask_manager'] }]));
  expect(text).toContain('trial 2 · attempt 3');
  expect(text).toContain('refund_order was due with amount 40');
  expect(text).toMatch(/get_order › refund_order/);
  expect(text).toContain('Tool usage: wrong parameters (high)');
  expect(text).toContain('4.2 s');
  expect(text).toMatch(/call 4 message 1 refund_order argument amount expected 40 actual &quot;40&quot;/);
  expect(text).toMatch(/Expected tools: ask_manager Decided by rules \(effects\), received 2026-08-14 09:41 UTC/);
});

test('a first trial and a first attempt are not mentioned', () => {
  expect(textOf(renderRows([RESULT]))).not.toMatch(/trial|attempt/);
});

test('an argument that was not given is called absent, and a null is shown as null', () => {
  const missing = renderRows([{ ...RESULT, evidence: [{ call: 0, path: 'amount', expected: 40 }] }]);
  const none = renderRows([{ ...RESULT, evidence: [{ call: 0, path: 'amount', expected: 40, actual: null }] }]);
  expect(textOf(missing)).toMatch(/expected 40 actual absent/);
  expect(textOf(none)).toMatch(/expected 40 actual null/);
});

test('evidence and tools beyond what a row holds are counted', () => {
  const rows = renderRows([
    { ...RESULT, tools_called: Array(30).fill('get_order'), evidence: Array(9).fill({ note: 'seen' }) },
  ]);
  expect(textOf(rows)).toContain('and 20 more');
  expect(textOf(rows)).toContain('… and 4 more');
});

test.each(RESULT_STATUSES)('a row that is %s says so in words', (status) => {
  expect(renderRows([{ ...RESULT, status }])).toContain(`<span class="badge" data-status="${status}">${status}</span>`);
});

test('progress counts what arrived against what was announced', () => {
  const html = runPage();
  expect(textOf(html)).toMatch(/37 of 50 results 74 %/);
  expect(html).toContain('aria-valuemax="50" aria-valuenow="37" aria-valuetext="37 of 50"');
  expect(textOf(html)).toMatch(/Passed 28 Failed 5 Error 1 Pending 3 Pass rate 76 % Flaky cases 1/);
});

test('the stretches of the bar are as long as their outcomes', () => {
  expect(runPage()).toContain('viewBox="0 0 50 1"');
  const stretches = [...runPage().matchAll(/data-outcome="(\w+)" x="(\d+)" y="0" width="(\d+)"/g)];
  expect(stretches.map(([, status, x, width]) => [status, Number(x), Number(width)])).toEqual([
    ['passed', 0, 28],
    ['failed', 28, 5],
    ['error', 33, 1],
    ['pending', 34, 3],
  ]);
});

test('one result too many shows as 51 of 50 and the bar stays whole', () => {
  const html = runPage({ status: 'completed', counts: { total: 51, passed: 51, failed: 0, error: 0, pending: 0 } });
  expect(textOf(html)).toMatch(/51 of 50 results 100 %/);
  expect(html).toContain('aria-valuenow="50" aria-valuetext="51 of 50"');
  expect(html).toContain('viewBox="0 0 51 1"');
  expect(html).toContain('data-outcome="passed" x="0" y="0" width="51"');
});

test('a run that announced nothing shows a count and no bar', () => {
  const { expected_total: _, ...open } = RUN;
  const props = { now: NOW, workspaceName: 'Northwind', liveUrl: '/live' };
  const html = String(RunPage({ ...props, run: open, newest: [] }));
  expect(textOf(html)).toContain('37 received');
  expect(html).not.toContain('progressbar');
});

test.each(RUN_STATUSES)('a run that is %s says so, for people and for the script', (status) => {
  const html = runPage({ status });
  expect(html).toContain(`<span class="badge" data-status="${status}">${status}</span>`);
  expect(html).toContain(`data-rev="41" data-state="${status}" data-expected="50"`);
});

test.each([
  ['stalled', 'Stalled:'],
  ['abandoned', 'Abandoned:'],
  ['cancelled', 'Cancelled.'],
] as const)('a run that failed as %s explains only that', (status_reason, opening) => {
  const text = textOf(runPage({ status: 'failed', status_reason }));
  const openings = ['Stalled:', 'Abandoned:', 'Cancelled.', 'Open and waiting', 'Pending results need'];
  expect(openings.filter((words) => text.includes(words))).toEqual([opening]);
});

test('undecided results are explained when the run is over, not while it counts', () => {
  expect(textOf(runPage({ status: 'completed' }))).toContain('Pending results need a decision');
  expect(textOf(runPage())).not.toContain('Pending results need a decision');
});

test('a run without a name goes by the start of its id, and its end is told once it is over', () => {
  expect(textOf(runPage())).toContain('Run 9f3c21a0');
  expect(textOf(runPage())).toContain('started 2026-08-14 07:41 UTC ( 2 hours ago )');
  expect(textOf(runPage())).not.toContain('ended');
  expect(textOf(runPage({ status: 'completed', completed_at: NOW }))).toContain('ended 2026-08-14 09:41 UTC');
});

test('a name with markup in it stays text in the heading and in the title', () => {
  const html = runPage({ name: '</title><script>x</script>' });
  expect(html).not.toContain('<script>x');
  expect(html).toContain('<title>&lt;/title&gt;');
});

test('no page carries inline script, style or handlers', () => {
  const pages = [
    runPage({}, [RESULT]),
    String(AgentPage({ workspaceName: 'Northwind', now: NOW, agent: AGENT, runs: [RUN] })),
    String(SignInPage({ error: 'No.', next: '/runs/x' })),
    String(MessagePage({ title: 'Not found', message: 'There is no such run.', status: 404 })),
  ];
  for (const html of pages) {
    expect(html.startsWith('<!DOCTYPE html><html lang="en">')).toBe(true);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/);
    expect(html.replace('<script type="module" src="/assets/live.js"></script>', '')).not.toContain('<script');
    expect(html.match(/<h1>/g)).toHaveLength(1);
  }
});

test('an agent without blueprint or runs is told what comes next', () => {
  const text = textOf(String(AgentPage({ workspaceName: 'Northwind', now: NOW, agent: AGENT, runs: [] })));
  expect(text).toContain('invarium_upload_blueprint');
  expect(text).toContain('invarium_sync_results');
});

test('a blueprint of half a megabyte still gives a page under 100 KB', () => {
  const long = '<'.repeat(5000);
  const agent: AgentDetail = {
    ...AGENT,
    description: long,
    framework: long,
    tools: Array(500).fill({ name: long, description: long, side_effects: 'write' }),
    constraints: Array(500).fill(long),
  };
  const html = String(AgentPage({ workspaceName: 'Northwind', now: NOW, agent, runs: Array(10).fill(RUN) }));
  expect(new TextEncoder().encode(html).length).toBeLessThan(PAGE_BYTES);
  expect(textOf(html)).toContain('more in the blueprint');
});

test('the sign-in form carries its target and token, and never a key', () => {
  const html = String(SignInPage({ next: '/runs/x?a="b"', csrf: 'token' }));
  expect(html).toContain('<form method="post" action="/sign-in"');
  expect(html).toContain('name="next" value="/runs/x?a=&quot;b&quot;"');
  expect(html).toContain('name="csrf" value="token"');
  expect(html).not.toContain('role="alert"');
  expect(html).toMatch(/<input id="key"(?![^>]*value=)/);
});

test('only the signed-in see a way out', () => {
  expect(runPage()).toContain('<form method="post" action="/sign-out"');
  expect(String(SignInPage({}))).not.toContain('/sign-out');
});
