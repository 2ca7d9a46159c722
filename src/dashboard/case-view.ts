import type { CaseDetail } from '../domain/case-detail.ts';
import { alignCalls, type ExpectedStep, expectedSteps } from '../domain/expected-steps.ts';
import type { DiffRow } from '../domain/sequence-diff.ts';
import { type Call, callsOf } from '../domain/verdict/calls.ts';
import { toolTable } from '../domain/verdict/tool-table.ts';
import type { Evidence } from '../domain/verdict/verdict.ts';

/** A result read for its page: what it called beside what was expected, and where its verdict points. */
export type CaseView = CaseDetail & {
  /** Null where the result does not tell which tools it called. */
  calls: readonly Call[] | null;
  /** Null where the case expects no calls in particular. */
  steps: readonly ExpectedStep[] | null;
  rows: readonly DiffRow[];
  pointed: Pointed;
};
/** Evidence by the call and by the message it points at, both from 0; of a result that passed nothing is to stand out. */
export type Pointed = { calls: ReadonlyMap<number, Evidence[]>; messages: ReadonlyMap<number, Evidence[]> };

const NO_TOOLS = toolTable([]);

export function viewOf(detail: CaseDetail): CaseView {
  const { sent, content, result, textsRemovedAt } = detail;
  const calls = callsOf(sent, NO_TOOLS) ?? null;
  // Without the arguments of the calls there is nothing to hold against what was expected of them.
  const steps = textsRemovedAt === undefined ? expectedSteps(content.expectations) : null;
  const rows = calls ? alignCalls(steps ?? [], calls) : [];
  return { ...detail, calls, steps, rows, pointed: pointedAt(result.status === 'passed' ? [] : result.evidence) };
}

function pointedAt(evidence: readonly Evidence[]): Pointed {
  const by = (key: 'call' | 'step') => {
    const map = new Map<number, Evidence[]>();
    for (const item of evidence) {
      const at = item[key];
      if (at !== undefined) map.set(at, [...(map.get(at) ?? []), item]);
    }
    return map;
  };
  return { calls: by('call'), messages: by('step') };
}
