import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeFacts } from '../../src/local/local-facts.ts';
import { McpSession } from '../../src/local/mcp-session.ts';
import { applyMigrations } from '../../src/local/migrations.ts';
import { guardRuntime, startRuntime } from '../../src/local/runtime.ts';
import { seedLocal } from '../../src/local/seed.ts';
import { buildBundle, readBundle } from '../../src/local/worker-bundle.ts';
import type { CredentialStores } from '../../src/store/credentials.ts';
import { AGENT, AGENTS, RESULTS, RUNS, type Streamed, storeFleet, streamRuns } from './dashboard-workspace.ts';
import { ASKED_PATH, type Plan, planOf } from './query-plans.ts';

/**
 * Prints how long the server takes for the pages of a large workspace, and how D1 goes about every statement they use:
 * `node test/bench/dashboard.ts`. Wanted: under 50 ms of the runtime's own time an answer (Worker, objects and D1 together, whatever else
 * the machine does), and no table that is read whole. Linux only.
 */

const WARM_UPS = 5;
const ROUNDS = 60;
const LIMIT_MS = 50;
/** A report reads every conversation of its run. */
const REPORT_LIMIT_MS = 150;

/** `limit`, in ms, where it is another. */
type Page = { name: string; path: string; limit?: number };

function pagesOf({ runId, openId, caseId }: Streamed, agentId: string): Page[] {
  const run = `/runs/${runId}`;
  const of = `agent=${AGENT}`;
  return [
    { name: `run of ${RESULTS} results`, path: `${run}?${of}` },
    { name: 'the same under way', path: `/runs/${openId}?${of}` },
    { name: 'results of the run', path: `${run}/results?${of}` },
    { name: 'failed results of the run', path: `${run}/results?${of}&status=failed` },
    { name: 'report on the run', path: `${run}/report?${of}`, limit: REPORT_LIMIT_MS },
    { name: 'a case of it', path: `${run}/cases/${caseId}.3?${of}` },
    { name: 'overview', path: '/' },
    { name: 'agents', path: '/agents' },
    { name: 'agents by last run', path: '/agents?sort=last_run' },
    { name: 'runs', path: '/runs' },
    { name: 'runs with failures of one agent', path: '/runs?agent=fleet-agent-007&status=has_failures' },
    { name: 'runs with nothing to find', path: '/runs?source=vscode' },
    { name: 'agent', path: `/agent/${agentId}` },
    { name: 'score of the agent', path: `/agent/${agentId}/score` },
    { name: 'graph of the agent', path: `/agent/${agentId}/graph` },
    { name: 'review queue', path: '/review' },
    { name: 'settings', path: '/settings' },
  ];
}

type Timed = Page & { own: number; median: number; p95: number; bytes: number; plans: Plan[] };

type Subject = { visit: (path: string) => Promise<string>; db: D1Database; pid: number };

async function timed(page: Page, { visit, db, pid }: Subject): Promise<Timed> {
  await asked(visit);
  for (let round = 0; round < WARM_UPS; round++) await visit(page.path);
  const plans = await Promise.all((await asked(visit)).map((sql) => planOf(db, sql)));
  const times: number[] = [];
  const before = ownMs(pid);
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    bytes = Buffer.byteLength(await visit(page.path));
    times.push(performance.now() - from);
  }
  const own = (ownMs(pid) - before) / ROUNDS;
  times.sort((one, other) => one - other);
  const at = (share: number) => times[Math.ceil(share * ROUNDS) - 1] ?? 0;
  return { ...page, own, median: at(0.5), p95: at(0.95), bytes, plans };
}

const MS_A_TICK = 10;

/** Processor time that a process has used. */
function ownMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return MS_A_TICK * (Number(fields[11]) + Number(fields[12]));
}

async function asked(visit: (path: string) => Promise<string>): Promise<string[]> {
  return JSON.parse(await visit(ASKED_PATH)) as string[];
}

/** A browser that is signed in. */
async function signIn(link: string, origin: string): Promise<(path: string) => Promise<string>> {
  const { headers } = await fetch(link, { redirect: 'manual' });
  const cookie = headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ');
  return async (where) => {
    const answer = await fetch(`${origin}${where}`, { headers: { cookie }, redirect: 'manual' });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${where} answered ${answer.status}: ${text.slice(0, 200)}`);
    return text;
  };
}

async function measure(directory: string): Promise<Timed[]> {
  const bundle = path.join(directory, 'bundle');
  await buildBundle(bundle, 'test/bench/worker.ts');
  const secret = randomBytes(32).toString('hex');
  const note = path.join(directory, 'runtime');
  const guard = guardRuntime(note);
  const modules = readBundle(bundle);
  const quiet = (line: string) => (line.includes('"level":"error"') ? console.error(line) : undefined);
  const options = {
    modules,
    bindings: { SESSION_SECRET: secret },
    port: 0,
    stateDirectory: directory,
    note,
    log: quiet,
  };
  const runtime = startRuntime(options);
  try {
    const { origin } = await runtime.ready;
    const stores = await runtime.getBindings<CredentialStores>();
    await applyMigrations(stores.DB);
    const identity = await seedLocal(stores, {}, Date.now());
    const facts = await makeFacts(origin, identity, secret);
    const address = { mcpUrl: facts.mcp_url, apiKey: facts.api_key };
    const session = new McpSession({ address: () => address, patienceMs: 0 });
    await storeFleet(stores.DB, identity.workspaceId, Date.now());
    const streamed = await streamRuns(session);
    await session.close();
    const visit = await signIn(facts.dashboard_url, origin);
    const found = await stores.DB.prepare('SELECT id FROM agents WHERE name = ?1').bind(AGENT).first<string>('id');
    const subject = { visit, db: stores.DB, pid: Number.parseInt(readFileSync(note, 'utf8'), 10) };
    const rows: Timed[] = [];
    for (const page of pagesOf(streamed, found ?? '')) rows.push(await timed(page, subject));
    return rows;
  } finally {
    await runtime.dispose();
    await guard.release();
  }
}

function print(rows: Timed[]): void {
  console.log(`${AGENTS} agents, ${RUNS} runs; ${ROUNDS} answers a page, through HTTP.\n`);
  console.log(
    '| page | own ms | answer, median ms | 95th percentile | KB | statements |\n| --- | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const { name, own, median, p95, bytes, plans } of rows)
    console.log(
      `| ${name} | ${own.toFixed(1)} | ${median.toFixed(1)} | ${p95.toFixed(1)} | ${(bytes / 1000).toFixed(0)} | ${plans.length} |`,
    );
  const plans = new Map(rows.flatMap((row) => row.plans).map((plan) => [plan.sql, plan]));
  for (const { sql, steps, scans } of plans.values()) {
    console.log(`\n${sql}`);
    for (const step of steps) console.log(`  ${scans.includes(step) ? 'WHOLE TABLE: ' : ''}${step}`);
  }
  const whole = [...plans.values()].filter(({ scans }) => scans.length > 0);
  const slow = rows.filter(({ own, limit = LIMIT_MS }) => own >= limit);
  for (const { sql } of whole) console.error(`Reads a whole table: ${sql}`);
  for (const { name, limit = LIMIT_MS } of slow) console.error(`Takes ${limit} ms or more: ${name}`);
  if (whole.length + slow.length > 0) process.exitCode = 1;
}

const directory = mkdtempSync(path.join(tmpdir(), 'invarium-bench-'));
try {
  print(await measure(directory));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
