import { type Row, requiredText, type ToolContract, wrongType } from './contract-row.ts';
import { busy, cancelledRun, inactiveScenario, manyCases, otherRun, sentBefore } from './contract-run-scenes.ts';
import { emptyRun, halfPassed, withoutD1 } from './contract-scenes.ts';

const NAMED = { agent_name: '{agent_name}' };

/** A result that meets the refund scenario, as JSON text; `more` changes it. */
function result(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    scenario_id: '{test_case_id}',
    user_message: 'My cup of order A1 arrived broken.',
    agent_response: 'I refunded 12.00 for order A1.',
    tools_called: [
      { name: 'get_order', parameters: { order_id: 'A1' }, result: '{"total": 12}' },
      { name: 'issue_refund', parameters: { order_id: 'A1', amount: 12 }, result: '{"ok": true}' },
    ],
    ...more,
  };
}

function sent(...results: unknown[]): Record<string, unknown> {
  return { ...NAMED, results: JSON.stringify(results) };
}

/** Results that are refused as a whole. */
function unsound(mark: Row['mark'], when: string, results: string, words: string): Row {
  return { mark, when, args: { ...NAMED, results }, text: `Error: ${words}`, code: 'INVALID_RESULTS' };
}

/** One result that is refused; nothing else of the call is stored. */
function unsoundItem(when: string, items: unknown[], words: string, mark: Row['mark'] = 'ours'): Row {
  return unsound(mark, when, JSON.stringify(items), words);
}

const { agent_response: _, ...unanswered } = result();
const synced = (counts: string, more = '') => `Results synced successfully
  Test Run: {tr_id}
  Agent: {agent_name}
  Results: ${counts}${more}
  Dashboard: {app_url}/runs/{tr_id}?agent={agent_name}`;

const SYNCED: ToolContract = {
  tool: 'sync_results',
  section: '2.17',
  rows: [
    {
      mark: 'known',
      when: 'a batch makes its own run',
      args: sent(result(), result({ trial: 2, tools_called: [] }), result({ trial: 3, error_message: 'No network.' })),
      text: synced('3 synced', '\n  Passed: 1 | Failed: 1 | Errors: 1'),
    },
    {
      mark: 'known',
      when: 'a result is appended to a run',
      scene: emptyRun(2),
      args: { ...sent(result()), test_run_id: '{tr_id}' },
      text: synced('1 synced', '\n  Passed: 1 | Failed: 0 | Errors: 0'),
    },
    {
      mark: 'ours',
      see: 'verdicts 2',
      when: 'the same case comes again with other content',
      scene: halfPassed(),
      args: { ...sent(result({ tools_called: [] })), test_run_id: '{tr_id}' },
      text: synced(
        '1 synced',
        '\n  Passed: 0 | Failed: 2 | Errors: 0\n  Replaced: 1 (same test case again; set "trial" to count repetitions)',
      ),
    },
    {
      mark: 'ours',
      when: 'an empty run is made',
      args: { ...NAMED, results: '[]', create_empty: true, expected_total: 5, name: 'Nightly', source: 'ci' },
      text: `Test run created
  Test Run: {tr_id}
  Agent: {agent_name}
  Expected results: 5
  Dashboard: {app_url}/runs/{tr_id}?agent={agent_name}`,
    },
    {
      mark: 'ours',
      when: 'an empty run is made without a total',
      args: { ...NAMED, results: '[]', create_empty: true },
      text: `Test run created
  Test Run: {tr_id}
  Agent: {agent_name}
  Dashboard: {app_url}/runs/{tr_id}?agent={agent_name}`,
    },
    {
      mark: 'ours',
      see: 'edge 1',
      when: 'D1 is away',
      scene: withoutD1(),
      args: sent(result()),
      text: synced('1 synced', '\n  Passed: 1 | Failed: 0 | Errors: 0'),
    },
    unsoundItem(
      'the fourth result has no answer',
      [result(), result({ trial: 2 }), result({ trial: 3 }), unanswered],
      "Result validation failed. Required field 'agent_response' is missing at index 3.",
      'fixed',
    ),
    ...['scenario_id', 'user_message', 'agent_response'].map((field) =>
      unsoundItem(
        `${field} is null`,
        [result({ [field]: null })],
        `Result validation failed. Required field '${field}' is missing at index 0.`,
        'fixed',
      ),
    ),
    unsoundItem(
      'a tool call has no name',
      [result({ tools_called: [{}] })],
      "Result validation failed. Required field 'tools_called[0].name' is missing at index 0.",
      'fixed',
    ),
    ...['[{', '{"scenario_id": "x"}', '"text"', '7'].map((results) =>
      unsound(
        'ours',
        `results are ${results}`,
        results,
        "Result validation failed. 'results' must be a JSON array. Pass a JSON array of result objects as a string.",
      ),
    ),
    unsound(
      'ours',
      'results are blank',
      ' ',
      'results is required and cannot be empty. Pass a JSON array of result objects.',
    ),
    unsound(
      'ours',
      'results are an empty list and no run is named',
      '[]',
      "Result validation failed. 'results' is empty. Send at least one result, or create_empty=true to make an empty run.",
    ),
    unsoundItem(
      'a scenario is unknown',
      [result({ scenario_id: 'sc_0000000000000000' })],
      "Result validation failed. Unknown scenario_id 'sc_0000000000000000' at index 0.",
    ),
    {
      ...unsoundItem(
        'two scenarios are unknown',
        [result({ scenario_id: 'sc_a' }), result(), result({ scenario_id: 'sc_b' })],
        "Result validation failed. Unknown scenario_id 'sc_a' at index 0.\nResult validation failed. Unknown scenario_id 'sc_b' at index 2.",
      ),
      see: 'verdicts 2',
    },
    {
      ...unsoundItem(
        'the scenario has several cases',
        [result({ scenario_id: '{sc_many}' })],
        "Result validation failed. Unknown scenario_id '{sc_many}' at index 0. It holds several test cases: use a test case id such as {sc_many}_1.",
      ),
      see: '1.3',
      scene: manyCases,
    },
    {
      ...unsoundItem('the scenario is inactive', [result()], 'Scenario {test_case_id} is inactive at index 0.'),
      see: 'verdicts 2',
      scene: inactiveScenario,
    },
    {
      ...unsoundItem(
        'a result_id comes back with other content',
        [result({ result_id: 'r-1', notes: 'changed' })],
        "Result validation failed. result_id 'r-1' was sent before with other content at index 0. Give a changed result a new result_id.",
      ),
      see: 'verdicts 2',
      scene: sentBefore,
      args: { ...sent(result({ result_id: 'r-1', notes: 'changed' })), test_run_id: '{tr_id}' },
    },
    unsoundItem(
      'there are 1,001 results',
      Array.from({ length: 1001 }, (_, n) => result({ trial: (n % 1000) + 1 })),
      'Too many results (1001). Maximum is 1000 per call. Split them over several calls with the same test_run_id.',
    ),
    {
      ...unsoundItem(
        'a result is too large',
        [result(), result({ trial: 2, agent_response: 'x'.repeat(300 * 1024) })],
        'Result at index 1 is 301 KB. Maximum is 256 KB.',
      ),
      see: '12',
    },
    {
      ...unsoundItem(
        'a field has another type',
        [result({ passed: 'yes' })],
        "Field 'passed' must be a boolean at index 0.",
      ),
      see: '12',
    },
    {
      ...unsound(
        'ours',
        'a call is too large',
        `["${'x'.repeat(11 * 1024 * 1024)}"]`,
        'Request is 12 MB. Maximum is 10 MB. Split the results over several calls with the same test_run_id.',
      ),
      see: '12',
    },
    {
      mark: 'ours',
      when: 'the source is unknown',
      args: { ...sent(result()), source: 'jenkins' },
      text: "Error: Invalid source 'jenkins'. Must be one of: mcp, ci, vscode, cli, api.",
      code: 'INVALID_ARGUMENT',
    },
    ...['tr_0000000000000000', '{foreign_tr_id}'].map(
      (test_run_id): Row => ({
        mark: 'ours',
        when: `the run is ${test_run_id}`,
        scene: otherRun,
        args: { ...sent(result()), test_run_id },
        text: `Error: Test run not found: ${test_run_id}. List them with invarium_list_test_runs.`,
        code: 'NOT_FOUND',
      }),
    ),
    {
      mark: 'ours',
      see: 'verdicts 2',
      when: 'the run was cancelled',
      scene: cancelledRun,
      args: { ...sent(result()), test_run_id: '{tr_id}' },
      text: 'Error: Test run {tr_id} was cancelled.',
      code: 'CONFLICT',
    },
    {
      mark: 'ours',
      see: 'verdicts 2',
      when: 'another total is announced',
      scene: emptyRun(3),
      args: { ...sent(result()), test_run_id: '{tr_id}', expected_total: 4 },
      text: 'Error: expected_total of test run {tr_id} is 3 and cannot be changed.',
      code: 'CONFLICT',
    },
    ...[0, 100_001, 2.5].map(
      (expected_total): Row => ({
        mark: 'ours',
        see: 'verdicts 2',
        when: `expected_total is ${expected_total}`,
        args: { ...NAMED, results: '[]', create_empty: true, expected_total },
        text: 'Error: expected_total must be between 1 and 100000.',
        code: 'INVALID_ARGUMENT',
      }),
    ),
    {
      mark: 'ours',
      see: '12',
      when: 'D1 has not heard of ten thousand runs',
      scene: busy,
      args: sent(result()),
      text: 'Error: Busy. Retry in 30 seconds.',
      code: 'RETRY_LATER',
    },
    ...requiredText('agent_name', sent(result())),
    wrongType('create_empty', 'boolean', sent(result())),
    wrongType('expected_total', 'number', sent(result())),
    wrongType('name', 'string', sent(result())),
  ],
};

/** Section 2.17: results on their way in. */
export const SYNC: ToolContract[] = [SYNCED];
