import { BLUEPRINT } from './client.ts';
import { LIBRARY } from './contract-documents.ts';
import { type Row, requiredText, type ToolContract, wrongType } from './contract-row.ts';
import {
  brokenAudit,
  emptyRun,
  halfPassed,
  newcomer,
  oneScenario,
  testedYesterday,
  twoRuns,
  undecided,
  uploaded,
  withoutAudit,
  withoutD1,
  withStatus,
} from './contract-scenes.ts';

const UNREACHABLE = 'Error: Could not reach the Invarium backend. Retry in 30 seconds.';
const NAMED = { agent_name: '{agent_name}' };

/** The shop agent in the list, with whatever stands on its second line. */
function listed(mark: Row['mark'], when: string, scene: Row['scene'], line: string): Row {
  const text = `Your agents (1 total):

1. {agent_name}
   ${line}`;
  return { mark, when, ...(scene ? { scene } : {}), text };
}

const LISTED: ToolContract = {
  tool: 'list_agents',
  section: '2.7',
  rows: [
    listed(
      'known',
      'a score has risen',
      twoRuns('rising'),
      'Status: ACTIVE | AQS: {score}/100 (↑ +{difference}) | Scenarios: 1 | Last run: 2 hours ago',
    ),
    listed(
      'ours',
      'a score has fallen',
      twoRuns('falling'),
      'Status: ACTIVE | AQS: {score}/100 (↓ -{difference}) | Scenarios: 1 | Last run: 2 hours ago',
    ),
    listed(
      'known',
      'there was one run',
      testedYesterday,
      'Status: ACTIVE | AQS: {score}/100 | Scenarios: 1 | Last run: 1 day ago',
    ),
    listed(
      'known',
      'an agent is switched off',
      withStatus('INACTIVE'),
      'Status: INACTIVE | AQS: — | Scenarios: 1 | No test runs yet',
    ),
    listed(
      'known',
      'an agent has no blueprint',
      withStatus('UNKNOWN'),
      'Status: UNKNOWN | AQS: — | Scenarios: 1 | No test runs yet',
    ),
    {
      mark: 'known',
      when: 'there are two agents',
      scene: uploaded(LIBRARY, BLUEPRINT),
      text: `Your agents (2 total):

1. library-agent
   Status: ACTIVE | AQS: — | Scenarios: 0 | No test runs yet

2. shop-agent
   Status: ACTIVE | AQS: — | Scenarios: 0 | No test runs yet`,
    },
    {
      mark: 'ours',
      when: 'there is no agent',
      scene: newcomer,
      text: 'No agents registered yet. Use invarium_prepare_blueprint to register one.',
    },
    { mark: 'ours', see: '2.1', when: 'D1 is away', scene: withoutD1(), text: UNREACHABLE, code: 'RETRY_LATER' },
  ],
};

const SHOP = `Description: Answers questions about orders of a small shop and refunds them.`;
const SHOP_TOOLS = `Tools (2):
  - get_order: Looks up one order by its id.
  - issue_refund: Pays an amount back for an order.`;

/** The shop agent in detail: its score, and what it says of its runs. */
function detailed(mark: Row['mark'], when: string, scene: Row['scene'], [score, runs]: [string, string]): Row {
  const text = `Agent: {agent_name}
Status: ACTIVE
${SHOP}
AQS Score: ${score}

${SHOP_TOOLS}

${runs}

View on dashboard: {app_url}/agent/{agent_id}`;
  return { mark, when, args: NAMED, ...(scene ? { scene } : {}), text };
}

const DETAILED: ToolContract = {
  tool: 'get_agent',
  section: '2.8',
  rows: [
    detailed('known', 'a score has risen', twoRuns('rising'), [
      '{score}/100 (↑ +{difference})',
      'Recent test runs: 2 completed, 0 running\nLast run: 2 hours ago (passed: 1, failed: 0)',
    ]),
    detailed('ours', 'a score has fallen', twoRuns('falling'), [
      '{score}/100 (↓ -{difference})',
      'Recent test runs: 2 completed, 0 running\nLast run: 2 hours ago (passed: 0, failed: 1)',
    ]),
    detailed('known', 'there was one run', testedYesterday, [
      '{score}/100',
      'Recent test runs: 1 completed, 0 running\nLast run: 1 day ago (passed: 1, failed: 0)',
    ]),
    detailed('ours', 'nothing was run yet', oneScenario, ['— (no test runs yet)', 'No test runs yet']),
    detailed('ours', 'a run is not decided', undecided, [
      '— (nothing decided yet)',
      'Recent test runs: 1 completed, 0 running\nLast run: just now (passed: 0, failed: 0)',
    ]),
    detailed('ours', 'a run is empty', emptyRun(3), [
      '— (nothing decided yet)',
      'Recent test runs: 0 completed, 0 running\nLast run: just now (passed: 0, failed: 0)',
    ]),
    {
      mark: 'known',
      when: 'an agent has constraints',
      scene: uploaded(LIBRARY),
      args: { agent_name: 'library-agent' },
      text: `Agent: library-agent
Status: ACTIVE
Description: Finds books of a city library and lends them to readers.
AQS Score: — (no test runs yet)

Tools (3):
  - find_book: Finds a book by its title and tells whether it is there.
  - lend_book: Lends a book to the reader who asks for it.
  - delete_reader: Removes a reader with all loans for good.

Constraints (1):
  - Lend a book only after the reader has agreed.

No test runs yet

View on dashboard: {app_url}/agent/{agent_id}`,
    },
    ...requiredText('agent_name', {}),
  ],
};

const AUDITED: ToolContract = {
  tool: 'get_audit',
  section: '2.9',
  rows: [
    {
      mark: 'known',
      when: 'there is a finding of each severity',
      scene: uploaded(LIBRARY),
      args: { agent_name: 'library-agent' },
      text: `Audit results for 'library-agent'

Agent Readiness Score: 85/100 (GREEN -- Ready)
Based on 11 audit checks

Category breakdown:
  Security: 42/50
  Reliability: 19/25
  System Design: 15/15
  Tool Quality: 9/10

Findings: 1 critical, 1 high, 1 medium, 1 low

CRITICAL
  - Unconfirmed destructive tool: delete_reader (Security)
    delete_reader has side_effects: delete, but requires no confirmation: one misread sentence is enough to run it.
    Fix: Add \`requires_confirmation: true\` to tool delete_reader, and make the agent ask before the call.
HIGH
  - No error handling: lend_book (Reliability)
    lend_book does not say what happens when it fails, and it changes state: a failed call may be reported as done.
    Fix: Add \`error_handling: fail\` to tool lend_book (stop and tell the user), or \`retry\` where a second call does no harm.
MEDIUM
  - Unbounded retries or rate (Reliability)
    Neither max_retries nor any rate limit is given: a tool that keeps failing may be called without end.
    Fix: Add to constraints: \`max_retries: 3\`, or \`rate_limit: "10 req/min"\` to the tools that cost most.
LOW
  - Incomplete interface: lend_book (Tool Quality)
    lend_book has no returns.
    Fix: Add to tool lend_book: \`returns: "…"\` with what the model gets back.

View on dashboard: {app_url}/agent/{agent_id}`,
    },
    {
      mark: 'ours',
      when: 'there is no audit',
      scene: withoutAudit,
      args: NAMED,
      text: "Error: No audit found for '{agent_name}'. Upload a blueprint to trigger an audit.",
      code: 'NOT_FOUND',
    },
    {
      mark: 'ours',
      see: '12',
      when: 'what is stored cannot be read',
      scene: brokenAudit,
      args: NAMED,
      text: 'Error: Server error. Wait 30 seconds and retry. If it persists, report it to support@invarium.ai.',
      code: 'SERVER_ERROR',
    },
    {
      mark: 'ours',
      see: '2.1',
      when: 'D1 is away',
      scene: withoutD1(),
      args: NAMED,
      text: UNREACHABLE,
      code: 'RETRY_LATER',
    },
    ...requiredText('agent_name', {}),
  ],
};

const DELETED: ToolContract = {
  tool: 'delete_agent',
  section: '2.10',
  rows: [
    {
      mark: 'ours',
      when: 'nobody confirmed yet',
      scene: halfPassed(),
      args: NAMED,
      text: `⚠ Confirm deletion of agent '{agent_name}'

This permanently removes:
  - 1 scenarios (1 test cases)
  - 1 test runs
  - audit history

This cannot be undone. To proceed, call invarium_delete_agent(agent_name="{agent_name}", confirm=true).`,
    },
    {
      mark: 'known',
      when: 'it was confirmed',
      args: { ...NAMED, confirm: true },
      text: `Agent '{agent_name}' deleted ✓
All associated test runs, scenarios, and audit data have been removed.`,
    },
    {
      mark: 'ours',
      when: 'D1 is away',
      scene: withoutD1(),
      args: { ...NAMED, confirm: true },
      text: 'Error: Failed to delete agent. The backend did not answer. The agent is closed, and its deletion is finished as soon as it answers.',
      code: 'RETRY_LATER',
    },
    ...requiredText('agent_name', {}),
    wrongType('confirm', 'boolean', NAMED),
  ],
};

/** Sections 2.7 to 2.10: agents, one and all, and how one goes. */
export const AGENTS: ToolContract[] = [LISTED, DETAILED, AUDITED, DELETED];
