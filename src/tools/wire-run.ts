import * as z from 'zod';
import { isoTime } from '../domain/formatting.ts';
import { RunHeader } from '../domain/run.ts';
import { runUrl } from './agent-access.ts';

/** A run header on the wire: ISO 8601 times and the link. */
export const WireRun = RunHeader.omit({ rev: true }).extend({
  started_at: z.string(),
  completed_at: z.string().optional(),
  texts_removed_at: z.custom<string>((value) => typeof value === 'string').optional(),
  url: z.string(),
});
export type WireRun = z.infer<typeof WireRun>;

export function toWire({ rev: _, ...run }: RunHeader, baseUrl: string): WireRun {
  const { started_at, completed_at, texts_removed_at, ...rest } = run;
  return {
    ...rest,
    started_at: isoTime(started_at) ?? '',
    ...(completed_at === undefined ? {} : { completed_at: isoTime(completed_at) ?? '' }),
    ...(texts_removed_at === undefined ? {} : { texts_removed_at: isoTime(texts_removed_at) ?? '' }),
    url: runUrl(baseUrl, run.id, run.agent_name),
  };
}
