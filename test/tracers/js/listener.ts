import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** A project folder of a user, a server that takes its results in both ways, and scripts that run in it. */

export const TRACER = path.resolve(import.meta.dirname, '../../../src/tracer/invarium-trace.mjs');
export const KEY = `inv_${'k3Y'.repeat(14).slice(0, 40)}`;

export type SentResult = Record<string, unknown> & { scenario_id: string; result_id: string };
export type ToolCalled = { name: string; parameters?: object; result?: unknown; error?: string; status?: string };
export type Call = {
  path: string;
  headers: IncomingHttpHeaders;
  at: number;
  text: string;
  /** Of a call of the MCP tool. */
  id: number | undefined;
  arguments: Record<string, unknown>;
  results: SentResult[];
  index: number;
};
export type Behaviour = (response: ServerResponse, call: Call) => unknown;

/** What a server says of a run that ends by itself. */
const ANNOUNCED = { expected_total: 100, status: 'running' };

export class Project {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'invarium-tracer-js-'));
  calls: Call[] = [];
  #stops: (() => unknown)[] = [];

  constructor() {
    mkdirSync(path.join(this.directory, '.invarium'));
  }

  /** Starts a server and writes the configuration that points to it. */
  async listen(behaviour: Behaviour = accept, port = 0): Promise<{ port: number; stop: () => Promise<void> }> {
    let index = 0;
    const server = createServer(async (request, response) => {
      const text = Buffer.concat(await request.toArray()).toString();
      const call = {
        ...readCall(text),
        path: request.url ?? '',
        headers: request.headers,
        text,
        at: performance.now(),
      };
      this.calls.push({ ...call, index });
      await behaviour(response, { ...call, index: index++ });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const stop = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    this.#stops.push(stop);
    const bound = (server.address() as AddressInfo).port;
    this.configure({ api_key: KEY, mcp_url: `http://127.0.0.1:${bound}` });
    return { port: bound, stop };
  }

  configure(config: object): void {
    writeFileSync(path.join(this.directory, '.invarium/config.json'), JSON.stringify(config));
  }

  /** Runs a test script of a user: a tracer is made, the cases run, and what became of the results is printed. */
  play(cases: string, { options = '', ...more }: { options?: string } & RunOptions = {}) {
    return this.run(
      `import { setTimeout as sleep } from 'node:timers/promises';
import { Tracer } from ${JSON.stringify(pathToFileURL(TRACER).href)};
const tracer = Tracer.fromConfig({ agentName: 'shop-agent', runId: 'tr_1', ${options} });
tracer.tool(() => 'the agent has a tool, which a case may call or not');
${cases}
console.log(JSON.stringify(await tracer.close()));`,
      more,
    );
  }

  run(script: string, options: RunOptions = {}) {
    writeFileSync(path.join(this.directory, 'script.mjs'), script);
    return this.start(['script.mjs'], options);
  }

  async start(args: string[], { env = {}, onOutput }: RunOptions = {}) {
    const clean = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...env };
    const child = spawn(process.execPath, args, { cwd: this.directory, env: clean, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#stops.push(() => child.kill('SIGKILL'));
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      onOutput?.(stdout, (signal) => child.kill(signal));
    });
    const [stderr, ended] = await Promise.all([
      child.stderr.setEncoding('utf8').toArray(),
      new Promise<{ code: number | null; signal: string | null }>((resolve) =>
        child.once('close', (code, signal) => resolve({ code, signal })),
      ),
    ]);
    return { ...ended, stdout: stdout.trimEnd(), stderr: stderr.join('').trimEnd() };
  }

  /** Ids of the cases of each call, finishing calls left out. */
  sent(): string[][] {
    return this.calls.flatMap(({ results, path }) =>
      path.endsWith('/finish') ? [] : [results.map(({ scenario_id }) => scenario_id)],
    );
  }

  results(): SentResult[] {
    return this.calls.flatMap(({ results }) => results);
  }

  get spoolFile(): string {
    return path.join(this.directory, '.invarium/pending_results.jsonl');
  }

  spooled(): { run_id: string; code: string | null; retry: boolean; reason: string; result: SentResult }[] {
    if (!existsSync(this.spoolFile)) return [];
    const lines = readFileSync(this.spoolFile, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line));
  }

  end(): void {
    for (const stop of this.#stops) stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

type RunOptions = {
  env?: Record<string, string>;
  onOutput?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void;
};

function readCall(text: string) {
  const body = JSON.parse(text || '{}');
  const input = body.params?.arguments ?? {};
  const results: SentResult[] = Array.isArray(body) ? body : JSON.parse(String(input.results ?? '[]'));
  return { id: body.id as number | undefined, arguments: input as Record<string, unknown>, results };
}

/** A call of the tool is answered now as one JSON body, now as an event stream that reports progress first. */
export function answer(response: ServerResponse, id: number, result: object) {
  const body = JSON.stringify({ jsonrpc: '2.0', id, result });
  if (id % 2 === 0) return response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const progress = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
  return response.end(`: hello\r\n\r\nevent: message\ndata: ${progress}\n\nevent: message\nid: 1\ndata: ${body}\n\n`);
}

export function accept(response: ServerResponse, { id, results }: Call, run: object = ANNOUNCED) {
  const facts = { received: results.length, ...run };
  if (id !== undefined) return answer(response, id, { content: [], structuredContent: facts });
  return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(facts));
}

/** A refusal, in the form in which the call was made. */
export function refuse(
  response: ServerResponse,
  { id }: Call,
  error: { code: string; [more: string]: unknown },
  status = 422,
) {
  const words = `Refused: ${error.code}`;
  if (id === undefined) {
    const body = JSON.stringify({ status, detail: words, ...error });
    return response.writeHead(status, { 'content-type': 'application/problem+json' }).end(body);
  }
  const content = [{ type: 'text', text: words }];
  return answer(response, id, { isError: true, content, _meta: { 'invarium/error': error } });
}

export function oneCase(id: string): string {
  return `await tracer.case('${id}', () => 'ok');`;
}

export function summary(counts: { delivered?: number; kept?: number; refused?: number }): string {
  return JSON.stringify({ delivered: 0, kept: 0, refused: 0, ...counts });
}
