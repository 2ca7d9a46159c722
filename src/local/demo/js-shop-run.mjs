/**
 * Plays the cases of the demo with the JavaScript tracer. Reads one JSON document, `Playing` of js-shop.ts, from its input; prints what
 * became of the results.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Tracer } from '../../tracer/invarium-trace.mjs';
import { Shop } from './shop.ts';
import { answerCustomer } from './support-agent.ts';

const { cases, pauseMs, ...options } = JSON.parse(readFileSync(0, 'utf8'));
const tracer = new Tracer(options);

// The agent knows of no tracer; its tools are watched where it finds them.
const { use } = Shop.prototype;
Shop.prototype.use = function (name, input) {
  return tracer.tool((given) => use.call(this, name, given), name)(input);
};

for (const testCase of cases) {
  await sleep(pauseMs);
  await tracer.case(testCase, (c) => {
    c.message('user', c.userMessage);
    const { agent_response } = answerCustomer(c.userMessage);
    c.message('assistant', agent_response);
    return agent_response;
  });
}
console.log(JSON.stringify(await tracer.close()));
