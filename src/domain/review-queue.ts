import type { CaseDetail, PendingResult } from './case-detail.ts';

/** What waits for a person: how much is left, and the result whose turn it is, after those that were skipped; null where there is none. */
export type ReviewQueue = {
  left: number;
  skipped: number;
  /** The agent whose results alone are looked at, or null. */
  agent: string | null;
  agents: { name: string; pending: number }[];
  item: { pending: PendingResult; detail: CaseDetail } | null;
};
