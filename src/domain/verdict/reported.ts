import type { ResultStatus } from '../fields.ts';
import type { RunResult } from '../result.ts';
import { judge } from './judge.ts';
import type { JudgeInput } from './scene.ts';
import type { Verdict } from './verdict.ts';

/** What a report says of a result. `bare`: it says nothing of what the agent did, so that expectations cannot decide. */
export type Reported = { status: ResultStatus | null; bare: boolean };

/** The verdict on a result out of a report: ours where the rules decide anything, else the report's own. */
export function judgeReported(input: JudgeInput, { status, bare }: Reported): Verdict {
  const ruled = bare ? null : judge(input);
  if (ruled && ruled.rule !== 'needs_review') return ruled;
  return judge({ result: told(input.result, status), expectations: {}, tools: input.tools });
}

/** The result as a runner would have sent it that knew the outcome itself. */
function told(result: RunResult, status: ResultStatus | null): RunResult {
  if (status === 'passed') return { ...result, passed: true };
  if (status === 'failed') return { ...result, passed: false };
  if (status === 'error')
    return { ...result, error_message: result.notes || 'The report says that the test broke off.' };
  return result;
}
