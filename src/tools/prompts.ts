import { type Phase, workflowGuide } from './workflow-guide.ts';

export type Prompt = { name: string; title: string; description: string; text: string };

/** What a user can start with one click; each hands the assistant the phases it is about. */
export const PROMPTS: readonly Prompt[] = [
  {
    name: 'audit-my-agent',
    title: 'Audit my agent',
    description: "Connect, derive the agent's blueprint from its code, and go through its readiness audit.",
    text: request(
      'Audit the AI agent in this project with Invarium: phases 0 and 1 of its workflow. Stop after the audit was discussed.',
      ['setup', 'registration'],
    ),
  },
  {
    name: 'test-my-agent',
    title: 'Test my agent',
    description: 'Generate test cases for an agent that is registered, run them and go through the results.',
    text: request(
      'Test the AI agent in this project with Invarium: phases 2 to 4 of its workflow. The agent is registered already; if it is not, say so and begin with phases 0 and 1 (`invarium_get_workflow`).',
      ['testing', 'execution', 'results'],
    ),
  },
];

function request(words: string, phases: Phase[]): string {
  return [`${words} Ask me wherever a step needs my word.`, ...phases.map(workflowGuide)].join('\n\n');
}
