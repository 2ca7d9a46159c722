import type { ResultStatus } from './fields.ts';
import type { RunResult } from './result.ts';
import type { ResultKey, ResultView, RunHeader } from './run.ts';
import type { CaseContent } from './scenario.ts';

/** An attempt at a case; the last one stands. */
export type Attempt = { attempt: number; status: ResultStatus; receivedAt: number; late: boolean };

/** How one case went in one run, as far as its path through the tools goes. `tools` is null where nothing is known of the calls. */
export type CaseRun = {
  runId: string;
  startedAt: number;
  trial: number;
  status: ResultStatus;
  tools: string[] | null;
};

/**
 * A standing result with all that is known of it: what was expected (the version of the case it was judged by), what was sent (redacted),
 * earlier attempts, and how the same case went in other runs, newest first. `previous` and `next` are its neighbours in the run.
 */
export type CaseDetail = {
  agentId: string;
  run: RunHeader;
  result: ResultView;
  content: CaseContent;
  sent: RunResult;
  /** When its texts were removed for their age; absent while they are here. */
  textsRemovedAt?: number;
  attempts: Attempt[];
  history: CaseRun[];
  previous: ResultKey | null;
  next: ResultKey | null;
};

/** Results of other runs that a case's history holds. */
export const HISTORY_ROWS = 30;

/** A result that waits for a person. */
export type PendingResult = ResultKey & { run: RunHeader; title: string; receivedAt: number };
/** What waits in an agent, newest runs first; `total` may be more than are listed. */
export type PendingResults = { agentId: string; results: PendingResult[]; total: number };
