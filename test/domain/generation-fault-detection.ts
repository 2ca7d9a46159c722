import type { Blueprint } from '../../src/domain/blueprint/schema.ts';
import { agentFacts } from '../../src/domain/generation/agent-facts.ts';
import type { GenerationRequest } from '../../src/domain/generation/case-plan.ts';
import { caseWriter, planCases } from '../../src/domain/generation/generate.ts';
import type { RunResult } from '../../src/domain/result.ts';
import { judge } from '../../src/domain/verdict/judge.ts';
import { toolTable } from '../../src/domain/verdict/tool-table.ts';
import type { Verdict } from '../../src/domain/verdict/verdict.ts';
import { requestFor } from './generation-blueprints.ts';
import { type Family, mutantsOf } from './generation-mutants.ts';
import { obedient, resultOf } from './generation-simulated-agent.ts';

export type Killed = { family: Family; name: string; isKilled: boolean };
/** What the product's own verdicts make of an obedient agent and of its mutants, over the cases of one generation. */
export type Detection = { cases: number; wrongly: string[]; mutants: Killed[] };

export function detectionOf(blueprint: Blueprint, more: Partial<GenerationRequest> = {}): Detection {
  const request = requestFor(blueprint, { complexity: 'mixed', ...more });
  const facts = agentFacts(blueprint);
  const tools = toolTable(blueprint.tools);
  const write = caseWriter(request);
  const cases = planCases(request).map((plan, index) => {
    const content = write(plan, index);
    const verdictOn = (result: RunResult): Verdict => judge({ result, expectations: content.expectations, tools });
    return { plan, content, steps: obedient(plan.intent, facts), verdictOn };
  });
  const verdicts = cases.map(({ content, steps, verdictOn }) => ({
    content,
    verdict: verdictOn(resultOf(steps, content.user_message, facts)),
  }));
  const mutants = mutantsOf(facts).map(({ family, name, misbehave }) => {
    const isKilled = cases.some(({ plan, content, steps, verdictOn }) => {
      const result = resultOf(misbehave(steps, plan), content.user_message, facts);
      return verdictOn(result).status === 'failed';
    });
    return { family, name, isKilled };
  });
  const wrongly = verdicts.filter(({ verdict }) => verdict.status !== 'passed');
  return {
    cases: cases.length,
    wrongly: wrongly.map(({ content, verdict }) => `${content.title}: ${verdict.status}, ${verdict.reason}`),
    mutants,
  };
}
