import type { DurableObject } from 'cloudflare:workers';
import * as z from 'zod';
import type { AgentObject } from './agent/agent-object.ts';

/** The bindings of wrangler.toml, and the variables beside them. */
export type Env = {
  DB: D1Database;
  KV: KVNamespace;
  AGENT: DurableObjectNamespace<AgentObject>;
  /** Files that go along with the Worker. */
  FILES: Fetcher;
  /** Signs sessions and one-time codes; at least 32 characters. */
  SESSION_SECRET: string;
  /** The address people reach this server by, where a proxy hides it; otherwise the request's own origin is used. */
  PUBLIC_URL?: string;
};

const Variables = z.object({
  SESSION_SECRET: z
    .string({ error: 'SESSION_SECRET is missing. Set it with: wrangler secret put SESSION_SECRET' })
    .min(32, 'SESSION_SECRET is too short. It needs at least 32 characters.'),
  PUBLIC_URL: z.url({ error: 'PUBLIC_URL is not a URL. Use a form such as https://qa.example.com' }).optional(),
});

const BINDINGS = ['DB', 'KV', 'AGENT', 'FILES'] as const;
const checked = new WeakMap<Env, string | null>();

/** What is wrong with the configuration, in one sentence, or null. Looked at once per isolate. */
export function configurationFault(env: Env): string | null {
  const known = checked.get(env);
  if (known !== undefined) return known;
  const fault = findFault(env);
  checked.set(env, fault);
  return fault;
}

function findFault(env: Env): string | null {
  const missing = BINDINGS.find((name) => !env[name]);
  if (missing) return `The binding ${missing} is missing. See wrangler.toml.`;
  const parsed = Variables.safeParse(env);
  return parsed.success ? null : (parsed.error.issues[0]?.message ?? 'The configuration is wrong.');
}

/** What callers see of an agent's object. Its methods answer with plain data, which the runtime's own stub types cannot express. */
export type AgentRpc = Omit<AgentObject, keyof DurableObject | 'env' | 'ctx'> & {
  fetch(request: Request): Promise<Response>;
};

/** The one way to reach an agent's object. Both parts have a closed alphabet without "/", so names cannot collide. */
export function agentObject(env: Env, workspaceId: string, agentName: string): AgentRpc {
  return env.AGENT.getByName(`${workspaceId}/${agentName}`) as unknown as AgentRpc;
}
