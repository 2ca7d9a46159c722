import { redact } from './redaction.ts';

/** A line of the log as JSON. Whatever an error quotes, nothing that is secret or personal gets into a log. */
export function logLine(fields: Record<string, unknown>): string {
  return JSON.stringify(redact(fields, { personalData: true }).value);
}
