import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { McpSession } from '../../src/local/mcp-session.ts';
import { cutOff } from './process-tree.ts';
import { accept, hasPython, Project, QUICK, type Ran } from './python-tracer.ts';
import { freshDirectory, type Server, startServer } from './server.ts';

/** The Python tracer against the real server, killed and started again, and behind a proxy that refuses calls. */

const RESULTS = 200;
const CALLS_PER_WINDOW = 10;
/** A minute of a real policy, scaled down. */
const WINDOW_MS = 3000;
const SETTLE_MS = 50;

const Created = z.object({ test_case_ids: z.array(z.string()) });
const Synced = z.object({ test_run_id: z.string() });
const Page = z.object({
  run: z.object({ status: z.string(), counts: z.record(z.string(), z.int()) }),
  pages: z.int(),
  results: z.array(z.object({ trial: z.int(), attempt: z.int() })),
});

let server: Server;
let session: McpSession;
let caseId: string;
let project: Project;

beforeAll(async () => {
  if (!hasPython) return;
  server = await startServer({ data: freshDirectory() });
  const { mcp_url: mcpUrl, api_key: apiKey } = server.facts;
  session = new McpSession({ address: () => ({ mcpUrl, apiKey }), patienceMs: 60_000 });
  await session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, z.unknown());
  const scenario = { agent_name: AGENT_NAME, name: 'Look it up', user_message: 'Where is A1?' };
  const expectations = JSON.stringify({ required_calls: [{ tool: 'find_order' }] });
  const created = await session.call('invarium_create_scenario', { ...scenario, expectations }, Created);
  caseId = created.test_case_ids[0] ?? '';
});
afterAll(() => session?.close());
beforeEach(({ skip }) => {
  skip(!hasPython, 'python3 is not installed: the Python tracer cannot be run');
  project = new Project();
});

async function openRun(expectedTotal: number | null): Promise<string> {
  const total = expectedTotal === null ? {} : { expected_total: expectedTotal };
  const opening = { agent_name: AGENT_NAME, results: '[]', create_empty: true, ...total };
  return (await session.call('invarium_sync_results', opening, Synced)).test_run_id;
}

/** The run with every result in it. */
async function readRun(runId: string) {
  const results: z.infer<typeof Page>['results'] = [];
  for (let page = 1; ; page++) {
    const asked = { agent_name: AGENT_NAME, test_run_id: runId, page, limit: 100 };
    const read = await session.call('invarium_get_test_run', asked, Page);
    results.push(...read.results);
    if (page >= read.pages) return { ...read, results };
  }
}

/** Plays the case so often; prints how many were delivered when the last case had ended, then what became of all. */
function play(
  runId: string,
  { count, pauseSeconds = 0, options = '' }: { count: number; pauseSeconds?: number; options?: string },
) {
  return project.run([
    '-c',
    `import json, sys, time
sys.path.insert(0, ".invarium")
from invarium_trace import Tracer
tracer = Tracer.from_config("${AGENT_NAME}", "${runId}", ${options})
for trial in range(1, ${count} + 1):
    with tracer.case({"id": "${caseId}", "user_message": "Where is A1?"}, trial=trial) as c:
        time.sleep(${pauseSeconds})
        c.tool("find_order", {"order_id": "A1"}, result={"status": "packed"})
        c.finish("Trial %d" % trial)
print(json.dumps({"early": tracer.sender.summary["delivered"], **tracer.close()}))`,
  ]);
}

function expectWhole({ run, results }: Awaited<ReturnType<typeof readRun>>, count: number): void {
  expect(run.status).toBe('completed');
  expect(run.counts.total).toBe(count);
  expect(results.map(({ trial }) => trial).sort((a, b) => a - b)).toEqual(
    Array.from({ length: count }, (_, n) => n + 1),
  );
  expect(results.filter(({ attempt }) => attempt > 1)).toEqual([]);
}

test('a run without a total is ended by close', async () => {
  const runId = await openRun(null);
  project.configure(server.facts.base_url, server.facts.api_key);
  expect(JSON.parse((await play(runId, { count: 3 })).stdout)).toMatchObject({ delivered: 3 });
  expectWhole(await readRun(runId), 3);
});

test.each([
  ['that the tracer was told of', `transport="mcp", max_calls_per_minute=${(CALLS_PER_WINDOW * 60_000) / WINDOW_MS}`],
  ['that it meets unprepared', `transport="mcp", retry_seconds=0.2`],
])(
  `behind a policy proxy ${RESULTS} results arrive whole, exactly once, and the run does not wait: a limit %s`,
  async (_, options) => {
    const proxy = await PolicyProxy.start(new URL(server.facts.mcp_url));
    const runId = await openRun(RESULTS);
    project.configure(proxy.url, server.facts.api_key);
    const { early, ...counts } = JSON.parse(
      (await play(runId, { count: RESULTS, pauseSeconds: 0.002, options })).stdout,
    );
    await proxy.stop();
    expect(counts).toEqual({ delivered: RESULTS, kept: 0, refused: 0 });
    expect(early).toBeLessThan(RESULTS);
    expect(proxy.malformed).toBe(0);
    if (options.includes('max_calls')) expect(proxy.refused).toBe(0);
    expectWhole(await readRun(runId), RESULTS);
  },
);

test('a server killed in the middle of a run and started again: nothing lost, nothing doubled, the test run ends as always', async () => {
  const runId = await openRun(60);
  const { port } = new URL(server.facts.base_url);
  project.configure(server.facts.base_url, server.facts.api_key);
  const running = play(runId, { count: 60, pauseSeconds: 0.03, options: 'retry_seconds=0.1' });
  await sleep(SETTLE_MS);
  while ((await readRun(runId)).results.length < 10) await sleep(SETTLE_MS);
  await cutOff(server, true);
  server = await startServer({ data: server.data, env: { PORT: port } });
  const { code, stdout } = await running;
  expect(code).toBe(0);
  const { kept } = JSON.parse(stdout);
  // Where the server came back too late for this run, the next start of any script delivers the rest.
  if (kept > 0) await play(runId, { count: 0 });
  expectWhole(await readRun(runId), 60);
  expect(project.spooled()).toEqual([]);
});

const AGENT_SCRIPT = `import json, sys
sys.path.insert(0, ".invarium")
from invarium_trace import Tracer
tracer = Tracer.from_config("shop-agent", "tr_1", ${QUICK})
for n in range(5):
    with tracer.case("sc_%d" % n) as c:
        c.tool("look_up")
        print("answer", n)
        c.finish("ok")
tracer.close(timeout=1)
print("end")`;

test('whatever the server does, the test run prints and exits as always, and every result is delivered or kept', async () => {
  const troubles: Record<string, Parameters<Project['listen']>[0]> = {
    well: accept,
    slow: (response, call) => sleep(200).then(() => accept(response, call)),
    'HTTP 429': (response) => response.writeHead(429).end(),
    'HTTP 500': (response) => response.writeHead(500).end(),
    'HTTP 418': (response) => response.writeHead(418).end(),
    silent: (response) => sleep(1500).then(() => response.destroy()),
    'cut off': (response) => response.destroy(),
  };
  const ends = await Promise.all(
    Object.entries(troubles).map(async ([name, behaviour]): Promise<[string, Pick<Ran, 'code' | 'stdout'>, number]> => {
      const own = new Project();
      let taken = 0;
      await own.listen((response, call) => {
        response.on('finish', () => (taken += response.statusCode === 200 ? call.results.length : 0));
        return behaviour(response, call);
      });
      const { code, stdout } = await own.run(['-c', AGENT_SCRIPT]);
      return [name, { code, stdout }, taken + own.spooled().length];
    }),
  );
  const printed = 'answer 0\nanswer 1\nanswer 2\nanswer 3\nanswer 4\nend';
  expect(ends).toEqual(Object.keys(troubles).map((name) => [name, { code: 0, stdout: printed }, 5]));
});

/** Lets ten calls of the tool through in any window, and none without its required arguments; refuses in words of its own. */
class PolicyProxy {
  refused = 0;
  malformed = 0;
  readonly #calls: number[] = [];
  readonly #server: HttpServer;

  constructor(target: URL) {
    this.#server = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      const objection = request.url === '/mcp' ? this.#objection(JSON.parse(body)) : null;
      const { status, text } = objection
        ? { status: 200, text: objection }
        : await this.#forward(target, request, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  }

  static async start(target: URL): Promise<PolicyProxy> {
    const proxy = new PolicyProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/mcp`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #objection({
    id,
    params,
  }: {
    id: unknown;
    params: { name: string; arguments: Record<string, unknown> };
  }): string | null {
    if (params.name !== 'invarium_sync_results') return null;
    const missing = ['agent_name', 'results'].filter((name) => typeof params.arguments[name] !== 'string');
    const now = performance.now();
    const recent = this.#calls.filter((at) => now - at < WINDOW_MS).length;
    if (missing.length === 0 && recent < CALLS_PER_WINDOW) {
      this.#calls.push(now);
      return null;
    }
    if (missing.length > 0) this.malformed += 1;
    else this.refused += 1;
    const words = missing.length > 0 ? `Missing: ${missing}` : 'Policy: rate limit of 10 calls exceeded';
    const result = { isError: true, content: [{ type: 'text', text: words }] };
    return JSON.stringify({ jsonrpc: '2.0', id, result });
  }

  async #forward(target: URL, { headers, url = '' }: IncomingMessage, body: string) {
    const kept = ['authorization', 'accept', 'content-type', 'mcp-protocol-version'];
    const passed = Object.entries(headers).filter(([name]) => kept.includes(name)) as [string, string][];
    const answer = await fetch(new URL(url, target), { method: 'POST', headers: passed, body });
    const text = await answer.text();
    const event = text.match(/^data: (.*)$/m);
    return { status: answer.status, text: event?.[1] ?? text };
  }
}
