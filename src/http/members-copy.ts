import type { Env } from '../env.ts';
import { projectMember } from '../store/credentials.ts';
import { withDeadline } from '../store/deadline.ts';
import { type MemberRecord, selectMember } from '../store/members.ts';

const DEADLINE_MS = 8_000;
/** KV takes one write a second for a key. */
const KV_PAUSE_MS = 1_100;
const MOST_ROUNDS = 3;

/**
 * Copies to KV what D1 holds of a member, until it still holds it afterwards: of several who change a member at once the last one leaves the
 * copy right. Where D1 holds nothing, `gone` is what KV is told.
 */
export async function copyMember({ DB, KV }: Env, gone: MemberRecord): Promise<void> {
  const read = async () => (await withDeadline(selectMember(DB, gone.id), DEADLINE_MS)) ?? gone;
  let held = await read();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await put(KV, held);
    const now = await read();
    if (JSON.stringify(now) === JSON.stringify(held)) return;
    held = now;
  }
}

async function put(kv: KVNamespace, record: MemberRecord): Promise<void> {
  try {
    await withDeadline(projectMember(kv, record), DEADLINE_MS);
  } catch {
    await new Promise((resolve) => setTimeout(resolve, KV_PAUSE_MS));
    await withDeadline(projectMember(kv, record), DEADLINE_MS);
  }
}
