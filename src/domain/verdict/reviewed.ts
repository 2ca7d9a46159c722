import * as z from 'zod';
import { FailureCategory } from '../fields.ts';
import { found } from './judgement.ts';
import { filedUnder } from './taxonomy.ts';
import type { Verdict } from './verdict.ts';
import { clip } from './wording.ts';

/** A person's verdict. `category` and `step` say what failed and where, for those who want to say so. */
export const ReviewerVerdict = z.object({
  status: z.enum(['passed', 'failed']),
  comment: z.string().trim().max(2000),
  reviewer: z.string().min(1).max(200),
  category: FailureCategory.optional(),
  step: z.int().min(0).optional(),
});
export type ReviewerVerdict = z.infer<typeof ReviewerVerdict>;

/**
 * The verdict after a reviewer's, which overrides any other. The first one that a person overrode stays beside it, however often it is
 * reviewed again. A failure keeps what it was filed under unless the reviewer says otherwise.
 */
export function withReview(verdict: Verdict, { status, comment, reviewer, category, step }: ReviewerVerdict): Verdict {
  const original = (verdict.decided_by === 'reviewer' && verdict.instead_of) || found(verdict);
  const reason = comment === '' ? `${reviewer} decided that the case ${status}.` : comment;
  return {
    status,
    decided_by: 'reviewer',
    rule: 'reviewed',
    reason: clip(reason, REASON_CHARS),
    evidence: original.evidence,
    ...(status === 'failed' ? failure({ original, category, step }) : {}),
    reviewer,
    instead_of: original,
  };
}

const REASON_CHARS = 2000;

type Failure = { original: ReturnType<typeof found>; category: FailureCategory | undefined; step: number | undefined };

function failure({ original, category, step }: Failure) {
  const kept =
    original.category && original.subtype && original.severity && (!category || category === original.category);
  const seen = kept
    ? { category: original.category, subtype: original.subtype, severity: original.severity }
    : filedUnder(category ?? 'instruction_failure', 'reviewer_reported');
  const fault = kept && original.agent_fault === false ? { agent_fault: false } : {};
  return { ...seen, ...fault, first_deviation: step ?? original.first_deviation ?? 0 };
}
