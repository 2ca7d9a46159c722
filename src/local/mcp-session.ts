import { setTimeout as sleep } from 'node:timers/promises';
import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import * as z from 'zod';
import { Problem } from './problem.ts';
import type { ServerAddress } from './server-address.ts';

const CALL_TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
const SECOND_MS = 1000;

const ErrorMeta = z.object({ code: z.string(), retry_after: z.number().optional() });

/** What a tool refused, in the words that it sent. */
export class ToolRefusal extends Problem {}

type SessionOptions = {
  /** Asked before every connection, because a server may come back at another address. */
  address: () => ServerAddress;
  /** How long to try again after the server went away; 0 gives up at once. */
  patienceMs: number;
  /** Told when a call finds the server away, once a call. */
  away?: (reason: Error) => void;
};

/** A conversation with the server through the official client, which outlives restarts of the server. */
export class McpSession {
  /** Calls that had to be sent again, because the server was away. */
  retries = 0;
  readonly #options: SessionOptions;
  #client: Client | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Calls a tool until it answers. Its refusal is thrown, a connection that fails is made again. */
  async call<T>(name: string, input: Record<string, unknown>, output: z.ZodType<T>): Promise<T> {
    let pauseMs = FIRST_PAUSE_MS;
    let deadline: number | undefined;
    for (;;) {
      const answer = await this.#try(name, input);
      if (answer.kind === 'answered') return output.parse(answer.result.structuredContent);
      if (deadline === undefined) this.#options.away?.(answer.error);
      deadline ??= Date.now() + this.#options.patienceMs;
      if (Date.now() >= deadline) throw answer.error;
      this.retries += 1;
      await sleep(answer.pauseMs ?? pauseMs);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close().catch(() => undefined);
  }

  async #try(name: string, input: Record<string, unknown>): Promise<Attempt> {
    const { mcpUrl } = this.#options.address();
    try {
      this.#client ??= await connect(this.#options.address());
      const result = await this.#client.callTool({ name, arguments: input }, { timeout: CALL_TIMEOUT_MS });
      if (!result.isError) return { kind: 'answered', result };
      const pauseMs = retryAfterMs(result);
      const error = new ToolRefusal(textOf(result));
      if (pauseMs === undefined) throw error;
      return { kind: 'away', error, pauseMs };
    } catch (cause) {
      if (cause instanceof ToolRefusal) throw cause;
      await this.close();
      return { kind: 'away', error: unreachable(mcpUrl, cause) };
    }
  }
}

type Attempt = { kind: 'answered'; result: CallToolResult } | { kind: 'away'; error: Error; pauseMs?: number };

async function connect({ mcpUrl, apiKey }: ServerAddress): Promise<Client> {
  const client = new Client({ name: 'invarium-local', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const headers = { authorization: `Bearer ${apiKey}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { requestInit: { headers } }));
  return client;
}

function textOf(result: CallToolResult): string {
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

function retryAfterMs(result: CallToolResult): number | undefined {
  const error = ErrorMeta.safeParse(result._meta?.['invarium/error']);
  return error.data?.retry_after === undefined ? undefined : error.data.retry_after * SECOND_MS;
}

function unreachable(mcpUrl: string, cause: unknown): Problem {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Problem(`No Invarium server answers at ${mcpUrl}. Start one with: npm start\n(${reason})`, { cause });
}
