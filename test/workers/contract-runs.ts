import { type Row, requiredText, type ToolContract, wrongType } from './contract-row.ts';
import { everyVerdict, otherRun, stalledRun, threeRuns, twoAgentsTested } from './contract-run-scenes.ts';
import { emptyRun, halfPassed, oneScenario, withoutD1 } from './contract-scenes.ts';

const NAMED = { agent_name: '{agent_name}' };
const NO_RUN = 'tr_0000000000000000';

/** A parameter outside its list or range. */
function refused(parameter: string, value: unknown, words: string, args: Record<string, unknown> = NAMED): Row {
  const when = `${parameter} is ${JSON.stringify(value)}`;
  return {
    mark: 'ours',
    when,
    args: { ...args, [parameter]: value },
    text: `Error: ${words}`,
    code: 'INVALID_ARGUMENT',
  };
}

const LISTED: ToolContract = {
  tool: 'list_test_runs',
  section: '2.18',
  rows: [
    {
      mark: 'known',
      when: 'an agent is named',
      scene: halfPassed({ source: 'ci' }),
      args: NAMED,
      text: `Test runs for '{agent_name}' (1 total):

1. Run {tr_short} -- {minute}
   Status: completed | Passed: 1/2 (50%) | Source: ci`,
    },
    {
      mark: 'ours',
      when: 'no agent is named, and one run has a name',
      scene: twoAgentsTested,
      text: `Test runs across all agents (2 total):

1. Run {other_tr_short} "Nightly" -- {minute}
   Agent: library-agent | Status: pending | Passed: 0/0 (0%) | Source: cli

2. Run {tr_short} -- {earlier_minute}
   Agent: {agent_name} | Status: completed | Passed: 1/2 (50%) | Source: ci`,
    },
    {
      mark: 'known',
      when: 'the second page is asked for',
      scene: threeRuns,
      args: { ...NAMED, offset: 1, limit: 1 },
      text: `Test runs for '{agent_name}' (3 total):

2. Run {tr_short_2} -- {minute}
   Status: pending | Passed: 0/0 (0%) | Source: mcp`,
    },
    {
      mark: 'known',
      when: 'a status is asked for',
      scene: stalledRun,
      args: { ...NAMED, status: 'failed' },
      text: `Test runs for '{agent_name}' (1 total):

1. Run {tr_short} -- {minute}
   Status: failed | Passed: 1/1 (100%) | Source: mcp`,
    },
    { mark: 'ours', when: 'nothing was run yet', scene: oneScenario, args: NAMED, text: 'No test runs found.' },
    { mark: 'ours', when: 'nobody has run anything', scene: oneScenario, text: 'No test runs found.' },
    refused('status', 'broken', "Invalid status 'broken'. Must be one of: completed, failed, running, pending."),
    refused('limit', 0, 'limit must be a positive integer.'),
    refused('offset', -1, 'offset must be >= 0.'),
    wrongType('agent_name', 'string', {}),
    wrongType('limit', 'number', NAMED),
    {
      mark: 'ours',
      see: '2.1',
      when: 'D1 is away',
      scene: withoutD1(),
      text: 'Error: Could not reach the Invarium backend. Retry in 30 seconds.',
      code: 'RETRY_LATER',
    },
  ],
};

const THIS = { ...NAMED, test_run_id: '{tr_id}' };
const LINK = 'View on dashboard: {app_url}/runs/{tr_id}?agent={agent_name}';
const MESSAGE = 'Input: "My cup of order A1 arrived broken."';

const READ: ToolContract = {
  tool: 'get_test_run',
  section: '2.19',
  rows: [
    {
      mark: 'known',
      when: 'something passed, failed, could not be run, and waits for a decision',
      scene: everyVerdict,
      args: THIS,
      text: `Test Run: {tr_id}
Agent: {agent_name}
Status: completed | Passed: 1/4 (25%) | Failed: 1
Name: Nightly
Source: ci | Started: {minute}

Results (page 1/1):

1. [PASSED] Refund a broken cup
   ${MESSAGE}
   Tools called: get_order, issue_refund
   Latency: 850 ms

2. [ERROR] Refund a broken cup (trial 2)
   ${MESSAGE}
   Tools called: none
   Failure: operational_failure / crash (high)
   Reason: The run of the case ended in an error: No network.

3. [FAILED] Look before paying
   ${MESSAGE}
   Tools called: get_order
   Expected tools: get_order, issue_refund
   Failure: tool_usage_failure / missing_call (high)
   Reason: issue_refund was due; it was never called.

4. [PENDING] Small talk
   ${MESSAGE}
   Tools called: none
   Reason: needs review

Errors: 1/4 (25%) could not be run.

Pending: 1 need a decision: re-sync with "passed", or open {app_url}/runs/{tr_id}?agent={agent_name}

${LINK}`,
    },
    {
      mark: 'known',
      when: 'only failures are asked for, by a short id',
      scene: halfPassed(),
      args: { ...NAMED, test_run_id: '{tr_short}', status: 'failed' },
      text: `Test Run: {tr_id}
Agent: {agent_name}
Status: completed | Passed: 1/2 (50%) | Failed: 1
Source: mcp | Started: {minute}

Results (page 1/1):

1. [FAILED] Refund a broken cup (trial 2)
   ${MESSAGE}
   Tools called: none
   Failure: tool_usage_failure / missing_call (high)
   Reason: issue_refund was due with amount 12, order_id "A1"; it was never called.

${LINK}`,
    },
    {
      mark: 'known',
      when: 'the second page is asked for',
      scene: halfPassed(),
      args: { ...THIS, page: 2, limit: 1 },
      text: `Test Run: {tr_id}
Agent: {agent_name}
Status: completed | Passed: 1/2 (50%) | Failed: 1
Source: mcp | Started: {minute}

Results (page 2/2):

2. [FAILED] Refund a broken cup (trial 2)
   ${MESSAGE}
   Tools called: none
   Failure: tool_usage_failure / missing_call (high)
   Reason: issue_refund was due with amount 12, order_id "A1"; it was never called.

${LINK}`,
    },
    {
      mark: 'ours',
      when: 'a run stopped half-way',
      scene: stalledRun,
      args: THIS,
      text: `Test Run: {tr_id}
Agent: {agent_name}
Status: failed | Passed: 1/1 (100%) | Failed: 0
Ended because: stalled
Source: mcp | Started: {minute}

Results (page 1/1):

1. [PASSED] Refund a broken cup
   ${MESSAGE}
   Tools called: get_order, issue_refund

${LINK}`,
    },
    {
      mark: 'ours',
      when: 'nothing has arrived yet',
      scene: emptyRun(),
      args: THIS,
      text: `Test Run: {tr_id}
Agent: {agent_name}
Status: pending | Passed: 0/0 (0%) | Failed: 0
Source: mcp | Started: {minute}

Results (page 1/1):

${LINK}`,
    },
    ...[NO_RUN, '{foreign_tr_id}', '00000000'].map(
      (test_run_id): Row => ({
        mark: 'ours',
        when: `the run is ${test_run_id}`,
        scene: otherRun,
        args: { ...NAMED, test_run_id },
        text: `Error: Test run not found: ${test_run_id}. List them with invarium_list_test_runs.`,
        code: 'NOT_FOUND',
      }),
    ),
    refused('status', 'broken', "Invalid status 'broken'. Must be one of: passed, failed, error, pending.", {
      ...NAMED,
      test_run_id: NO_RUN,
    }),
    refused('page', 0, 'page must be >= 1.', { ...NAMED, test_run_id: NO_RUN }),
    ...[0, 101].map((limit) =>
      refused('limit', limit, 'limit must be between 1 and 100.', { ...NAMED, test_run_id: NO_RUN }),
    ),
    ...requiredText('agent_name', { test_run_id: NO_RUN }),
    ...requiredText('test_run_id', NAMED),
    wrongType('page', 'number', { ...NAMED, test_run_id: NO_RUN }),
  ],
};

/** Sections 2.18 and 2.19: runs, and one of them. */
export const RUNS: ToolContract[] = [LISTED, READ];
