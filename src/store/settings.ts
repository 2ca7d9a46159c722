import * as z from 'zod';

const DEFAULTS = { stallMinutes: 30, retentionDays: 90, redactPersonal: true };

/** What a workspace decides for itself. */
export const Settings = z.object({
  /** A run that hears nothing for so long ends; 3 minutes to 12 hours. */
  stallMinutes: z.int().min(3).max(720).default(DEFAULTS.stallMinutes),
  /** For how many days the texts of results are kept. */
  retentionDays: z.int().min(1).max(3650).default(DEFAULTS.retentionDays),
  /** Whether e-mail addresses, phone and card numbers and the like are taken out of results. */
  redactPersonal: z.boolean().default(DEFAULTS.redactPersonal),
});
export type Settings = z.infer<typeof Settings>;

export const DEFAULT_SETTINGS: Settings = DEFAULTS;

/** The settings of a workspace, or null where there is no such workspace. */
export async function selectSettings(db: D1Database, workspaceId: string): Promise<Settings | null> {
  const row = await db
    .prepare('SELECT stall_minutes, retention_days, redact_personal FROM workspaces WHERE id = ?1 LIMIT 1')
    .bind(workspaceId)
    .first<{ stall_minutes: number; retention_days: number; redact_personal: number }>();
  if (!row) return null;
  const { stall_minutes: stallMinutes, retention_days: retentionDays, redact_personal } = row;
  return Settings.parse({ stallMinutes, retentionDays, redactPersonal: redact_personal === 1 });
}

/** Writes the settings with a line in the audit log: one transaction. */
export async function updateSettings(
  db: D1Database,
  { workspaceId, settings, actor, now }: { workspaceId: string; settings: Settings; actor: string; now: number },
): Promise<void> {
  const { stallMinutes, retentionDays, redactPersonal } = settings;
  await db.batch([
    db
      .prepare('UPDATE workspaces SET stall_minutes = ?2, retention_days = ?3, redact_personal = ?4 WHERE id = ?1')
      .bind(workspaceId, stallMinutes, retentionDays, Number(redactPersonal)),
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject) VALUES (?1, ?2, ?3, 'workspace.settings_changed', ?4)
         ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, now, actor, JSON.stringify(settings)),
  ]);
}
