import { echo, Refusal } from '../domain/errors.ts';
import type { ResultStatus } from '../domain/fields.ts';
import { logLine } from '../domain/redaction/log-line.ts';
import { redactText } from '../domain/redaction/redaction.ts';
import type { ResultKey } from '../domain/run.ts';
import { parseCaseId } from '../domain/scenario.ts';
import { type ReviewerVerdict, withReview } from '../domain/verdict/reviewed.ts';
import type { Verdict } from '../domain/verdict/verdict.ts';
import { insertAuditEntry } from '../store/audit-log.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectCase } from './catalogue.ts';
import { selectHeld } from './result-rows.ts';
import { reviseVerdicts } from './revisions.ts';
import { findRun, type RunLogDeps } from './run-log.ts';
import type { Run } from './run-rows.ts';

/** `attempt` is the one the reviewer looked at; null takes the one that stands, seen or not. */
export type ReviewCall = ResultKey & { runId: string; attempt: number | null; review: ReviewerVerdict };
export type Reviewed = { run: Run; before: ResultStatus };

/**
 * Puts a person's verdict in the place of the one that stands. The comment is redacted as the run's results are.
 * @throws Refusal NOT_FOUND for a run or a result that is not there, CONFLICT where another attempt stands by now.
 */
export function reviewResult(deps: RunLogDeps, call: ReviewCall): Reviewed {
  const { sql } = deps.storage;
  const run = findRun(deps, call.runId);
  const id = parseCaseId(call.caseId);
  const row = id && selectCase(sql, id).row;
  const key = { runSeq: run.seq, caseNo: row?.case_no ?? 0, trial: call.trial };
  const standing = selectHeld(sql, key).at(-1);
  if (!standing)
    throw new Refusal('NOT_FOUND', `Test run ${run.id} holds no result of ${echo(call.caseId)}, trial ${call.trial}`);
  if (call.attempt !== null && call.attempt !== standing.attempt) {
    const message = `Attempt ${call.attempt} was replaced by attempt ${standing.attempt} while you looked at it`;
    throw new Refusal('CONFLICT', message, 'Read the new one and decide again.');
  }
  const comment = redactText(call.review.comment, { personalData: run.redactPersonal }).value;
  const at = { ...key, attempt: standing.attempt };
  const revise = (stored: Verdict) => withReview(stored, { ...call.review, comment });
  const revised = reviseVerdicts(deps, run.seq, [{ at, revise }]);
  return { run: revised ?? run, before: standing.status };
}

const LOG_DEADLINE_MS = 3_000;

type Deed = { workspaceId: string; runId: string; before: ResultStatus; now: number };

/**
 * Notes the decision in D1's audit log, after it was stored. The object is the record of verdicts: who decided, why, and what that stands in
 * place of are in the row itself. So a D1 that is away costs a line of the log, which goes to the Worker's log instead, and no decision.
 */
export async function logReview(
  db: D1Database,
  call: ReviewCall,
  { runId, before, now, workspaceId }: Deed,
): Promise<void> {
  const { reviewer: actor, status } = call.review;
  const subject = `${runId} ${call.caseId} trial ${call.trial}: ${before} to ${status}`;
  try {
    const entry = { workspaceId, at: now, actor, action: 'result.reviewed' as const, subject };
    await withDeadline(insertAuditEntry(db, entry), LOG_DEADLINE_MS);
  } catch (error) {
    console.error(logLine({ level: 'error', event: 'audit_failed', subject, cause: String(error) }));
  }
}
