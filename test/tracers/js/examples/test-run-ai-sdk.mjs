// Plays the test cases to an agent of Vercel's AI SDK and streams the results: node test-run-ai-sdk.mjs tr_...
import { readFileSync } from 'node:fs';
import { Tracer } from './.invarium/invarium-trace.mjs';
import { answer } from './ai-sdk-agent.mjs';

const { test_cases: testCases } = JSON.parse(readFileSync('.invarium/test_cases.json', 'utf8'));
const tracer = Tracer.fromConfig({ agentName: 'my-agent', runId: process.argv[2] });

for (const testCase of testCases) {
  // The stream is read to its end inside the case.
  await tracer.case(testCase, async (c) => {
    let text = '';
    for await (const piece of answer(c.userMessage)) text += piece;
    return text;
  });
}
console.log(await tracer.close());
