import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import type { Blueprint } from '../../src/domain/blueprint/schema.ts';
import { COMPLEXITIES } from '../../src/domain/fields.ts';
import { PERSONAS } from '../../src/domain/generation/persona.ts';
import { bagOf, SIMILARITY_LIMIT, similarity } from '../../src/domain/generation/similarity.ts';
import { validateCase } from '../../src/domain/generation/validate-case.ts';
import type { CaseContent } from '../../src/domain/scenario.ts';
import { BLUEPRINTS, generateCases, requestFor } from './generation-blueprints.ts';

const FILES = path.join(import.meta.dirname, '../blueprints');
const ON_FILE = readdirSync(FILES).map((name): [string, Blueprint] => [
  name,
  parseBlueprint(readFileSync(path.join(FILES, name), 'utf8')).blueprint,
]);
const ALL = [...Object.entries(BLUEPRINTS), ...ON_FILE];
const SEEDS = [1, 2, 3];
const SLOW = { timeout: 60_000 };

const GENERATIONS = ALL.flatMap(([name, blueprint]) =>
  COMPLEXITIES.flatMap((complexity) =>
    SEEDS.map((seed) => ({ name, blueprint, cases: generateCases(requestFor(blueprint, { complexity, seed })) })),
  ),
);

function everyGeneration(check: (cases: CaseContent[], blueprint: Blueprint, name: string) => void): void {
  for (const { name, blueprint, cases } of GENERATIONS) check(cases, blueprint, name);
}

test('25 cases cover every state-changing tool, every chain and every guardrail', () => {
  everyGeneration((cases, { tools, workflow, constraints }, name) => {
    const effects = new Set(
      cases.flatMap(({ expectations }) => expectations.required_effects ?? []).map(({ tool }) => tool),
    );
    const changing = tools.filter(({ side_effects }) => side_effects === 'write' || side_effects === 'delete');
    expect(
      changing.map((tool) => tool.name).filter((tool) => !effects.has(tool)),
      name,
    ).toEqual([]);
    const known = new Set(tools.map((tool) => tool.name));
    const chains = workflow.chains.map(({ steps }) => steps.filter((step) => known.has(step)));
    const paths = cases.map(({ expectations }) => (expectations.expected_tools ?? []).join('>'));
    expect(
      chains.filter((steps) => steps.length > 1 && !paths.includes(steps.join('>'))),
      name,
    ).toEqual([]);
    const told = cases.map(({ expectations }) => expectations.expected_behavior).join('\n');
    const rules = [...constraints.guardrails, ...constraints.statements].map((rule) => rule.replace(/\.$/, ''));
    expect(
      rules.filter((rule) => !told.includes(`"${rule}"`)),
      name,
    ).toEqual([]);
  });
});

test(
  'every expected tool exists, every expected argument satisfies its schema, and every case can be judged',
  SLOW,
  () => {
    everyGeneration((cases, blueprint) => {
      const schemas = new Map(blueprint.tools.map(({ name, parameters }) => [name, parameters]));
      for (const content of cases) {
        const {
          expected_tools = [],
          required_effects = [],
          required_calls = [],
          forbidden_tools = [],
        } = content.expectations;
        expect([...expected_tools, ...forbidden_tools].filter((tool) => !schemas.has(tool))).toEqual([]);
        for (const call of [...required_effects, ...required_calls]) {
          if ('max' in call && call.max === 0) continue;
          for (const [name, value] of Object.entries(call.arguments ?? {})) {
            const properties = (schemas.get(call.tool)?.properties ?? {}) as Record<string, Record<string, unknown>>;
            expect(z.fromJSONSchema(properties[name] ?? {}).safeParse(value).error).toBeUndefined();
          }
        }
        expect(validateCase(content, blueprint)).toEqual([]);
      }
    });
  },
);

test('no two messages of a generation are more alike than the limit', () => {
  everyGeneration((cases, _blueprint, name) => {
    const bags = cases.map(({ user_message }) => bagOf(user_message));
    const alike = bags.flatMap((bag, at) =>
      bags.slice(0, at).filter((other) => similarity(bag, other) > SIMILARITY_LIMIT),
    );
    expect(alike, name).toEqual([]);
  });
});

test('the same seed gives the same cases, another seed gives others', () => {
  for (const [name, blueprint] of ALL) {
    const of = (seed: number) => generateCases(requestFor(blueprint, { seed }));
    expect(of(1), name).toEqual(of(1));
    const first = new Set(of(1).map(({ user_message }) => user_message));
    const again = of(2).filter(({ user_message }) => first.has(user_message));
    // An agent of whom nothing is known is asked the same odd questions now and then.
    expect(again.length, name).toBeLessThanOrEqual(blueprint.tools.length > 1 ? 3 : 12);
  }
});

test('what the request describes is tested first', () => {
  const blueprint = BLUEPRINTS.releases as Blueprint;
  const request = requestFor(blueprint, { description: 'scaling and rollbacks', count: 3 });
  const tools = generateCases(request).map(({ expectations }) => JSON.stringify(expectations));
  expect(tools.filter((text) => /rollback_service|scale_service/.test(text)).length).toBeGreaterThanOrEqual(2);
});

/** What no person writes, by the trace that gluing words together leaves. */
const GLUED = [
  /\s\s(?!\n)/,
  / [,.;?]/,
  /,,|\.\.(?!\.)(?<!\.\.\.)|\?\?/,
  /\b(?:a|an|the) (?:a|an|the)\b/i,
  /\ba [aeio]\w|\ban (?![aeiohFMS])\w/,
  /\b(\w{3,}) \1\b/,
  /\b(?:on|from|to|for|with|of) (?:on|from|to|for|with|of)\b/,
  /[{}]|\b(?:undefined|null|NaN|TODO|lorem|placeholder|test value|example value)\b/i,
  /\b(?:with|from|the|of)[.!?](?:\s|$)/,
];

/** Names that only a programmer would write. */
function identifiersIn({ tools }: Blueprint): string[] {
  const names = tools.flatMap(({ name, parameters }) => [name, ...Object.keys(parameters.properties ?? {})]);
  return names.filter((name) => name.includes('_'));
}

test('no message shows the seams of how it was put together', SLOW, () => {
  for (const [name, blueprint] of ALL) {
    const named = identifiersIn(blueprint);
    for (const persona of PERSONAS) {
      for (const complexity of COMPLEXITIES) {
        for (const { user_message: message, failure_type: type } of generateCases(
          requestFor(blueprint, { persona, complexity, seed: 11 }),
        )) {
          if (type === 'crash') continue;
          const seams = GLUED.map((pattern) => pattern.exec(message)?.[0]).filter((seam) => seam !== undefined);
          expect(seams, `${name}: ${message}`).toEqual([]);
          expect(
            named.filter((word) => message.includes(word)),
            `${name}: ${message}`,
          ).toEqual([]);
        }
      }
    }
  }
});
