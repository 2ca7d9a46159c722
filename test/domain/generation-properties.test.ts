import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { COMPLEXITIES, FAILURE_CATEGORIES } from '../../src/domain/fields.ts';
import type { CasePlan } from '../../src/domain/generation/case-plan.ts';
import { caseWriter, planCases } from '../../src/domain/generation/generate.ts';
import { PERSONAS } from '../../src/domain/generation/persona.ts';
import { schemaProblem } from '../../src/domain/generation/schema-problem.ts';
import { bagOf, isNearDuplicate } from '../../src/domain/generation/similarity.ts';
import { validateCase } from '../../src/domain/generation/validate-case.ts';
import { CaseContent } from '../../src/domain/scenario.ts';
import { anyBlueprint, BLUEPRINTS, generateCases, requestFor } from './generation-blueprints.ts';

const RUNS = 150;
const SLOW = { timeout: 60_000 };

const anyRequest = fc
  .record({
    blueprint: anyBlueprint,
    count: fc.integer({ min: 1, max: 25 }),
    complexity: fc.constantFrom(...COMPLEXITIES),
    failureCategory: fc.constantFrom(null, ...FAILURE_CATEGORIES),
    persona: fc.constantFrom(null, ...PERSONAS),
    seed: fc.nat(),
    description: fc.string({ maxLength: 60 }),
  })
  .map(({ blueprint, ...more }) => requestFor(blueprint, more));

function nearDuplicates(messages: readonly string[]): string[] {
  const bags = messages.map(bagOf);
  return messages.filter((_, at) => bags.slice(0, at).some((bag) => isNearDuplicate(bag, bags[at] ?? bag)));
}

test('any blueprint gives as many cases as were asked for, all of them valid, and no two messages alike', SLOW, () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const cases = generateCases(request);
      expect(cases).toHaveLength(request.count);
      for (const content of cases) {
        expect(CaseContent.parse(content)).toEqual(content);
        expect(validateCase(content, request.blueprint)).toEqual([]);
        if (request.failureCategory) expect(content.failure_category).toBe(request.failureCategory);
        expect(content.user_message).not.toMatch(/undefined|\[object|NaN|\{\{|\}\}|\$\{/);
      }
      expect(nearDuplicates(cases.map(({ user_message }) => user_message))).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

test('the same request gives the same cases, whole or one at a time with the plan stored in between', SLOW, () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const cases = generateCases(request);
      expect(generateCases(structuredClone(request))).toEqual(cases);
      const plans = JSON.parse(JSON.stringify(planCases(request))) as CasePlan[];
      const written: CaseContent[] = [];
      for (const [index, plan] of plans.entries()) {
        const existing = [...request.existing, ...written.map(({ user_message }) => user_message)];
        written.push(caseWriter({ ...request, existing })(plan, index));
      }
      expect(written).toEqual(cases);
    }),
    { numRuns: RUNS / 3 },
  );
});

test('what a plan has the agent do satisfies the schemas', SLOW, () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const schemas = new Map(request.blueprint.tools.map((tool) => [tool.name, tool.parameters]));
      for (const { intent } of planCases(request)) {
        for (const call of intent.calls) expect(schemaProblem(call.arguments, schemas.get(call.tool))).toBeUndefined();
      }
    }),
    { numRuns: RUNS },
  );
});

test('another reader of JSON Schema finds the planned arguments valid as well', SLOW, () => {
  for (const blueprint of Object.values(BLUEPRINTS)) {
    const readers = new Map(blueprint.tools.map(({ name, parameters }) => [name, z.fromJSONSchema(parameters)]));
    for (const complexity of COMPLEXITIES) {
      for (const { intent } of planCases(requestFor(blueprint, { complexity }))) {
        for (const call of intent.calls)
          expect(readers.get(call.tool)?.safeParse(call.arguments).error).toBeUndefined();
      }
    }
  }
});

test('every complexity, persona and failure category goes with every other', SLOW, () => {
  for (const blueprint of Object.values(BLUEPRINTS)) {
    for (const complexity of COMPLEXITIES) {
      for (const persona of PERSONAS) {
        for (const failureCategory of FAILURE_CATEGORIES) {
          const request = requestFor(blueprint, { count: 3, complexity, persona, failureCategory });
          const cases = generateCases(request);
          expect(cases.map((content) => [content.failure_category, content.persona])).toEqual(
            Array(3).fill([failureCategory, persona]),
          );
          expect(cases.flatMap((content) => validateCase(content, blueprint))).toEqual([]);
        }
      }
    }
  }
});

test('generation after generation finds new words for the smallest of agents', SLOW, () => {
  const existing: string[] = [];
  const blueprint = BLUEPRINTS.minimal;
  if (!blueprint) throw new Error('There is a minimal blueprint');
  for (let seed = 0; seed < 20; seed++) {
    existing.push(...generateCases(requestFor(blueprint, { seed, existing })).map(({ user_message }) => user_message));
  }
  expect(existing).toHaveLength(500);
  expect(nearDuplicates(existing)).toEqual([]);
});
