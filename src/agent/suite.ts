import { Refusal } from '../domain/errors.ts';
import type { Scenario } from '../domain/scenario.ts';
import { caseContent, fromSuite, type SuiteScenario } from '../domain/suite.ts';
import { selectScenario, selectScenarios } from './catalogue.ts';
import type { CatalogueWriter } from './catalogue-writer.ts';
import { newId } from './ids.ts';

/** An agent's scenarios as a file: read whole, and brought to what a file says. */

export type SuiteCall = { scenarios: SuiteScenario[]; prune: boolean };
export type SuiteStored = { created: number; updated: number; unchanged: number; deleted: number };
/** About 13 ms each, one after the other, in a call that has to answer within 25 s. */
const MOST_WRITES = 500;
type SuiteDeps = { sql: SqlStorage; catalogue: CatalogueWriter };

/** Oldest first, as a file grows at its end. */
export function readSuite(sql: SqlStorage): Scenario[] {
  return selectScenarios(sql)
    .reverse()
    .flatMap(({ scenario_id }) => selectScenario(sql, scenario_id) ?? []);
}

/**
 * Brings the catalogue to what the suite says: a scenario is known by its id, without one by its title. What the file does not name stays,
 * unless it is pruned. Everything is checked before anything is written; a repeat after a failure goes on where that stopped.
 * @throws Refusal NOT_FOUND for an id that the agent does not have, CONFLICT, RETRY_LATER
 */
export async function storeSuite(
  { sql, catalogue }: SuiteDeps,
  { scenarios, prune }: SuiteCall,
  now: number,
): Promise<SuiteStored> {
  await catalogue.reloadIfStale();
  const held = readSuite(sql);
  const claimed = new Set(scenarios.flatMap(({ id }) => id ?? []));
  const plan = scenarios.map((wanted) => ({ wanted, known: knownAs(held, wanted, claimed) }));
  const changes = plan.map(({ wanted, known }) => ({ wanted, known, next: known && fromSuite(wanted, known, now) }));
  const writes = changes.filter(({ known, next }) => !known || next).length;
  if (writes > MOST_WRITES) {
    const words = `The suite changes ${writes} scenarios. At most ${MOST_WRITES} can be changed at once`;
    throw new Refusal('INVALID_ARGUMENT', words, 'Send it in parts: what a part does not name stays.');
  }
  const named = new Set(plan.map(({ known }) => known?.id));
  const stored: SuiteStored = { created: 0, updated: 0, unchanged: 0, deleted: 0 };
  for (const { wanted, known, next } of changes) {
    if (!known) await add({ sql, catalogue }, newScenario(wanted, now));
    else if (next) await catalogue.changeScenario(known.id, { kind: 'replace', scenario: next }, now);
    stored[known ? (next ? 'updated' : 'unchanged') : 'created'] += 1;
  }
  for (const { id } of prune ? held.filter((one) => !named.has(one.id)) : []) {
    await catalogue.deleteScenario(id);
    stored.deleted += 1;
  }
  return stored;
}

/** A suite that is sent twice at once makes a scenario once. */
async function add({ sql, catalogue }: SuiteDeps, scenario: Scenario): Promise<void> {
  const make = () => (selectScenarios(sql).some(({ title }) => title === scenario.title) ? null : scenario);
  await catalogue.growScenario({ make, also: () => [], commit: () => undefined });
}

/** An entry without an id means a scenario of its title that no other entry names by its id. */
function knownAs(held: Scenario[], { id, title }: SuiteScenario, claimed: ReadonlySet<string>): Scenario | undefined {
  const known = held.find((one) => (id === undefined ? one.title === title && !claimed.has(one.id) : one.id === id));
  if (known || id === undefined) return known;
  const hint = 'Leave the id out to make a new one.';
  throw new Refusal('NOT_FOUND', `The agent has no scenario ${id}`, hint);
}

function newScenario(wanted: SuiteScenario, now: number): Scenario {
  const { title, description = null, complexity = 'simple', tags = [], active = true } = wanted;
  const cases = wanted.cases.map((one) => caseContent(one, title));
  const made = { id: newId('sc'), origin: 'manual' as const, createdAt: now, updatedAt: now };
  return { ...made, title, description, complexity, tags, active, cases };
}
