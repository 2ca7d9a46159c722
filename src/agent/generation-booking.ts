import { Refusal } from '../domain/errors.ts';
import type { GenerationOrder } from '../domain/generation-job.ts';
import { type GenerationLimits, monthStart, resetDate } from '../domain/quota.ts';
import { type Booked, insertGeneration } from '../store/generations.ts';
import type { AgentRow } from './catalogue.ts';
import { reachD1 } from './catalogue-writer.ts';

/** A generation before it begins: what the limits say of it. */

const HOUR_MS = 3_600_000;

export type Made = { id: string; scenarioId: string; now: number; limits: GenerationLimits };

/** Books the generation in D1. Answers with the blueprint to work from. @throws Refusal where a limit stands in the way, or D1 is away */
export async function book(db: D1Database, agent: AgentRow, { order, made }: { order: GenerationOrder; made: Made }) {
  const window = { hourAgo: made.now - HOUR_MS, monthStart: monthStart(made.now) };
  const whose = { agentId: agent.id, workspaceId: agent.workspace_id };
  return admitted(
    await reachD1(insertGeneration(db, { ...made, ...window, ...whose, cases: order.testCases })),
    order,
    made,
  );
}

export function alreadyRunning(name: string): Refusal {
  const hint = 'Wait for it to complete or check invarium_get_tests.';
  return new Refusal('GENERATION_IN_PROGRESS', `A test generation is already running for ${name}`, hint);
}

/** The blueprint to work from. @throws Refusal where a limit stands in the way */
function admitted(booked: Booked, order: GenerationOrder, made: Made): string {
  const { perHour, perMonth } = made.limits;
  if (booked.document === null) throw new Refusal('AGENT_NOT_FOUND', 'Agent not found');
  if (booked.booked) return booked.document;
  if (booked.last_hour >= perHour) {
    throw new Refusal('RATE_LIMITED', `Rate limit exceeded: ${perHour} generations per hour`);
  }
  const left = Math.max(0, (perMonth ?? 0) - booked.this_month);
  const ask = left > 0 ? ` ${left} of the ${order.testCases} test cases asked for are left.` : '';
  throw new Refusal(
    'QUOTA_EXCEEDED',
    `Test case generation limit reached (${booked.this_month}/${perMonth})`,
    `Resets ${resetDate(made.now)}.${ask}`,
  );
}
