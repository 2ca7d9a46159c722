import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { LocalFacts } from '../../src/local/local-facts.ts';
import { memoryMb, processTree, runtimesOf } from '../node/process-tree.ts';

/**
 * Prints how many results of a CTRF report of 9.9 MB, of the 10 that may be sent, a whole server takes in per second of its own processor time, from the socket to the stored
 * verdicts, and by how much its memory grows meanwhile: `node test/bench/ingest.ts`. Wanted: 3,000 results a second on one core, less than
 * 64 MB beyond the idle server. Linux only.
 */

const TESTS = 22_900;
const ROUNDS = 3;
const WANTED = 3_000;
const LIMIT_MB = 64;
const MEGABYTE = 1024 * 1024;
const LOOK_MS = 20;
const MS_A_TICK = 10;
const OUTPUT = 'took the order, looked it up, asked the customer, and wrote what it had found into the ticket. '.repeat(
  3,
);

/** The tests have the names of a suite, one in ten fails; `round` makes every report another one. */
function report(round: number): string {
  const tests = Array.from({ length: TESTS }, (_, i) => {
    const failed = i % 10 === 0;
    return {
      name: `answers question ${i} about an order`,
      status: failed ? 'failed' : 'passed',
      duration: (i * 7 + round) % 900,
      suite: ['support', 'orders'],
      ...(failed
        ? { message: 'refund of 12.50 was due, 11.00 was made', trace: 'at check (tests/refunds.py:120)' }
        : {}),
      filePath: 'tests/test_orders.py',
      stdout: [OUTPUT],
    };
  });
  return JSON.stringify({ reportFormat: 'CTRF', results: { tool: { name: 'bench' }, tests } });
}

/** Processor time that the runtime has used, in seconds. */
function ownSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (MS_A_TICK * (Number(fields[11]) + Number(fields[12]))) / 1000;
}

async function start(data: string) {
  const env = { ...process.env, PORT: '0', INVARIUM_DATA: data };
  const child = spawn(process.execPath, ['--optimize-for-size', 'src/local/start.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // It would outlive a fault of ours, and keep whoever reads the output waiting.
  process.once('exit', () => {
    child.kill('SIGTERM');
    rmSync(data, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  child.once('exit', (code) => {
    if (code !== 0) throw new Error(`The server ended with ${code}`);
  });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  while (!said.includes('Dashboard')) await sleep(LOOK_MS);
  return { child, facts: LocalFacts.parse(JSON.parse(readFileSync(path.join(data, 'local.json'), 'utf8'))) };
}

const data = mkdtempSync(path.join(tmpdir(), 'invarium-bench-'));
const { child, facts } = await start(data);
const root = child.pid ?? 0;

async function post(where: string, body: string, type: string): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${facts.api_key}`, 'content-type': type, connection: 'close' };
  const answer = await fetch(`${facts.base_url}${where}`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`${where} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  return (await answer.json()) as Record<string, unknown>;
}

type Figures = { own: number; wall: number; growth: number };

async function measured(round: number, idle: number): Promise<Figures> {
  const body = report(round);
  const [runtime] = runtimesOf(processTree(root));
  const pid = runtime?.pid ?? 0;
  let peak = 0;
  const looking = setInterval(() => {
    peak = Math.max(peak, memoryMb(root));
  }, LOOK_MS);
  const [from, at] = [ownSeconds(pid), performance.now()];
  const taken = await post(`/ingest/${AGENT_NAME}`, body, 'application/json');
  const figures = { own: ownSeconds(pid) - from, wall: (performance.now() - at) / 1000, growth: peak - idle };
  clearInterval(looking);
  if (taken.accepted !== TESTS || taken.status !== 'completed') throw new Error(JSON.stringify(taken).slice(0, 300));
  return figures;
}

await post('/v1/agents', JSON.stringify(BLUEPRINT), 'text/yaml');
const bytes = Buffer.byteLength(report(0)) / MEGABYTE;
await sleep(1_000);
const idle = memoryMb(root);
for (let round = 0; round < ROUNDS; round++) {
  const { own, wall, growth } = await measured(round, idle);
  const speed = `${Math.round(TESTS / own).toLocaleString('en')} results/s of its own time`;
  const clock = `${Math.round(TESTS / wall).toLocaleString('en')} by the clock (${WANTED.toLocaleString('en')} wanted)`;
  console.log(
    `round ${round + 1}: ${bytes.toFixed(1)} MB, ${speed}, ${clock}, ${growth.toFixed(0)} MB over idle (${LIMIT_MB} allowed)`,
  );
  await sleep(1_000);
}
process.exit();
