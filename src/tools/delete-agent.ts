import * as z from 'zod';
import { askAgent } from './agent-access.ts';
import { defineTool } from './define-tool.ts';
import { AgentNameParameter, flag } from './input.ts';

export const deleteAgent = defineTool({
  name: 'invarium_delete_agent',
  title: 'Delete an agent',
  description: `Permanently removes an agent with its scenarios, test cases, runs and audit history. To change a blueprint and keep the history, invarium_upload_blueprint is the tool.

WHEN TO USE: only after the user named the agent and confirmed. The first call, without confirm, returns what would be removed or asks the user itself; confirm=true follows an explicit "yes".
Args: agent_name (exact); confirm (default false).
Returns: what would be removed, or that it was.`,
  effect: 'deletes',
  repeatable: true,
  input: z.strictObject({
    agent_name: AgentNameParameter,
    confirm: flag('true only after the user confirmed. Default: false.'),
  }),
  output: z.object({
    agent_name: z.string(),
    done: z.boolean(),
    scenarios: z.int(),
    test_cases: z.int(),
    runs: z.int(),
  }),
  async run({ agent_name, confirm }, context) {
    const holdings = await askAgent(context, agent_name, (agent) => agent.countHoldings());
    if (confirm) await askAgent(context, agent_name, (agent) => agent.remove(context.caller.credentialId));
    return { agent_name, done: confirm ?? false, ...holdings };
  },
  text: (output) =>
    output.done
      ? `Agent '${output.agent_name}' deleted ✓
All associated test runs, scenarios, and audit data have been removed.`
      : `${warning(output)} To proceed, call invarium_delete_agent(agent_name="${output.agent_name}", confirm=true).`,
  question: (output) =>
    output.done
      ? null
      : {
          message: warning(output),
          declined: `Agent '${output.agent_name}' was not deleted: the user did not confirm.`,
        },
});

type Holdings = { agent_name: string; scenarios: number; test_cases: number; runs: number };

function warning({ agent_name, scenarios, test_cases, runs }: Holdings): string {
  return `⚠ Confirm deletion of agent '${agent_name}'

This permanently removes:
  - ${scenarios} scenarios (${test_cases} test cases)
  - ${runs} test runs
  - audit history

This cannot be undone.`;
}
