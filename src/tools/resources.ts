import { TRACER_FILE } from './tracing.ts';

export type Resource = {
  uri: string;
  name: string;
  title: string;
  description: string;
  mimeType: string;
  /** Path of the file below src/. */
  path: string;
};

/** What a client can read without calling a tool, in the order in which the workflow needs it. */
export const RESOURCES: readonly Resource[] = [
  {
    uri: 'invarium://templates/blueprint-prompt',
    name: 'blueprint-prompt',
    title: 'How to derive a blueprint',
    description: "How to write an agent's blueprint from its code: tools, side effects, rules, chains, graph.",
    mimeType: 'text/markdown',
    path: 'tools/templates/blueprint-prompt.md',
  },
  {
    uri: 'invarium://templates/agent-blueprint',
    name: 'agent-blueprint',
    title: 'Blueprint template',
    description: 'A blueprint to fill in, with every field and the values it accepts.',
    mimeType: 'text/yaml',
    path: 'tools/templates/agent-blueprint.yaml',
  },
  {
    uri: 'invarium://templates/trace-prompt',
    name: 'trace-prompt',
    title: 'How to write test_run.py',
    description: 'How to write the script that plays the test cases to the agent and streams the results.',
    mimeType: 'text/markdown',
    path: 'tools/templates/trace-prompt.md',
  },
  {
    uri: 'invarium://code/invarium-trace',
    name: 'invarium-trace',
    title: 'Tracer source',
    description: 'The Python file that test_run.py imports; the same as /api/tracer serves.',
    mimeType: 'text/x-python',
    path: TRACER_FILE,
  },
];
