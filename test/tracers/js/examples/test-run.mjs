// Plays the test cases to the agent and streams the results: node test-run.mjs tr_...
import { readFileSync } from 'node:fs';
import { Tracer } from './.invarium/invarium-trace.mjs'; // the first import of the two: it sees what the agent sends
import { Agent } from './my-agent.mjs'; // HERE: the agent under test

const AGENT_NAME = 'my-agent'; // HERE: as in the blueprint
const TRIALS = 1; // how often each case is played; expected_total is cases x trials

const { test_cases: testCases } = JSON.parse(readFileSync('.invarium/test_cases.json', 'utf8'));
const tracer = Tracer.fromConfig({ agentName: AGENT_NAME, runId: process.argv[2] });

/** What is returned is the agent's last answer. */
async function play(c) {
  const agent = new Agent(); // HERE: a new agent for every case
  return agent.reply(c.userMessage);
}

for (let trial = 1; trial <= TRIALS; trial++) {
  for (const testCase of testCases) await tracer.case(testCase, play, { trial });
}
console.log(await tracer.close()); // { delivered: 12, kept: 0, refused: 0 }
