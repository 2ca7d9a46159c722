import type { Context } from 'hono';
import * as z from 'zod';
import type { Scope } from '../../domain/access.ts';
import { authFailed, type Caller, type OpenContext, type Tool, type ToolContext } from '../../tools/define-tool.ts';
import type { App } from '../app.ts';

/** A route of the REST interface as one declaration: what serves it is what `/openapi.json` says of it. */

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export const TAGS = [
  'Workspace',
  'Agents',
  'Tests',
  'Runs',
  'Gate and reports',
  'Ingestion',
  'Trust and webhooks',
] as const;

/** What an answer may be: JSON of a schema, or another type that is described by its name alone. */
export type Answers = { status: number; description: string; schema?: z.ZodType; type?: string };
export type Given = { params: Record<string, string>; query: Record<string, string>; body: unknown };
export type OpenApiContext = OpenContext & { c: Context<App> };
export type ApiContext = ToolContext & { c: Context<App> };

/**
 * Who may use a route: the holder of a key with that scope, of several any one; `proof`: who brings a signature or a token that a trust rule
 * of the workspace in the address covers; `open`: whoever knows the address.
 */
export type Access = Scope | readonly Scope[] | 'proof' | 'open';

type Declared = {
  method: Method;
  /** In OpenAPI's notation: `/v1/agents/{name}`. */
  path: string;
  /** The name of the operation, unique. */
  id: string;
  tag: (typeof TAGS)[number];
  summary: string;
  description?: string;
  access: Access;
  /** Further media types that the body may have; JSON always is one where there is a body. */
  bodyTypes?: readonly string[];
  /** The route reads the body itself; what it may be is in `bodyTypes`. */
  raw?: boolean;
  /** Takes an Idempotency-Key; only on routes below an agent. */
  idempotent?: boolean;
  /** Works with a key that is good for one agent alone, though it has no tool and its address names no agent: see one-agent.ts. */
  forOneAgent?: true;
  /** Finds out who calls, where an API key that works is not all there is to it. */
  whose?: (c: Context<App>, now: number) => Promise<Caller>;
};

export type Route = Declared & {
  params: z.ZodObject;
  query: z.ZodObject;
  body: z.ZodType | null;
  answers: readonly Answers[];
  /** The tool that does it, where one does. */
  tool?: Tool;
  serve: (given: Given, context: OpenApiContext) => Promise<Response>;
};

/** Whether a route asks for an API key. */
export function isKeyed({ access }: Pick<Route, 'access'>): boolean {
  return access !== 'proof' && access !== 'open';
}

/** The context of a route that asks for a key. */
export function keyed(context: OpenApiContext): ApiContext {
  const { caller } = context;
  if (!caller) throw authFailed();
  return { ...context, caller };
}

const PARAMETERS: Record<string, string> = {
  name: 'Exact name of the agent.',
  id: 'Id, as a list or the call that made it gave it.',
};

/** The parameters of a path, each a text. */
export function pathParams(path: string): z.ZodObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const shape = names.map((name) => [name, z.string().meta({ description: PARAMETERS[name] ?? `The ${name}.` })]);
  return z.object(Object.fromEntries(shape));
}

export type OwnRoute<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> = Declared & {
  params?: P;
  query?: Q;
  body?: B;
  answers: readonly Answers[];
  run: (
    given: { params: z.output<P>; query: z.output<Q>; body: z.output<B> },
    context: ApiContext,
  ) => Promise<Response>;
};

export type OpenRoute<P extends z.ZodObject, Q extends z.ZodObject> = Declared & {
  access: 'proof' | 'open';
  params?: P;
  query?: Q;
  answers: readonly Answers[];
  run: (given: { params: z.output<P>; query: z.output<Q> }, context: OpenApiContext) => Promise<Response>;
};

/** A route with its own work; its parameters are parsed by its own schemas before. */
export function ownRoute<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
>({ run, ...declared }: OwnRoute<P, Q, B>): Route {
  const params = declared.params ?? pathParams(declared.path);
  const query = (declared.query ?? z.object({})).strict();
  const body = declared.body ?? null;
  return {
    ...declared,
    params,
    query,
    body,
    serve: (given, context) => run(given as Parameters<typeof run>[0], keyed(context)),
  };
}

/** A route that asks for no key: it finds out itself whom to believe, or everybody may ask. */
export function openRoute<P extends z.ZodObject = z.ZodObject, Q extends z.ZodObject = z.ZodObject>({
  run,
  ...declared
}: OpenRoute<P, Q>): Route {
  const { params = pathParams(declared.path), query = z.object({}) } = declared;
  return {
    ...declared,
    ...{ params, query: query.strict(), body: null },
    serve: ({ params: named, query: asked }, context) =>
      run({ params: named as z.output<P>, query: asked as z.output<Q> }, context),
  };
}

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status });
}
