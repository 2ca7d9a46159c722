import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import type { Blueprint } from '../../src/domain/blueprint/schema.ts';
import { readCorpus } from '../../src/local/corpus.ts';
import { BLUEPRINTS } from '../domain/generation-blueprints.ts';
import { detectionOf, type Killed } from '../domain/generation-fault-detection.ts';
import { FAMILIES } from '../domain/generation-mutants.ts';

/**
 * Prints, as a Markdown table, how many mutants of an obedient agent 25 generated cases catch: by kind of mutation and blueprint, for
 * the test blueprints and for the agents of the corpora whose folders are given.
 */

const corpora = process.argv.slice(2).map((dir): [string, Blueprint] => {
  const { agentName, blueprint } = readCorpus(dir);
  return [agentName, parseBlueprint(JSON.stringify(blueprint)).blueprint];
});
const agents = [...corpora, ...Object.entries(BLUEPRINTS).filter(([name]) => name !== 'minimal')];
const found = agents.map(([name, blueprint]) => ({ name, ...detectionOf(blueprint) }));
const everybody = found.flatMap(({ mutants }) => mutants);

function cell(mutants: readonly Killed[]): string {
  return mutants.length === 0 ? '–' : `${mutants.filter(({ isKilled }) => isKilled).length}/${mutants.length}`;
}

function row(title: string, pick: (mutants: readonly Killed[]) => readonly Killed[]): string {
  return `| ${[title, ...found.map(({ mutants }) => cell(pick(mutants))), cell(pick(everybody))].join(' | ')} |`;
}

console.log(`| mutation | ${found.map(({ name }) => name).join(' | ')} | all |`);
console.log(`| --- |${' ---: |'.repeat(found.length + 1)}`);
for (const family of FAMILIES)
  console.log(row(family, (mutants) => mutants.filter((mutant) => mutant.family === family)));
console.log(row('**all**', (mutants) => mutants));
const passed = found.map(({ cases, wrongly }) => `${cases - wrongly.length}/${cases}`);
console.log(`| obedient agent passes | ${passed.join(' | ')} | |`);
for (const { name, mutants } of found) {
  for (const mutant of mutants)
    if (!mutant.isKilled) console.error(`${name}: not caught: ${mutant.family}, ${mutant.name}`);
}
