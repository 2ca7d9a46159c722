import * as z from 'zod';
import { echo, Refusal } from '../domain/errors.ts';
import type { ScenarioFields } from '../domain/scenario.ts';
import { parseCaseId } from '../domain/scenario.ts';
import type { AgentRpc } from '../env.ts';
import { selectScenarioAgent } from '../store/scenarios.ts';
import { askAgent, mayKnow } from './agent-access.ts';
import { defineTool, type ToolContext } from './define-tool.ts';
import { flag, jsonText, optionalText, parseTexts, requiredText } from './input.ts';
import { readD1 } from './read-d1.ts';

const ACTIONS = ['update', 'delete', 'toggle'] as const;
const GONE = 'Check the id with invarium_list_scenarios; it may be gone already.';

export const manageScenario = defineTool({
  name: 'invarium_manage_scenario',
  title: 'Manage a scenario',
  description: `Updates, deletes or toggles a scenario.

WHEN TO USE: after the user asked for the change. Deletion is permanent and takes all test cases along: it wants the user's confirmation first, and for several scenarios one shown list and one confirmation.
Args: scenario_id (from invarium_list_scenarios); action: update, delete or toggle; for update at least one of name, description, expected_behavior, tags (JSON array string); confirm: true only for a delete that the user confirmed.
Returns: what changed. Inactive scenarios are left out of test runs, not deleted.`,
  effect: 'deletes',
  forOneAgent: true,
  input: z.strictObject({
    scenario_id: requiredText('Id of the scenario, from invarium_list_scenarios.'),
    action: requiredText('update, delete or toggle.'),
    name: optionalText('New title (update).', 300),
    description: optionalText('New description (update).'),
    expected_behavior: optionalText('New expected behaviour (update).'),
    tags: jsonText('New tags as a JSON array of strings (update).'),
    confirm: flag('Must be true to delete. Default: false.'),
  }),
  output: z.object({
    scenario_id: z.string(),
    action: z.enum(ACTIONS),
    done: z.boolean(),
    updated_fields: z.array(z.string()).optional(),
    active: z.boolean().optional(),
    name: z.string().optional(),
    test_cases: z.int().optional(),
  }),
  async run(input, context) {
    const id = input.scenario_id.trim();
    const action = ACTIONS.find((known) => known === input.action);
    if (!action)
      throw new Refusal(
        'INVALID_ARGUMENT',
        `Invalid action '${echo(input.action)}'`,
        'Use one of: update, delete, toggle.',
      );
    const fields = action === 'update' ? fieldsOf(input) : null;
    const name = await agentOf(id, context);
    const ask = { update: change, toggle: change, delete: input.confirm ? remove : look }[action];
    const scenario = name === null ? null : await askAgent(context, name, (agent) => ask(agent, id, fields));
    if (!scenario) throw new Refusal('NOT_FOUND', `Failed to ${action} scenario`, GONE);
    return {
      scenario_id: id,
      action,
      done: ask !== look,
      name: scenario.title,
      test_cases: scenario.cases,
      ...(action === 'update' ? { updated_fields: Object.keys(fields ?? {}) } : {}),
      ...(action === 'delete' ? {} : { active: scenario.active }),
    };
  },
  text: (output) => {
    const { scenario_id, action, done, updated_fields = [], active } = output;
    if (action === 'update') return `Scenario ${scenario_id} updated\nUpdated fields: ${updated_fields.join(', ')}`;
    if (action === 'toggle') return `Scenario ${scenario_id} is now ${active ? 'active' : 'inactive'}`;
    if (done) return `Scenario ${scenario_id} deleted`;
    return `${warning(output)} Call again with confirm=true to proceed.`;
  },
  question: (output) =>
    output.done
      ? null
      : {
          message: warning(output),
          declined: `Scenario ${output.scenario_id} was not deleted: the user did not confirm.`,
        },
});

type Doomed = { scenario_id: string; name?: string | undefined; test_cases?: number | undefined };

function warning({ scenario_id, name, test_cases }: Doomed): string {
  return `⚠ Confirm deletion of scenario ${scenario_id}
  Name: ${name}
  Test cases: ${test_cases}
Deletion is permanent.`;
}

type Given = {
  name?: string | null | undefined;
  description?: string | null | undefined;
  expected_behavior?: string | null | undefined;
  tags?: unknown;
};

/** The fields to update, in the order in which they are reported. */
function fieldsOf({ name, description, expected_behavior, tags }: Given): ScenarioFields {
  if (name !== undefined && name !== null && name.trim() === '') {
    throw new Refusal('INVALID_ARGUMENT', 'name is required and cannot be empty');
  }
  const parsed = parseTexts('tags', tags);
  const fields: ScenarioFields = {
    ...(name == null ? {} : { name }),
    ...(description == null ? {} : { description }),
    ...(expected_behavior == null ? {} : { expected_behavior }),
    ...(parsed === null ? {} : { tags: parsed }),
  };
  if (Object.keys(fields).length > 0) return fields;
  const hint = 'Give at least one of: name, description, expected_behavior, tags.';
  throw new Refusal('INVALID_ARGUMENT', 'No fields provided to update', hint);
}

type Ask = (agent: AgentRpc, id: string, fields: ScenarioFields | null) => ReturnType<AgentRpc['findScenario']>;

const look: Ask = (agent, id) => agent.findScenario(id);
const remove: Ask = (agent, id) => agent.deleteScenario(id);
const change: Ask = (agent, id, fields) =>
  agent.changeScenario(id, fields ? { kind: 'update', fields } : { kind: 'toggle' });

/** The agent that holds a scenario; a test case's id names no scenario. */
async function agentOf(id: string, { env, caller }: ToolContext): Promise<string | null> {
  if (parseCaseId(id)?.n !== null) return null;
  const name = await readD1(selectScenarioAgent(env.DB, caller.workspaceId, id));
  return name !== null && mayKnow(caller, name) ? name : null;
}
