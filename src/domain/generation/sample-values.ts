import { spoken } from '../blueprint/wording.ts';
import { isSayable } from './plain-text.ts';

/** Values that a blueprint offers as real ones, by what they are called; those of one record stand at the same row. */
export type SampleValues = ReadonlyMap<string, readonly unknown[]>;

const MAX_LEAVES = 2_000;
const MAX_DEPTH = 6;
const MAX_PER_KEY = 60;

type Found = { byKey: Map<string, unknown[]>; leaves: number };
type Place = { above: string; row: number; depth: number };

export function sampleValues(sampleData: Record<string, unknown> | undefined): SampleValues {
  const found: Found = { byKey: new Map(), leaves: 0 };
  visitFields(sampleData ?? {}, { above: '', row: -1, depth: 0 }, found);
  return new Map([...found.byKey].map(([key, values]) => [key, values.filter((value) => value !== undefined)]));
}

function visitFields(fields: object, place: Place, found: Found): void {
  for (const [name, value] of Object.entries(fields)) visit(name, value, place, found);
}

function visit(name: string, value: unknown, place: Place, found: Found): void {
  if (place.depth > MAX_DEPTH || found.leaves > MAX_LEAVES) return;
  const said = singular(spoken(name.slice(0, 100)));
  if (Array.isArray(value)) visitList(said, value, place, found);
  else if (typeof value === 'object' && value !== null) {
    keep(said, value, place, found);
    visitFields(value, { above: said, row: place.row, depth: place.depth + 1 }, found);
  } else keep(said, value, place, found);
}

function visitList(said: string, list: unknown[], place: Place, found: Found): void {
  if (place.row >= 0) keep(said, list, place, found);
  for (const [row, item] of list.slice(0, MAX_PER_KEY).entries()) {
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
      visitFields(item, { above: said, row, depth: place.depth + 1 }, found);
    } else keep(said, item, { ...place, row }, found);
  }
}

/** Under its own name, and under the name of what it belongs to: `orders[0].id` is an "id" and an "order id". */
function keep(said: string, value: unknown, { above, row }: Place, found: Found): void {
  found.leaves++;
  if (typeof value === 'string' && !isSayable(value)) return;
  if (value === null || value === undefined) return;
  for (const key of above ? [`${above} ${said}`, said] : [said]) {
    const values = found.byKey.get(key) ?? [];
    if (row >= 0 && values[row] === undefined) values[row] = value;
    else if (values.length < MAX_PER_KEY) values.push(value);
    found.byKey.set(key, values);
  }
}

/** "order ids" and "order id" are one; so are "addresses" and "address". */
export function singular(said: string): string {
  if (/(?:ss|us|is)$/.test(said)) return said;
  if (/ies$/.test(said)) return said.replace(/ies$/, 'y');
  return said.replace(/(?<=x|ch|sh|ss)es$|s$/, '');
}
