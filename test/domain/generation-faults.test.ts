import { expect, test } from 'vitest';
import type { Blueprint } from '../../src/domain/blueprint/schema.ts';
import { BLUEPRINTS } from './generation-blueprints.ts';
import { detectionOf } from './generation-fault-detection.ts';
import { FAMILIES } from './generation-mutants.ts';

const SEEDS = [7, 8];
const LEAST_KILLED = 0.95;
const SLOW = { timeout: 60_000 };
const KINDS = Object.entries(BLUEPRINTS).filter(([name]) => name !== 'minimal');

test('an agent that does what the plan intends passes every case', SLOW, () => {
  for (const [name, blueprint] of Object.entries(BLUEPRINTS)) {
    for (const seed of SEEDS) expect(detectionOf(blueprint, { seed }).wrongly, name).toEqual([]);
  }
});

test('of its mutants at least 95 percent fail one of 25 cases, for every agent', SLOW, () => {
  for (const [name, blueprint] of KINDS) {
    for (const seed of SEEDS) {
      const { mutants } = detectionOf(blueprint, { seed });
      const alive = mutants.filter(({ isKilled }) => !isKilled).map((mutant) => `${mutant.family}: ${mutant.name}`);
      expect(alive.length, `${name}: ${alive.join('; ')}`).toBeLessThanOrEqual(mutants.length * (1 - LEAST_KILLED));
    }
  }
});

test('every family of faults is put in somewhere', SLOW, () => {
  const found = KINDS.flatMap(([, blueprint]) => detectionOf(blueprint).mutants.map(({ family }) => family));
  expect(FAMILIES.filter((family) => !found.includes(family))).toEqual([]);
});

test(
  'with no case that asks for a confirmation, the agent that skips it is not caught: the figure can fall',
  SLOW,
  () => {
    const { mutants } = detectionOf(BLUEPRINTS.releases as Blueprint, { count: 1 });
    expect(mutants.filter(({ isKilled }) => isKilled).length).toBeLessThan(mutants.length / 2);
  },
);
