import { Refusal } from '../domain/errors.ts';
import { monthStart, planOf, resetDate } from '../domain/quota.ts';
import type { Env } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectCredits } from '../store/spent-usage.ts';

/** Simulation credits: one for each result that a run counts. Without a limit of the plan nothing is read. */

const READ_DEADLINE_MS = 2_000;
/** D1 is asked again for what other instances took; what this one took it counts itself. */
const FRESH_MS = 10_000;
const MOST_KNOWN = 1_000;

type Known = { month: number; used: number; readAt: number };
const known = new Map<string, Known>();

/** Who pays, where and when (epoch ms). */
export type Payer = { env: Env; workspaceId: string; now: number };

/**
 * Takes results in, if the plan has room for all of them; those that count for nothing cost nothing. Instances that take results at the same
 * time may pass the limit by what the others took in the last minute. While D1 is away nobody is held up.
 * @throws Refusal QUOTA_EXCEEDED, before anything is stored, and whatever `take` throws
 */
export async function withinCredits<T extends { accepted: number }>(
  payer: Payer,
  results: number,
  take: () => Promise<T>,
): Promise<T> {
  const { limits, name } = planOf(payer.env.PLAN);
  if (limits.credits === null || results === 0) return take();
  const account = await accountOf(payer);
  const left = Math.max(0, limits.credits - account.used);
  if (results > left)
    throw exceeded({ used: account.used, limit: limits.credits, left, results, plan: name }, payer.now);
  account.used += results;
  let accepted = 0;
  try {
    const taken = await take();
    accepted = taken.accepted;
    return taken;
  } finally {
    account.used -= results - accepted;
  }
}

async function accountOf({ env, workspaceId, now }: Payer): Promise<Known> {
  const month = monthStart(now);
  const last = known.get(workspaceId);
  const account = last?.month === month ? last : { month, used: 0, readAt: Number.NEGATIVE_INFINITY };
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(workspaceId, account);
  if (now - account.readAt < FRESH_MS) return account;
  const read = await withDeadline(selectCredits(env.DB, workspaceId, month), READ_DEADLINE_MS).catch(() => 0);
  // D1 hears of results some time after they were taken, so that the higher figure is the newer one.
  account.used = Math.max(account.used, read);
  account.readAt = now;
  return account;
}

type Exceeded = { used: number; limit: number; left: number; results: number; plan: string };

function exceeded({ used, limit, left, results, plan }: Exceeded, now: number): Refusal {
  const ask = left > 0 ? ` ${left} of the ${results} results sent are left.` : '';
  const message = `Simulation credit limit reached (${used}/${limit}) on the ${plan} plan`;
  return new Refusal('QUOTA_EXCEEDED', message, `Resets ${resetDate(now)}.${ask}`);
}
