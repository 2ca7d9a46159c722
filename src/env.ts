import type { DurableObject } from 'cloudflare:workers';
import * as z from 'zod';
import type { AgentObject } from './agent/agent-object.ts';
import { planOf } from './domain/quota.ts';
import { rateLimitsOf } from './domain/rate-limits.ts';

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
  /** What this server's workspaces may use, as JSON text: `Plan` in domain/quota.ts. Without it nothing is limited. */
  PLAN?: string;
  /** Count the uses of a credential, and the attempts of a source that is nobody yet; the figures stand in wrangler.toml. */
  KEY_LIMIT?: RateLimit;
  SOURCE_LIMIT?: RateLimit;
  /** The same counted by the Worker itself, as JSON text: `RateLimits` in domain/rate-limits.ts. Goes before the bindings. */
  RATE_LIMITS?: string;
  /** A language model: MODEL_NAME with MODEL_BASE_URL for a server of OpenAI's kind, or with the AI binding for one of Cloudflare's. */
  MODEL_NAME?: string;
  MODEL_BASE_URL?: string;
  MODEL_API_KEY?: string;
  AI?: AiBinding;
  /** Fetches addresses that people chose, and keeps what is private out of their reach. Without it `fetch` does, as on Cloudflare. */
  OUTBOUND?: Fetcher;
  /** Whose tokens a CI job may show, where it is not GitHub's own service: https, no slash at the end. */
  OIDC_ISSUER?: string;
  /** What the model is used for; each is off without it. */
  TEST_ENGINE?: 'model';
  JUDGE?: 'model';
};

/** What is needed of Cloudflare's `AI` binding. */
export type AiBinding = { run(model: string, input: object, options: { signal: AbortSignal }): Promise<unknown> };

const PLAN_EXAMPLE = '{"name": "Team", "limits": {"agents": 5, "generations": 1000, "credits": null, "api_keys": 10}}';

const RATE_LIMITS_EXAMPLE = '{"key": 20000, "source": 600}';

const OIDC_ISSUER_FAULT =
  'OIDC_ISSUER is not an https URL without a slash at its end. Use a form such as https://github.example.com/_services/token';

const Variables = z.object({
  SESSION_SECRET: z
    .string({ error: 'SESSION_SECRET is missing. Set it with: wrangler secret put SESSION_SECRET' })
    .min(32, 'SESSION_SECRET is too short. It needs at least 32 characters.'),
  PUBLIC_URL: z.url({ error: 'PUBLIC_URL is not a URL. Use a form such as https://qa.example.com' }).optional(),
  MODEL_BASE_URL: z
    .url({ error: 'MODEL_BASE_URL is not a URL. Use a form such as https://models.example.com/v1' })
    .optional(),
  TEST_ENGINE: z.literal('model', { error: 'TEST_ENGINE must be model, or left out' }).optional(),
  JUDGE: z.literal('model', { error: 'JUDGE must be model, or left out' }).optional(),
  OIDC_ISSUER: z
    .url({ protocol: /^https$/, error: OIDC_ISSUER_FAULT })
    .refine((url) => !url.endsWith('/'), OIDC_ISSUER_FAULT)
    .optional(),
  PLAN: z.string().refine(reads(planOf), `PLAN is not a plan. Use a form such as ${PLAN_EXAMPLE}`).optional(),
  RATE_LIMITS: z
    .string()
    .refine(reads(rateLimitsOf), `RATE_LIMITS are no limits. Use a form such as ${RATE_LIMITS_EXAMPLE}`)
    .optional(),
});

/** Whether a text can be read by what reads it later. */
function reads(read: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  };
}

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
  if (!parsed.success) return parsed.error.issues[0]?.message ?? 'The configuration is wrong.';
  const wantsModel = env.TEST_ENGINE !== undefined || env.JUDGE !== undefined;
  const hasModel = Boolean(env.MODEL_NAME) && (Boolean(env.MODEL_BASE_URL) || env.AI !== undefined);
  return wantsModel && !hasModel
    ? 'TEST_ENGINE and JUDGE need MODEL_NAME, and MODEL_BASE_URL or the binding AI.'
    : null;
}

/** What callers see of an agent's object. Its methods answer with plain data, which the runtime's own stub types cannot express. */
export type AgentRpc = Omit<AgentObject, keyof DurableObject | 'env' | 'ctx'> & {
  fetch(request: Request): Promise<Response>;
};

/** The one way to reach an agent's object. Both parts have a closed alphabet without "/", so names cannot collide. */
export function agentObject(env: Env, workspaceId: string, agentName: string): AgentRpc {
  return env.AGENT.getByName(`${workspaceId}/${agentName}`) as unknown as AgentRpc;
}
