import * as z from 'zod';
import { withoutSecrets } from './redaction.ts';

/**
 * What comes in is cleaned of secrets where it is parsed, so that no field is forgotten. The few that have to arrive as they were sent say so
 * in their schema: what is judged or audited before it is cleaned, what is sealed, and names that something is found by.
 */

const AS_SENT = new WeakSet<z.ZodType>();

/** The same schema; what it parses is not cleaned. It has to be the outermost one of its field. */
export function asSent<S extends z.ZodType>(schema: S): S {
  AS_SENT.add(schema);
  return schema;
}

/** What a schema parsed, without the secrets in it, but for fields that are wanted as they were sent. */
export function cleanInput<T>(schema: z.ZodType, parsed: T): T {
  if (AS_SENT.has(schema)) return parsed;
  if (!(schema instanceof z.ZodObject) || typeof parsed !== 'object' || parsed === null) return cleanText(parsed);
  const fields = Object.entries(parsed).map(([name, value]) => {
    const field = schema.shape[name];
    return [name, field && AS_SENT.has(field) ? value : Object.values(withoutSecrets({ [name]: cleanText(value) }))[0]];
  });
  // The fields are those that were parsed.
  return Object.fromEntries(fields) as T;
}

/** JSON in a text is cleaned as what it says, so that it stays JSON. */
function cleanText<T>(value: T): T {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return withoutSecrets(value);
  try {
    const said: unknown = JSON.parse(value);
    const clean = withoutSecrets(said);
    return (clean === said ? value : JSON.stringify(clean)) as T;
  } catch {
    return withoutSecrets(value);
  }
}
