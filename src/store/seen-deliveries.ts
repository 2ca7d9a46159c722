/** Which deliveries were taken in, and what the first one of each was answered. */

export type DeliveryAnswer = { status: number; body: string };
export type DeliveryClaim = {
  ruleId: string;
  /** All that the delivery can be known by again. */
  ids: string[];
  bodyHash: string;
  /** Says who claims it. */
  token: string;
  now: number;
  expiresAt: number;
  /** Claims before this that were never answered are void: whoever made them died (epoch ms). */
  voidBefore: number;
};
/** What stands after a claim: ours, somebody else's still under way, one that was answered, or one with another body. */
export type DeliveryState =
  | { state: 'claimed' }
  | { state: 'under_way' }
  | { state: 'other_body' }
  | { state: 'answered'; answer: DeliveryAnswer };

type Row = { body_hash: string; token: string; status: number | null; answer: string | null };

const IDS = 'SELECT value FROM json_each(?2)';
const EXPIRED_A_CLAIM = 20;

/** Claims a delivery if nobody has, and says what stands: one transaction. What has expired goes, a few rows at a time. */
export async function insertDelivery(db: D1Database, claim: DeliveryClaim): Promise<DeliveryState> {
  const { ruleId, bodyHash, token, now, expiresAt, voidBefore } = claim;
  const ids = JSON.stringify(claim.ids);
  const answers = await db.batch<Row>([
    db
      .prepare(
        `DELETE FROM seen_deliveries WHERE (rule_id, delivery_id) IN
           (SELECT rule_id, delivery_id FROM seen_deliveries WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ${EXPIRED_A_CLAIM})`,
      )
      .bind(now),
    db
      .prepare(
        `DELETE FROM seen_deliveries WHERE rule_id = ?1 AND delivery_id IN (${IDS})
           AND (expires_at <= ?3 OR (status IS NULL AND claimed_at < ?4))`,
      )
      .bind(ruleId, ids, now, voidBefore),
    db
      .prepare(
        `INSERT INTO seen_deliveries (rule_id, delivery_id, body_hash, token, claimed_at, expires_at)
         SELECT ?1, value, ?3, ?4, ?5, ?6 FROM json_each(?2)
         WHERE NOT EXISTS (SELECT 1 FROM seen_deliveries WHERE rule_id = ?1 AND delivery_id IN (${IDS}))`,
      )
      .bind(ruleId, ids, bodyHash, token, now, expiresAt),
    db
      .prepare(
        `SELECT body_hash, token, status, answer FROM seen_deliveries WHERE rule_id = ?1 AND delivery_id IN (${IDS})
         ORDER BY body_hash = ?3, delivery_id LIMIT 10`,
      )
      .bind(ruleId, ids, bodyHash),
  ]);
  return stateOf(answers[3]?.results ?? [], claim);
}

function stateOf(rows: Row[], { bodyHash, token }: DeliveryClaim): DeliveryState {
  if (rows.some((row) => row.body_hash !== bodyHash)) return { state: 'other_body' };
  const answered = rows.find((row) => row.status !== null);
  if (answered) return { state: 'answered', answer: { status: answered.status ?? 0, body: answered.answer ?? '' } };
  return { state: rows.some((row) => row.token === token) ? 'claimed' : 'under_way' };
}

type Claimed = Pick<DeliveryClaim, 'ruleId' | 'ids' | 'token'>;

/** Keeps what the delivery was answered, for whoever sends it again. */
export async function updateDeliveryAnswered(db: D1Database, claim: Claimed, answer: DeliveryAnswer): Promise<void> {
  await db
    .prepare(
      `UPDATE seen_deliveries SET status = ?4, answer = ?5 WHERE rule_id = ?1 AND delivery_id IN (${IDS}) AND token = ?3`,
    )
    .bind(claim.ruleId, JSON.stringify(claim.ids), claim.token, answer.status, answer.body)
    .run();
}

/** Gives a claim up: the same delivery may be tried again. */
export async function deleteDelivery(db: D1Database, claim: Claimed): Promise<void> {
  await db
    .prepare(`DELETE FROM seen_deliveries WHERE rule_id = ?1 AND delivery_id IN (${IDS}) AND token = ?3`)
    .bind(claim.ruleId, JSON.stringify(claim.ids), claim.token)
    .run();
}
