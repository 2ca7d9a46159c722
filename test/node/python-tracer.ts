import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';

/** A project folder with the Python tracer in it, a server that records what arrives, and scripts that run there. */

export const PYTHON = 'python3';
export const hasPython = spawnSync(PYTHON, ['--version']).status === 0;
export const TRACER = path.resolve(import.meta.dirname, '../../src/tracer/invarium_trace.py');
export const PYTHON_TESTS = path.resolve(import.meta.dirname, '../tracers/python');
export const STANDINS = path.join(PYTHON_TESTS, 'standins');

export const KEY = `inv_${'k3Y'.repeat(14).slice(0, 40)}`;
export const AGENT = 'shop-agent';
/** Fast retries, so that a test does not wait. */
export const QUICK = 'retry_seconds=0.02';

export type SentResult = Record<string, unknown> & { scenario_id: string; result_id: string; agent_response: string };
export type Call = {
  path: string;
  headers: IncomingHttpHeaders;
  at: number;
  results: SentResult[];
  /** Arguments of the MCP tool; empty over REST. */
  arguments: Record<string, unknown>;
};
export type Asked = Call & { id: unknown; index: number };
/** What the server does with a call; `index` is the number of calls before it. */
export type Behaviour = (response: ServerResponse, call: Asked) => unknown;
export type Ran = { code: number | null; stdout: string; stderr: string };

const scenes = new Set<Project>();
afterEach(async () => {
  for (const scene of scenes) await scene.end();
  scenes.clear();
});

export class Project {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'invarium-tracer-'));
  calls: Call[] = [];
  readonly #stops: (() => unknown)[] = [];

  constructor() {
    scenes.add(this);
    mkdirSync(path.join(this.directory, '.invarium'));
    copyFileSync(TRACER, path.join(this.directory, '.invarium/invarium_trace.py'));
  }

  async end(): Promise<void> {
    for (const stop of this.#stops) await stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.directory, name), text);
  }

  configure(mcpUrl: string, apiKey = KEY): void {
    this.write('.invarium/config.json', JSON.stringify({ api_key: apiKey, mcp_url: mcpUrl }));
  }

  /** Starts a server, records its calls, and writes the configuration that points to it. */
  async listen(behaviour: Behaviour, port = 0): Promise<{ port: number; stop: () => Promise<void> }> {
    let index = 0;
    const server = createServer(async (request, response) => {
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString() || 'null');
      const given = (body?.params?.arguments ?? {}) as Record<string, unknown>;
      const results = (Array.isArray(body) ? body : JSON.parse(String(given.results ?? '[]'))) as SentResult[];
      const call = {
        path: request.url ?? '',
        headers: request.headers,
        at: performance.now(),
        arguments: given,
        results,
      };
      this.calls.push(call);
      await behaviour(response, { ...call, id: body?.id, index: index++ });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const stop = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    this.#stops.push(stop);
    const bound = (server.address() as AddressInfo).port;
    this.configure(`http://127.0.0.1:${bound}`);
    return { port: bound, stop };
  }

  /** Runs a test script of a user: a tracer is made, the cases run, and what became of the results is printed. */
  runCases(
    cases: string,
    { env, options = '' }: { env?: Record<string, string>; options?: string } = {},
  ): Promise<Ran> {
    const script = `import json, sys, time
sys.path.insert(0, ".invarium")
from invarium_trace import Tracer
tracer = Tracer.from_config(agent_name="${AGENT}", run_id="tr_1", ${options})
${cases}
print(json.dumps(tracer.close()))
`;
    return this.run(['-c', script], env ? { env } : {});
  }

  async run(
    args: string[],
    { env = {}, stdin = '', python = PYTHON }: { env?: Record<string, string>; stdin?: string; python?: string } = {},
  ): Promise<Ran> {
    const clean = { PATH: process.env.PATH ?? '', PYTHONDONTWRITEBYTECODE: '1', ...env };
    const child = spawn(python, args, { cwd: this.directory, env: clean });
    this.#stops.push(() => child.kill('SIGKILL'));
    child.stdin.end(stdin);
    const [stdout, stderr, code] = await Promise.all([
      child.stdout.setEncoding('utf8').toArray(),
      child.stderr.setEncoding('utf8').toArray(),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ]);
    return { code, stdout: stdout.join('').trimEnd(), stderr: stderr.join('').trimEnd() };
  }

  /** The results that arrived, without the calls that end a run. */
  get results(): SentResult[] {
    return this.calls.flatMap(({ results }) => results);
  }

  sentIds(): string[][] {
    const carrying = this.calls.filter(({ results }) => results.length > 0);
    return carrying.map(({ results }) => results.map(({ scenario_id }) => scenario_id));
  }

  get spoolFile(): string {
    return path.join(this.directory, '.invarium/pending_results.jsonl');
  }

  spooled(): { run_id: string; code: string | null; retry: boolean; reason: string; result: SentResult }[] {
    if (!existsSync(this.spoolFile)) return [];
    const lines = readFileSync(this.spoolFile, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line));
  }
}

/** As our server does; one that expects a total is not ended by the tracer. */
export function accept(
  response: ServerResponse,
  { id, results, path: url }: Asked,
  expectedTotal: number | null = 1000,
) {
  const told = { received: results.length, expected_total: expectedTotal };
  if (url !== '/mcp') return json(response, 200, told);
  return answerTool(response, id, { content: [{ type: 'text', text: 'Results synced' }], structuredContent: told });
}

/** Refuses with our codes, in the form of the door that was used. */
export function refuse(response: ServerResponse, { id, path: url }: Asked, error: Record<string, unknown>): unknown {
  const { status = 422, detail = 'Busy. Retry in 1 seconds.', ...details } = error;
  if (url !== '/mcp') return json(response, Number(status), { detail, ...details });
  const content = [{ type: 'text', text: `Error: ${detail}` }];
  return answerTool(response, id, { isError: true, content, _meta: { 'invarium/error': details } });
}

/** Every other answer is an event stream that reports progress first. */
let answers = 0;
export function answerTool(response: ServerResponse, id: unknown, result: object) {
  const body = { jsonrpc: '2.0', id, result };
  if (answers++ % 2 === 0) return json(response, 200, body);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const progress = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
  const event = JSON.stringify(body);
  return response.end(`: hello\r\n\r\nevent: message\ndata: ${progress}\n\nevent: message\nid: 1\ndata: ${event}\n\n`);
}

export function json(response: ServerResponse, status: number, body: unknown) {
  return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function oneCase(id: string): string {
  return `with tracer.case("${id}") as c: c.tool("look_up"); c.finish("ok")`;
}

export function summary(counts: { delivered?: number; kept?: number; refused?: number }): string {
  const { delivered = 0, kept = 0, refused = 0 } = counts;
  return `{"delivered": ${delivered}, "kept": ${kept}, "refused": ${refused}}`;
}
