import type { RunRules } from '../domain/run-state.ts';
import { type CredentialStores, findSettings } from '../store/credentials.ts';

const MINUTE_MS = 60_000;

/** What a run that is about to be made will hold to: what its workspace has decided by now. Never throws; without an answer, the usual. */
export async function rulesOfNewRun(
  stores: CredentialStores,
  { workspaceId, now }: { workspaceId: string; now: number },
): Promise<RunRules> {
  const { stallMinutes, redactPersonal } = await findSettings(stores, { workspaceId, now });
  return { stallMs: stallMinutes * MINUTE_MS, redactPersonal };
}
