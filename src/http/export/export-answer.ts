import type { Env } from '../../env.ts';
import { insertAuditEntry } from '../../store/audit-log.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { exportLines } from './export-lines.ts';
import { streamOf } from './export-stream.ts';
import type { Place } from './place.ts';

export const NDJSON = 'application/x-ndjson';

export type ExportRequest = {
  workspace: { id: string; name: string };
  /** Who takes it, for the audit log. */
  actor: string;
  /** Epoch milliseconds. */
  now: number;
  after: Place | null;
};

/**
 * The export of a workspace as a download. Nobody takes one without a line in the audit log.
 * @throws Refusal RETRY_LATER while that line cannot be written
 */
export async function answerExport(env: Env, { workspace, actor, now, after }: ExportRequest): Promise<Response> {
  const subject = after ? 'a further file' : 'the whole workspace';
  await readD1(
    insertAuditEntry(env.DB, { workspaceId: workspace.id, at: now, actor, action: 'workspace.exported', subject }),
  );
  const name = `invarium-${workspace.id}-${new Date(now).toISOString().slice(0, 10)}.ndjson`;
  return new Response(streamOf(exportLines(env, { workspace, now, after })), {
    headers: {
      'Content-Type': NDJSON,
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'private, no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}
