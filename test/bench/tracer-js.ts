import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Prints how long the JavaScript tracer keeps the caller's thread for one result: `node test/bench/tracer-js.ts`. Wanted: less than 1 ms at
 * the median. A result is a conversation of five calls and 8 KB. `own` is the time from the end of a case to the return of `tracer.case`;
 * `all` is all of the thread's time beyond the same cases without the tracer, sending in the background included.
 */

const RESULTS = 2000;
const TRACER = path.resolve(import.meta.dirname, '../../src/tracer/invarium-trace.mjs');

const SCRIPT = `
import { Tracer } from ${JSON.stringify(TRACER)};
const [mcpUrl, spoolPath] = process.argv.slice(-2);
const tracer = new Tracer({ apiKey: 'inv_bench', mcpUrl, agentName: 'bench', runId: 'tr_1', spoolPath });
const page = 'The customer asked for a refund of order W2378156 and wrote from mia@example.com. '.repeat(15);
const look = tracer.tool(async (id) => ({ id, page }), 'look_up');
const own = [];
async function play(n, run) {
  let ended = 0;
  await run({ id: 'sc_' + n, user_message: 'Refund W' + n }, async () => {
    for (let call = 0; call < 5; call++) await look(call);
    ended = performance.now();
    return 'I have refunded it.';
  });
  own.push(performance.now() - ended);
  await new Promise((resolve) => setTimeout(resolve, 2));
}
const busy = async (run) => {
  const before = process.threadCpuUsage?.() ?? process.cpuUsage();
  for (let n = 0; n < ${RESULTS}; n++) await play(n, run);
  await tracer.close();
  const { user, system } = process.threadCpuUsage?.(before) ?? process.cpuUsage(before);
  return (user + system) / 1000;
};
const bare = await (async () => {
  const before = process.threadCpuUsage?.() ?? process.cpuUsage();
  for (let n = 0; n < ${RESULTS}; n++) await play(n, (_, run) => run());
  const { user, system } = process.threadCpuUsage?.(before) ?? process.cpuUsage(before);
  return (user + system) / 1000;
})();
own.length = 0;
const all = await busy((testCase, run) => tracer.case(testCase, run));
const sorted = own.sort((a, b) => a - b);
const at = (share) => sorted[Math.floor(sorted.length * share)].toFixed(3);
console.log('own: median ' + at(0.5) + ' ms, 95 % ' + at(0.95) + ' ms, 99 % ' + at(0.99) + ' ms of ' + sorted.length + ' results');
console.log('all: ' + ((all - bare) / ${RESULTS}).toFixed(3) + ' ms of CPU a result on average');
`;

const server = createServer(async (request, response) => {
  const results = JSON.parse(Buffer.concat(await request.toArray()).toString() || '[]') as unknown[];
  const facts = { received: results.length, expected_total: RESULTS, status: 'running' };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(facts));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const directory = mkdtempSync(path.join(tmpdir(), 'invarium-bench-'));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const args = ['--input-type=module', '-e', SCRIPT, url, path.join(directory, 'pending.jsonl')];
await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'close');
server.close();
rmSync(directory, { recursive: true });
