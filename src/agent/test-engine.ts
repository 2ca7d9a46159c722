import type { GenerationRequest } from '../domain/generation/case-plan.ts';
import { caseWriter, planCases } from '../domain/generation/generate.ts';
import type { CaseContent } from '../domain/scenario.ts';

/** The cases of one generation that come after the first `from`, as many as one step makes; none when there are no more. */
export type CaseSource = { next(from: number, signal: AbortSignal): Promise<CaseContent[]> };
export type TestEngine = (request: GenerationRequest) => CaseSource;

/** Cases that are stored together: enough to make round trips few, few enough to be seen coming. */
const CASES_A_STEP = 5;

/** Writes every case from the blueprint alone: no model, no network. */
export const embeddedEngine: TestEngine = (request) => {
  const plans = planCases(request);
  const write = caseWriter(request);
  return {
    async next(from) {
      return plans.slice(from, from + CASES_A_STEP).map((plan, at) => write(plan, from + at));
    },
  };
};
