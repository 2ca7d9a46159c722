import { everyStatus, fourScenarios, otherWorkspace, switchedOff } from './contract-case-scenes.ts';
import { type Row, requiredText, type ToolContract, wrongType } from './contract-row.ts';
import { newcomer, withoutD1 } from './contract-scenes.ts';

const NAMED = { agent_name: '{agent_name}' };
const UNREACHABLE = 'Error: Could not reach the Invarium backend. Retry in 30 seconds.';

/** A parameter outside its list or range. */
function refused(parameter: string, value: unknown, words: string, more: Partial<Row> = {}): Row {
  const when = `${parameter} is ${JSON.stringify(value)}`;
  const args = { ...NAMED, [parameter]: value };
  return { mark: 'ours', when, args, text: `Error: ${words}`, code: 'INVALID_ARGUMENT', ...more };
}

const LISTED: ToolContract = {
  tool: 'list_scenarios',
  section: '2.13',
  rows: [
    {
      mark: 'known',
      when: 'there is a scenario of each status',
      scene: everyStatus,
      args: NAMED,
      text: `Scenarios for '{agent_name}' (4 total, page 1/1):

1. [NOT_RUN] Never tried (inactive)
   ID: {sc_never} | Complexity: edge_case | Test cases: 1

2. [FLAKY] Now and then
   ID: {sc_flaky} | Complexity: complex | Test cases: 1

3. [FAILED] Always wrong
   ID: {sc_failed} | Complexity: moderate | Test cases: 1

4. [PASSED] Refund a broken cup
   ID: {sc_id} | Complexity: simple | Test cases: 1`,
    },
    {
      mark: 'known',
      when: 'only one status is asked for',
      scene: everyStatus,
      args: { ...NAMED, status: 'failed' },
      text: `Scenarios for '{agent_name}' (1 total, page 1/1):

1. [FAILED] Always wrong
   ID: {sc_failed} | Complexity: moderate | Test cases: 1`,
    },
    {
      mark: 'known',
      when: 'only inactive ones are asked for',
      scene: everyStatus,
      args: { ...NAMED, active: false },
      text: `Scenarios for '{agent_name}' (1 total, page 1/1):

1. [NOT_RUN] Never tried (inactive)
   ID: {sc_never} | Complexity: edge_case | Test cases: 1`,
    },
    {
      mark: 'ours',
      when: 'the second page is asked for',
      scene: fourScenarios,
      args: { ...NAMED, page: 2, limit: 3 },
      text: `Scenarios for '{agent_name}' (4 total, page 2/2):

4. [NOT_RUN] Refund a broken cup
   ID: {sc_id} | Complexity: simple | Test cases: 1`,
    },
    {
      mark: 'ours',
      when: 'no scenario is like that',
      args: { ...NAMED, status: 'flaky' },
      text: "No scenarios found for '{agent_name}'.",
    },
    refused('status', 'broken', "Invalid status 'broken'. Must be one of: passed, failed, flaky, not_run."),
    refused('page', 0, 'page must be >= 1.'),
    refused('limit', 0, 'limit must be >= 1.'),
    ...requiredText('agent_name', {}),
    wrongType('active', 'boolean', NAMED),
    wrongType('page', 'number', NAMED),
  ],
};

const NEW = { ...NAMED, name: 'Refund a lost parcel', user_message: 'My parcel never came.' };
const ARRAYS = 'Pass a list such as ["a", "b"] as';

const CREATED: ToolContract = {
  tool: 'create_scenario',
  section: '2.14',
  rows: [
    {
      mark: 'known',
      when: 'it has tags',
      args: { ...NEW, tags: '["auth", "smoke"]', expected_tools: '["get_order", "issue_refund"]' },
      text: `Scenario created
Refund a lost parcel
ID: {new_sc_id}
Agent: {agent_name}
Test cases: 1
Tags: auth, smoke`,
    },
    {
      mark: 'ours',
      when: 'it has no tags',
      args: NEW,
      text: `Scenario created
Refund a lost parcel
ID: {new_sc_id}
Agent: {agent_name}
Test cases: 1`,
    },
    ...['adversarial', 'impossible'].map((complexity) =>
      refused(
        'complexity',
        complexity,
        `Invalid complexity '${complexity}'. Must be one of: simple, moderate, complex, mixed, edge_case.`,
        { args: { ...NEW, complexity } },
      ),
    ),
    refused('expected_tools', 'get_order', 'Invalid JSON for expected_tools. Pass it as JSON text.', {
      args: { ...NEW, expected_tools: 'get_order' },
    }),
    refused('expected_tools', '"get_order"', `expected_tools must be a JSON array. ${ARRAYS} expected_tools.`, {
      args: { ...NEW, expected_tools: '"get_order"' },
    }),
    refused('tags', 'smoke', 'Invalid JSON for tags. Pass it as JSON text.', { args: { ...NEW, tags: 'smoke' } }),
    refused('tags', '"smoke"', `tags must be a JSON array. ${ARRAYS} tags.`, { args: { ...NEW, tags: '"smoke"' } }),
    refused('tags', '[1]', `tags must be a JSON array of strings. ${ARRAYS} tags.`, { args: { ...NEW, tags: '[1]' } }),
    ...['agent_name', 'name', 'user_message'].flatMap((name) => requiredText(name, NEW)),
    ...['description', 'expected_behavior'].map((name) => wrongType(name, 'string', NEW)),
    {
      mark: 'ours',
      see: '2.1',
      when: 'D1 is away',
      scene: withoutD1(),
      args: NEW,
      text: UNREACHABLE,
      code: 'RETRY_LATER',
    },
  ],
};

const THIS = { scenario_id: '{sc_id}' };
const GONE = 'Check the id with invarium_list_scenarios; it may be gone already.';

/** A change that cannot be made, in the words of the published list and the remedy that follows them. */
function unmanaged(mark: Row['mark'], when: string, args: Record<string, unknown>, words: string): Row {
  return { mark, when, args: { ...THIS, ...args }, text: `Error: ${words}`, code: 'INVALID_ARGUMENT' };
}

const MANAGED: ToolContract = {
  tool: 'manage_scenario',
  section: '2.15',
  rows: [
    {
      mark: 'fixed',
      when: 'two fields are updated',
      args: { ...THIS, action: 'update', description: 'About cups.', name: 'Refund a cup' },
      text: 'Scenario {sc_id} updated\nUpdated fields: name, description',
    },
    {
      mark: 'ours',
      when: 'all fields are updated, in another order',
      args: {
        ...THIS,
        tags: '["a"]',
        expected_behavior: 'Refunds.',
        description: 'Cups.',
        name: 'Cup',
        action: 'update',
      },
      text: 'Scenario {sc_id} updated\nUpdated fields: name, description, expected_behavior, tags',
    },
    {
      mark: 'fixed',
      when: 'it is switched off',
      args: { ...THIS, action: 'toggle' },
      text: 'Scenario {sc_id} is now inactive',
    },
    {
      mark: 'fixed',
      when: 'it is switched on',
      scene: switchedOff,
      args: { ...THIS, action: 'toggle' },
      text: 'Scenario {sc_id} is now active',
    },
    {
      mark: 'ours',
      when: 'a deletion is not confirmed',
      args: { ...THIS, action: 'delete' },
      text: `⚠ Confirm deletion of scenario {sc_id}
  Name: Refund a broken cup
  Test cases: 1
Deletion is permanent. Call again with confirm=true to proceed.`,
    },
    {
      mark: 'fixed',
      when: 'a deletion is confirmed',
      args: { ...THIS, action: 'delete', confirm: true },
      text: 'Scenario {sc_id} deleted',
    },
    ...requiredText('scenario_id', { action: 'toggle' }).map((row): Row => ({ ...row, mark: 'fixed', see: '2.15' })),
    ...requiredText('action', THIS),
    unmanaged(
      'fixed',
      'the action is unknown',
      { action: 'xyz' },
      "Invalid action 'xyz'. Use one of: update, delete, toggle.",
    ),
    unmanaged(
      'fixed',
      'nothing is given to update',
      { action: 'update' },
      'No fields provided to update. Give at least one of: name, description, expected_behavior, tags.',
    ),
    unmanaged(
      'fixed',
      'tags are not JSON',
      { action: 'update', tags: '[' },
      'Invalid JSON for tags. Pass it as JSON text.',
    ),
    unmanaged(
      'fixed',
      'tags are no list',
      { action: 'update', tags: '{}' },
      `tags must be a JSON array. ${ARRAYS} tags.`,
    ),
    unmanaged(
      'fixed',
      'tags are no list of strings',
      { action: 'update', tags: '[1]' },
      `tags must be a JSON array of strings. ${ARRAYS} tags.`,
    ),
    ...['delete', 'update', 'toggle'].map(
      (action): Row => ({
        mark: action === 'delete' ? 'fixed' : 'ours',
        when: `a scenario to ${action} does not exist`,
        args: { scenario_id: 'sc_0000000000000000', action, confirm: true, name: 'Other' },
        text: `Error: Failed to ${action} scenario. ${GONE}`,
        code: 'NOT_FOUND',
      }),
    ),
    {
      mark: 'ours',
      when: 'the scenario is of another workspace',
      scene: otherWorkspace,
      args: { scenario_id: '{foreign_sc_id}', action: 'delete', confirm: true },
      text: `Error: Failed to delete scenario. ${GONE}`,
      code: 'NOT_FOUND',
    },
    wrongType('confirm', 'boolean', { ...THIS, action: 'delete' }),
    {
      mark: 'ours',
      see: '2.1',
      when: 'D1 is away',
      scene: withoutD1(),
      args: { ...THIS, action: 'delete', confirm: true },
      text: UNREACHABLE,
      code: 'RETRY_LATER',
    },
  ],
};

const TRACED: ToolContract = {
  tool: 'setup_tracing',
  section: '2.16',
  rows: [
    {
      mark: 'ours',
      when: 'it is asked',
      scene: newcomer,
      text: `TRACER SETUP — run this command:

curl -sS {mcp_base_url}/api/tracer -o .invarium/invarium_trace.py

Version: {version}
→ Next: write test_run.py from the generated test cases, then create an empty run with
invarium_sync_results(create_empty=true).`,
    },
  ],
};

/** Sections 2.13 to 2.16: scenarios, and the tracer that runs them. */
export const TESTING: ToolContract[] = [LISTED, CREATED, MANAGED, TRACED];
