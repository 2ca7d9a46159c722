// Plays conversations of several turns: node test-run-conversation.mjs tr_...
import { readFileSync } from 'node:fs';
import { Tracer } from './.invarium/invarium-trace.mjs';
import { Agent } from './my-agent.mjs';

const { test_cases: testCases } = JSON.parse(readFileSync('.invarium/test_cases.json', 'utf8'));
const tracer = Tracer.fromConfig({ agentName: 'my-agent', runId: process.argv[2] });

/** What the user says next; undefined when there is nothing to add. HERE: from the case, or from a model that plays the user. */
async function nextUserMessage(_testCase, answer) {
  return answer.includes('did not work') ? 'Then leave it, thank you.' : undefined;
}

for (const testCase of testCases) {
  await tracer.case(testCase, async (c) => {
    const agent = new Agent();
    let message = c.userMessage;
    let answer = '';
    for (let turn = 0; message !== undefined && turn < 2; turn++) {
      c.message('user', message);
      answer = await agent.reply(message);
      c.message('assistant', answer);
      message = await tracer.ignore(() => nextUserMessage(testCase, answer)); // the user is no part of the agent
    }
    c.finish(answer, { stopReason: message === undefined ? 'completed' : 'step_limit' });
  });
}
console.log(await tracer.close());
