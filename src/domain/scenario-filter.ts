import { SCENARIO_STATUSES, type ScenarioStatus } from './fields.ts';
import { type Query, readChoice, textOf } from './query.ts';

/** Which scenarios of an agent a list shows: read from an address, and written into one again. */
export type ScenarioFilter = {
  status: ScenarioStatus | null;
  active: 'yes' | 'no' | null;
  tag: string | null;
  /** From 1. */
  page: number;
};

/** What an address asks for, with a sentence for each value that was left out. */
export function readScenarioFilter(query: Query): { filter: ScenarioFilter; notes: string[] } {
  const status = readChoice(query, 'status', SCENARIO_STATUSES);
  const active = readChoice(query, 'active', ['yes', 'no']);
  const page = /^[1-9]\d{0,5}$/.test(textOf(query, 'page') ?? '') ? Number(textOf(query, 'page')) : 1;
  return {
    filter: { status: status.value, active: active.value, tag: textOf(query, 'tag'), page },
    notes: [status, active].flatMap(({ note }) => note ?? []),
  };
}

/** What stands behind the `?` of that view's address; empty for the first page of all. */
export function scenarioQuery({ page, ...rest }: ScenarioFilter): string {
  const pairs = Object.entries(rest).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  return String(new URLSearchParams([...pairs, ...(page > 1 ? [['page', String(page)]] : [])]));
}
