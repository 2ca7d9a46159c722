import * as z from 'zod';
import { readFile } from '../store/files.ts';
import { defineTool } from './define-tool.ts';

export const TRACER_FILE = 'tracer/invarium_trace.py';
/** Served beside it; the command that fetches it stands in the trace prompt. */
export const JS_TRACER_FILE = 'tracer/invarium-trace.mjs';

/** As the tracer itself says, so that the two cannot differ. */
const VERSION = /^__version__ = "(.+)"$/m;

/** The shell command that puts the tracer into the project folder. */
export function tracerCommand(baseUrl: string): string {
  return `curl -sS ${baseUrl}/api/tracer -o .invarium/invarium_trace.py`;
}

export const setupTracing = defineTool({
  name: 'invarium_setup_tracing',
  title: 'Set up tracing',
  description: `Installs or refreshes the tracer, the Python file that records what the agent under test does: returns the command that downloads it.

WHEN TO USE: before test_run.py is written, in a project where invarium_connect's commands were run.
Args: none.
Returns: one shell command for the project folder, and the tracer's version. invarium://templates/trace-prompt says how test_run.py uses it.`,
  effect: 'reads',
  forOneAgent: true,
  input: z.strictObject({}),
  output: z.object({ command: z.string(), version: z.string() }),
  async run(_input, { baseUrl, env }) {
    const version = VERSION.exec(await readFile(env, TRACER_FILE))?.[1] ?? 'unknown';
    return { command: tracerCommand(baseUrl), version };
  },
  text: ({ command, version }) => `TRACER SETUP — run this command:

${command}

Version: ${version}
→ Next: write test_run.py from the generated test cases, then create an empty run with
invarium_sync_results(create_empty=true).`,
});
