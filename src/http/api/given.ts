import * as z from 'zod';
import { echo, Refusal } from '../../domain/errors.ts';
import { isDeeper } from '../../domain/nesting.ts';
import { asSent } from '../../domain/redaction/as-sent.ts';
import { parseInput } from '../../tools/input.ts';
import { readWire } from '../ingest/upload-body.ts';
import { RefusedRequest } from './refused-request.ts';
import type { ApiContext, Given, Route } from './route.ts';

/** What a request to a route of the REST interface holds: parsed where the route works itself, as it came where a tool parses it. */

const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';
/** Deeper than any document we take; each has a tighter bound of its own. */
const MAX_DEPTH = 200;

/** @throws Refusal INVALID_ARGUMENT, RefusedRequest for a body of another type or size */
export async function readGiven(route: Route, c: ApiContext['c']): Promise<Given> {
  const params = c.req.param() as Record<string, string>;
  const query = c.req.query();
  if (route.raw) return { params, query, body: undefined };
  const isStream = typeOf(c.req.raw) === NDJSON && (route.bodyTypes?.includes(NDJSON) ?? false);
  const { value, isText } = route.body === null || isStream ? NO_BODY : await readBody(route, c.req.raw);
  if (route.tool) {
    assertKnown(query, route.query);
    if (isText || route.body === null) return { params, query, body: value };
    return { params, query, body: parsed(Arguments, value) };
  }
  return {
    params: parsed(asSent(route.params), params) as Given['params'],
    query: parsed(route.query, query) as Given['query'],
    body: route.body === null || isText || isStream ? value : parsed(route.body, value),
  };
}

/** The tool cleans them. */
const Arguments = asSent(z.record(z.string(), z.unknown()));

const NO_BODY = { value: undefined, isText: false };

/** The tool reads the values; what the address says beside them is told apart here. */
function assertKnown(query: Record<string, string>, { shape }: z.ZodObject): void {
  const unknown = Object.keys(query).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) throw new Refusal('INVALID_ARGUMENT', `Unknown parameter '${echo(unknown)}'`);
}

/** A body that is there and is `null` is no empty one. */
function parsed(schema: z.ZodType, value: unknown): unknown {
  return parseInput(schema, value === null ? '' : value);
}

/** The media type of a request or an answer, without its parameters; JSON where it says none. */
export function typeOf({ headers }: { headers: Headers }): string {
  return (headers.get('content-type') ?? JSON_TYPE).split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The value of a JSON body; the text of one of another type that the route takes. */
async function readBody({ bodyTypes = [] }: Route, request: Request): Promise<{ value: unknown; isText: boolean }> {
  const type = typeOf(request);
  const isText = bodyTypes.includes(type);
  if (type !== JSON_TYPE && !isText) {
    const text = `The body has a type that is not taken here. Send one of: ${[JSON_TYPE, ...bodyTypes].join(', ')}.`;
    throw new RefusedRequest({ code: 'INVALID_ARGUMENT', text, status: 415 });
  }
  const text = new TextDecoder().decode(await readWire(request));
  if (isText) return { value: text, isText };
  if (text.trim() === '') return { value: {}, isText };
  const value = parseJson(text);
  if (isDeeper(value, MAX_DEPTH)) {
    const words = `The body is nested more than ${MAX_DEPTH} levels deep.`;
    throw new RefusedRequest({ code: 'INVALID_ARGUMENT', text: words });
  }
  return { value, isText };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedRequest({ code: 'INVALID_ARGUMENT', text: 'The body is not valid JSON.' });
  }
}
