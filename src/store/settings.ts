import * as z from 'zod';
import { RETENTION_DAYS } from '../domain/retention.ts';
import { STALL_MINUTES } from '../domain/run-state.ts';
import { auditEntry } from './audit-log.ts';

/** Of a workspace's name. */
export const NAME_CHARS = 80;

/** What a workspace decides for itself. */
export const Settings = z.object({
  /** What the workspace is called; absent where nobody could say it. */
  name: z.string().optional(),
  /** A run that hears nothing for so long ends. */
  stallMinutes: z.int().min(STALL_MINUTES.least).max(STALL_MINUTES.most).default(STALL_MINUTES.usual),
  /** For how many days after the end of a run the texts of its results are kept. */
  retentionDays: z.int().min(RETENTION_DAYS.least).max(RETENTION_DAYS.most).default(RETENTION_DAYS.usual),
  /** Whether e-mail addresses, phone and card numbers and the like are taken out of results. */
  redactPersonal: z.boolean().default(true),
});
export type Settings = z.infer<typeof Settings>;

export const DEFAULT_SETTINGS: Settings = Settings.parse({});

type Row = { name: string; stall_minutes: number; retention_days: number; redact_personal: number };
const COLUMNS = 'name, stall_minutes, retention_days, redact_personal';

/** The settings of a workspace, or null where there is no such workspace. */
export async function selectSettings(db: D1Database, workspaceId: string): Promise<Settings | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM workspaces WHERE id = ?1 LIMIT 1`)
    .bind(workspaceId)
    .first<Row>();
  return row && fromRow(row);
}

function fromRow({ name, stall_minutes, retention_days, redact_personal }: Row): Settings {
  return Settings.parse({
    ...{ name, stallMinutes: stall_minutes, retentionDays: retention_days, redactPersonal: redact_personal === 1 },
  });
}

/** What is to be different; what is not named stays. */
export type SettingsChange = { [Key in keyof Settings]?: Settings[Key] | undefined };
type Change = { workspaceId: string; change: SettingsChange; actor: string; now: number };

/** Changes settings, with a line in the audit log that says to what: one transaction. Answers with all of them, or null without the workspace. */
export async function updateSettings(
  db: D1Database,
  { workspaceId, change, actor, now }: Change,
): Promise<Settings | null> {
  const { name, stallMinutes, retentionDays, redactPersonal } = change;
  const subject = changeWords(change);
  const [updated] = await db.batch<Row>([
    db
      .prepare(
        `UPDATE workspaces SET name = coalesce(?2, name), stall_minutes = coalesce(?3, stall_minutes),
           retention_days = coalesce(?4, retention_days), redact_personal = coalesce(?5, redact_personal)
         WHERE id = ?1 AND deleting_at IS NULL RETURNING ${COLUMNS}`,
      )
      .bind(
        ...[workspaceId, name ?? null, stallMinutes ?? null, retentionDays ?? null],
        redactPersonal === undefined ? null : Number(redactPersonal),
      ),
    auditEntry(db, { workspaceId, at: now, actor, action: 'workspace.settings_changed', subject }),
  ]);
  const row = updated?.results[0];
  return row ? fromRow(row) : null;
}

function changeWords({ name, stallMinutes, retentionDays, redactPersonal }: SettingsChange): string {
  return [
    ...(name === undefined ? [] : [`name: ${name}`]),
    ...(stallMinutes === undefined ? [] : [`stall timer: ${stallMinutes} minutes`]),
    ...(retentionDays === undefined ? [] : [`retention: ${retentionDays} days`]),
    ...(redactPersonal === undefined ? [] : [`personal data: ${redactPersonal ? 'removed' : 'kept'}`]),
  ].join(', ');
}
