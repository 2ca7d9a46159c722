import type { ReportedItem } from '../../agent/ci-intake.ts';
import { contentHash } from '../../agent/content-hash.ts';
import type { Rejection } from '../../agent/streaming.ts';
import { Refusal, refusalText } from '../../domain/errors.ts';
import type { ReportedCase, ReportItem } from '../../domain/formats/reported-case.ts';
import { runResultOf } from '../../domain/formats/run-result.ts';
import { parseResults } from '../../domain/intake.ts';
import type { RunResult } from '../../domain/result.ts';
import { UNMAPPED_SCENARIO } from '../../domain/scenario.ts';

/** Tests of a report as an object takes them. What is wrong with one is noted, and the others go on. */
export class ItemReader {
  /** The items that one test makes: one, or two where it failed before it passed and the report holds only the second try. */
  items(item: ReportItem, rejected: Rejection[]): ReportedItem[] {
    if (item.kind === 'rejected') {
      rejected.push(item.rejected);
      return [];
    }
    const reported = item.case;
    const last = reported.attempt ?? (reported.flaky ? 2 : 1);
    const tries = reported.flaky && last > 1 ? [{ ...failedTry(reported), attempt: last - 1 }] : [];
    const numbered = reported.attempt !== null || reported.trial !== null;
    return [...tries, { ...reported, attempt: last }].flatMap((one) => toItem(one, numbered, rejected));
  }
}

function failedTry(reported: ReportedCase): ReportedCase {
  const message = 'Failed before a retry; the report does not hold that try.';
  return { ...reported, flaky: false, verdict: 'failed', message, latencyMs: null };
}

function toItem(reported: ReportedCase, numbered: boolean, rejected: Rejection[]): ReportedItem[] {
  const { index, name, suite, scenarioId, native } = reported;
  const { result, reported: said } = runResultOf(reported, scenarioId ?? UNMAPPED_SCENARIO);
  const checked = check(result, index, rejected);
  if (checked === null) return [];
  return [
    {
      ...{ index, title: name, caseId: scenarioId, strict: native !== null && scenarioId !== null },
      name: suite === null ? name : `${suite} › ${name}`,
      scenario_id: result.scenario_id,
      trial: result.trial ?? 1,
      attempt: result.attempt ?? 1,
      result_id: result.result_id ?? null,
      hash: contentHash({ ...result, reported: said.status }),
      text: checked,
      reported: { status: said.status, bare: isBare(result, said.answered), numbered },
    },
  ];
}

function isBare({ tools_called, messages }: RunResult, answered: boolean): boolean {
  return !answered && tools_called == null && messages == null;
}

/** The result as text, if it is one: caps hold for reports as for results that were sent one by one. */
function check(result: RunResult, index: number, rejected: Rejection[]): string | null {
  try {
    return parseResults([result])[0]?.text ?? null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const message = refusalText(error).replaceAll('at index 0', `at index ${index}`);
    rejected.push({ index, code: error.code, message });
    return null;
  }
}
