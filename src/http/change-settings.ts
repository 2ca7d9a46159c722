import { withoutSecrets } from '../domain/redaction/redaction.ts';
import type { Env } from '../env.ts';
import { projectSettings } from '../store/credentials.ts';
import { type Settings, type SettingsChange, selectSettings, updateSettings } from '../store/settings.ts';

type Wanted = { workspaceId: string; actor: string; now: number; change: SettingsChange };

/**
 * Changes what a workspace decides; what it has decided already writes nothing. Runs that are made from now on hold to it, those that a
 * cache of 30 s stands before a little later. Answers with all settings, or null without such a workspace. @throws what D1 or KV threw
 */
export async function changeSettings({ DB, KV }: Env, { change, ...act }: Wanted): Promise<Settings | null> {
  const known = await selectSettings(DB, act.workspaceId);
  if (!known) return null;
  const different = withoutSecrets(
    Object.fromEntries(
      Object.entries(change).filter(([key, value]) => value !== undefined && value !== known[key as keyof Settings]),
    ),
  );
  const isChanged = Object.keys(different).length > 0;
  const settings = isChanged ? await updateSettings(DB, { ...act, change: different }) : known;
  // Also where nothing is different: the copy may have been lost the last time.
  if (settings) await projectSettings(KV, act.workspaceId, settings);
  return settings;
}
