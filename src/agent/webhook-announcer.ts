import { runUrl } from '../dashboard/run-links.ts';
import { withDeadline } from '../store/deadline.ts';
import { type StoredWebhook, selectWebhooks } from '../store/webhooks.ts';
import type { AgentRow } from './catalogue.ts';
import { type Run, runHeader } from './run-rows.ts';
import type { Scoreboard } from './scoreboard.ts';
import { type EndedRun, queueDeliveries } from './webhook-outbox.ts';

/**
 * Turns ends of runs into deliveries, while D1 is told of them anyway. The run's own row is what makes this sure: it is `dirty` from the
 * transaction that ended it until the one that stores the deliveries, so an end is never lost, and a workspace without webhooks pays no
 * further row for it. A row in an outbox of its own would cost every completed run two.
 */

const D1_DEADLINE_MS = 8_000;

export type AnnouncerDeps = { storage: DurableObjectStorage; db: D1Database; scores: Scoreboard };
export type Announcement = { ended: EndedRun[]; webhooks: StoredWebhook[] };

/** What is to be told of these runs, and where. Asks D1 only when one of them ended since the last time. @throws whatever D1 threw */
export async function readAnnouncement(
  { storage, db, scores }: AnnouncerDeps,
  agent: AgentRow,
  runs: Run[],
): Promise<Announcement> {
  const unannounced = selectUnannounced(storage.sql, runs);
  if (unannounced.length === 0) return { ended: [], webhooks: [] };
  const webhooks = await withDeadline(selectWebhooks(db, agent.workspace_id), D1_DEADLINE_MS);
  const scored = new Map(scores.scored(unannounced.map(({ seq }) => seq)).map((one) => [one.seq, one.score]));
  const ended = unannounced.flatMap((run) => {
    const header = runHeader(run, agent.name);
    const score = scored.get(run.seq)?.value ?? null;
    return run.endedAt === null ? [] : [{ run: header, endedAt: run.endedAt, score, path: runUrl(header) }];
  });
  return { ended, webhooks };
}

/** Stores the deliveries, in the transaction that marks the runs as flushed. Answers whether there is something to send now. */
export function announce(sql: SqlStorage, { ended, webhooks }: Announcement, now: number): boolean {
  return ended.length > 0 && webhooks.length > 0 && queueDeliveries(sql, { ended, webhooks, now });
}

function selectUnannounced(sql: SqlStorage, runs: Run[]): Run[] {
  const seqs = runs.filter(({ end }) => end !== null).map(({ seq }) => seq);
  const rows = sql.exec<{ seq: number }>(
    `SELECT seq FROM runs WHERE seq IN (SELECT value FROM json_each(?1)) AND announced IS NOT ended_at
     ORDER BY seq LIMIT 1000`,
    JSON.stringify(seqs),
  );
  const found = new Set([...rows].map(({ seq }) => seq));
  return runs.filter(({ seq }) => found.has(seq));
}
