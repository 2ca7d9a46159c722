import { keptName } from '../agent/kept-name.ts';
import { logLine } from '../domain/redaction/log-line.ts';
import type { Env } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import {
  type DeliveryAnswer,
  deleteDelivery,
  insertDelivery,
  updateDeliveryAnswered,
} from '../store/seen-deliveries.ts';
import { distrust, type Trust } from './ci-trust-faults.ts';

/** Answers a delivery once, however often it arrives. */

/** What makes a delivery the same one again: its ids under the rule that vouches for it, and the SHA-256 of its body. */
export type Delivery = { ruleId: string; ids: string[]; bodyHash: string };

/** How long deliveries are remembered: longer than senders retry (three days), and far longer than a signature is accepted. */
export const REMEMBERED_MS = 7 * 24 * 3_600_000;
/** Nobody works on a delivery for so long: an answer comes within 10 s. */
const CLAIM_MS = 60_000;
const RETRY_AFTER_S = 5;
const D1_DEADLINE_MS = 8_000;
/** An answer over this is not kept: its repeat is worked on again, which changes nothing, because results are counted once anyway. */
const MAX_ANSWER_CHARS = 256 * 1024;
const FIRST_BAD_STATUS = 400;

export type Once = DeliveryAnswer & { repeated: boolean };

/**
 * Does the work and keeps its answer for repeats; a delivery that was answered before gets that answer again. Refusals and failures are not
 * kept, so that the sender may try again. Without a delivery (an OIDC token, an API key) the work is simply done.
 */
export async function answerOnce(
  { DB }: Pick<Env, 'DB'>,
  { delivery, now }: { delivery: Delivery | null; now: number },
  work: () => Promise<DeliveryAnswer>,
): Promise<Trust<Once>> {
  if (!delivery) return { ok: true, value: { ...(await work()), repeated: false } };
  const claim = { ...delivery, ids: delivery.ids.map(keptName), token: crypto.randomUUID() };
  const times = { now, expiresAt: now + REMEMBERED_MS, voidBefore: now - CLAIM_MS };
  const found = await withDeadline(insertDelivery(DB, { ...claim, ...times }), D1_DEADLINE_MS);
  const named = delivery.ids[0] ?? '';
  if (found.state === 'answered') return { ok: true, value: { ...found.answer, repeated: true } };
  if (found.state === 'other_body') return distrust({ fault: 'delivery_other_body', named });
  if (found.state === 'under_way') return distrust({ fault: 'delivery_under_way', named, retryAfterS: RETRY_AFTER_S });
  try {
    const answer = await work();
    await settle(DB, claim, answer);
    return { ok: true, value: { ...answer, repeated: false } };
  } catch (error) {
    await settle(DB, claim, null);
    throw error;
  }
}

/** The work is done or has failed whether or not this is noted: a claim that nobody settles is void after a minute. */
async function settle(
  db: D1Database,
  claim: Delivery & { token: string },
  answer: DeliveryAnswer | null,
): Promise<void> {
  const isKept = answer !== null && answer.status < FIRST_BAD_STATUS && answer.body.length <= MAX_ANSWER_CHARS;
  const noted = isKept ? updateDeliveryAnswered(db, claim, answer) : deleteDelivery(db, claim);
  await withDeadline(noted, D1_DEADLINE_MS).catch((cause: unknown) => {
    console.error(logLine({ level: 'error', event: 'delivery_not_settled', cause: String(cause) }));
  });
}
