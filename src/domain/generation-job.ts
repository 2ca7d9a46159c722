import * as z from 'zod';
import { Complexity, FailureCategory } from './fields.ts';
import { MAX_CASES } from './generation/case-plan.ts';
import { PERSONAS } from './generation/persona.ts';

/** A job that makes one scenario from an agent's blueprint. At most one is live per agent, which makes it the lock. */

/** How long a generation may take; then its lock lapses, whoever holds it. */
export const LOCK_MS = 120_000;

export const GENERATION_STATUSES = ['pending', 'running', 'completed', 'failed', 'timed_out'] as const;
export const GenerationStatus = z.enum(GENERATION_STATUSES);
export type GenerationStatus = z.infer<typeof GenerationStatus>;

/** What the caller asked for. */
export const GenerationOrder = z.object({
  description: z.string(),
  testCases: z.int().min(1).max(MAX_CASES),
  complexity: Complexity,
  failureCategory: FailureCategory.nullable(),
  persona: z.enum(PERSONAS).nullable(),
});
export type GenerationOrder = z.infer<typeof GenerationOrder>;

/** Times are epoch milliseconds; `produced` counts the cases that are stored. */
export type GenerationState = { status: GenerationStatus; startedAt: number; expiresAt: number; produced: number };

export function isLive(state: Pick<GenerationState, 'status' | 'expiresAt'>, now: number): boolean {
  return (state.status === 'pending' || state.status === 'running') && now < state.expiresAt;
}

/** A live job whose time is over has timed out, even if nobody was there to write it down. */
export function statusAt(state: GenerationState, now: number): GenerationStatus {
  if (state.status !== 'pending' && state.status !== 'running') return state.status;
  return isLive(state, now) ? state.status : 'timed_out';
}

const TITLE_CHARS = 80;

/** The description as a title: its first line, cut at a word. */
export function titleFrom(description: string): string {
  const line = description.trim().split('\n', 1)[0]?.trim() ?? '';
  if (line.length <= TITLE_CHARS) return line;
  const cut = line.slice(0, TITLE_CHARS - 1).replace(/[\ud800-\udbff]$/, '');
  return `${cut.slice(0, cut.lastIndexOf(' ') > TITLE_CHARS / 2 ? cut.lastIndexOf(' ') : undefined)}…`;
}
