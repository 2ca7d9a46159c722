import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hasPython } from './python-tracer.ts';
import { ROOT, startServer } from './server.ts';

/** The demo goes through the whole loop with the tracers, as a person starts it. */

const DEMO = path.join(ROOT, 'src/local/demo.ts');

test('the demo plays the agent with the tracers of both languages, and without Python with one; the three faults are found', async () => {
  const { facts } = await startServer();
  const env = { ...process.env, INVARIUM_MCP_URL: facts.mcp_url, INVARIUM_API_KEY: facts.api_key };
  const run = async (PATH: string) =>
    (await promisify(execFile)(process.execPath, [DEMO], { env: { ...env, PATH } })).stdout;
  const both = await run(process.env.PATH ?? '');
  const alone = await run('/nowhere');
  expect(both).toContain(
    `The agent is played in ${hasPython ? 'Python and JavaScript' : 'JavaScript'}, with the tracer.`,
  );
  expect(alone).toContain('The agent is played in JavaScript, with the tracer.');
  for (const said of [both, alone]) {
    expect(said).toContain('10/10  7 passed, 3 failed');
    expect(said).toContain('The run is completed: 7 of 10 passed.');
    expect(said).toContain('issue_refund was due with amount 349, order_id "A-1003"; it was never called.');
    expect(said.match(/\[FAILED\]/g)).toHaveLength(3);
  }
});
