import * as z from 'zod';
import type { ErrorCode } from '../../domain/errors.ts';
import { callTool } from '../../tools/catalog.ts';
import type { Tool } from '../../tools/define-tool.ts';
import { problem } from './problem.ts';
import { type ApiContext, type Given, json, keyed, type Method, pathParams, type Route } from './route.ts';

type Args = Record<string, unknown>;

export type ToolRoute = Pick<Route, 'method' | 'path' | 'id' | 'tag' | 'summary' | 'access'> & {
  tool: Tool;
  description?: string;
  /** The tool's name for a parameter that has a shorter one here. */
  names?: Record<string, string>;
  /** Arguments that only `lookUp` gives. */
  hidden?: readonly string[];
  /** Arguments that are always the same here, and cannot be given. */
  fixed?: Args;
  /** Schemas in place of those for JSON in JSON: here an object is an object. The tool takes both. */
  plain?: z.ZodRawShape;
  /** Arguments that have to be looked up. @throws Refusal */
  lookUp?: (given: Given, context: ApiContext) => Promise<Args>;
  /** Parameters of the query beside the tool's own, for `lookUp`. */
  asked?: z.ZodRawShape;
  status?: number;
  bodyTypes?: readonly string[];
  /** The arguments in a body that is not JSON. */
  read?: (body: string) => Args;
  idempotent?: boolean;
};

const NO_BODY: readonly Method[] = ['GET', 'DELETE'];

/** A route that calls a tool: parameters of path, query and body are its arguments, its structured result is the answer. */
export function toolRoute(spec: ToolRoute): Route {
  const { tool, method, path, names = {}, fixed = {}, hidden = [], plain = {}, asked = {}, status = 200 } = spec;
  const { lookUp, read } = spec;
  const params = pathParams(path);
  const taken = new Set([
    ...Object.keys(params.shape).map((name) => names[name] ?? name),
    ...Object.keys(fixed),
    ...hidden,
  ]);
  const own = Object.entries((tool.input as z.ZodObject).shape).filter(([name]) => !taken.has(name));
  const rest = z.object({ ...Object.fromEntries(own), ...plain });
  const isBodyless = NO_BODY.includes(method) || own.length === 0;
  return {
    ...spec,
    params,
    query: isBodyless ? z.object({ ...rest.shape, ...asked }) : z.object(asked),
    body: isBodyless ? null : rest,
    answers: [{ status, description: tool.title, schema: tool.output }],
    serve: async (given, open) => {
      const context = keyed(open);
      const inBody = typeof given.body === 'string' && read ? read(given.body) : ((given.body ?? {}) as Args);
      const passed = isBodyless ? fromQuery(rest, without(given.query, asked)) : inBody;
      const named = Object.entries(given.params).map(([name, value]) => [names[name] ?? name, value]);
      const found = (await lookUp?.(given, context)) ?? {};
      const args = { ...passed, ...Object.fromEntries(named), ...found, ...fixed };
      const answer = await callTool(tool, args, context);
      context.c.set('outcome', { tool: tool.name, code: answer.ok ? 'OK' : answer.code });
      return answer.ok ? json(answer.structured, status) : refused(answer, context);
    },
  };
}

type Denied = { code: ErrorCode; text: string; details: Parameters<typeof problem>[0]['details'] };

/** Who has a key that may not do this is known, so that another key, not another try, is the remedy. */
function refused({ code, text, details }: Denied, { caller }: ApiContext): Response {
  const isKnown = code === 'AUTH_FAILED' && caller !== null;
  return problem({ code, text, ...(details ? { details } : {}), ...(isKnown ? { status: 403 } : {}) });
}

function without(query: Record<string, string>, names: object): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([name]) => !Object.hasOwn(names, name)));
}

/** Text of a query as the value that the parameter's schema expects; what does not read as one stays text, and is refused by the tool. */
function fromQuery({ shape }: z.ZodObject, query: Record<string, string>): Args {
  return Object.fromEntries(Object.entries(query).map(([name, text]) => [name, queryValue(shape[name], text)]));
}

function queryValue(schema: z.core.$ZodType | undefined, text: string): unknown {
  const kind = kindOf(schema);
  if (kind === 'number' && /^-?\d{1,15}(?:\.\d+)?$/.test(text)) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function kindOf(schema: z.core.$ZodType | undefined): string | undefined {
  const def = schema?._zod.def;
  if (def && 'innerType' in def) return kindOf(def.innerType as z.core.$ZodType);
  return def?.type;
}
