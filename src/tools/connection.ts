import * as z from 'zod';
import { echo, Refusal } from '../domain/errors.ts';
import { defineOpenTool, defineTool } from './define-tool.ts';
import { optionalText } from './input.ts';
import { tracerCommand } from './tracing.ts';
import { resolvePhase, WORKFLOW_PHASES, workflowGuide } from './workflow-guide.ts';
import { workspaceName } from './workspace-name.ts';

export const connect = defineTool({
  name: 'invarium_connect',
  title: 'Connect to Invarium',
  description: `Checks the API key, reports the account and workspace, and returns the local setup commands.

WHEN TO USE: first call of a session, or after the key or the client configuration changed.
Args: none.
Returns: account, workspace, and three shell commands that the client runs in the project folder; they write .invarium/config.json (a key that can only send results, redeemed from a one-time code valid for 10 minutes) and the tracer.`,
  effect: 'reads',
  forOneAgent: true,
  input: z.strictObject({}),
  output: z.object({
    account: z.string(),
    workspace: z.string(),
    workspace_id: z.string(),
    commands: z.array(z.string()),
  }),
  async run(_input, { caller, env, now, baseUrl, mintSetupCode }) {
    const code = await mintSetupCode(caller);
    return {
      account: caller.email,
      workspace: await workspaceName(env, caller, now),
      workspace_id: caller.workspaceId,
      commands: [
        "mkdir -p .invarium && { grep -qxF '.invarium/' .gitignore 2>/dev/null || echo '.invarium/' >> .gitignore; }",
        `curl -fsS -X POST ${baseUrl}/api/setup/${code} -o .invarium/config.json`,
        tracerCommand(baseUrl),
      ],
    };
  },
  text: ({ account, workspace, commands }) => `Connected to Invarium ✓
Account: ${account}
Workspace: ${workspace}

SETUP — Run these commands and create this file:

${commands.map((command, index) => `${index + 1}. ${command}`).join('\n\n')}

→ Next: Call invarium_get_workflow() to load the full QA workflow.`,
});

export const getWorkflow = defineOpenTool({
  name: 'invarium_get_workflow',
  title: 'Get the QA workflow',
  description: `Returns the guide to the whole QA workflow, or to one phase of it: the steps, the tools they use, and what needs the user's approval.

WHEN TO USE: before other Invarium tools; works without an API key, so it can precede invarium_connect.
Args: phase (optional): all, setup, registration, testing, execution or results; default all.
Returns: markdown.`,
  effect: 'reads',
  input: z.strictObject({ phase: optionalText(`One of: ${WORKFLOW_PHASES.join(', ')}. Default: all.`) }),
  output: z.object({ phase: z.enum(WORKFLOW_PHASES), guide: z.string() }),
  run({ phase }) {
    const resolved = resolvePhase(phase ?? 'all');
    if (resolved) return { phase: resolved, guide: workflowGuide(resolved) };
    throw new Refusal(
      'INVALID_ARGUMENT',
      `Invalid phase '${echo(phase)}'`,
      `Must be one of: ${WORKFLOW_PHASES.join(', ')}.`,
    );
  },
  text: ({ guide }) => guide,
});
