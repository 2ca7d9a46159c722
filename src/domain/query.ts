import { echo } from './errors.ts';

/** Reads what an address asks for. A value that means nothing is left out with a sentence that says so; the page is served anyway. */

export type Query = Readonly<Record<string, readonly string[] | undefined>>;
/** A value as it was understood, and what has to be said of it. */
export type Read<T> = { value: T; note?: string };

/** The first value of a name. A form sends its empty fields along: they say nothing. */
export function textOf(query: Query, name: string): string | null {
  return query[name]?.[0]?.trim() || null;
}

/** One of a few words; `all` and nothing are no choice. */
export function readChoice<T extends string>(query: Query, name: string, options: readonly T[]): Read<T | null> {
  const text = textOf(query, name);
  if (text === null || text === 'all') return { value: null };
  const value = options.find((option) => option === text) ?? null;
  if (value !== null) return { value };
  return { value, note: `${name}=${echo(text)} means nothing here and was left out. Known: ${options.join(', ')}.` };
}

/** The place after which a list goes on, written as `number,text`: what the last row seen is ordered by. */
export type Place = { rank: number; tie: string };

const PLACE = /^(-?\d{1,15}),([\w-]{1,64})$/;

export function readPlace(query: Query): Read<Place | null> {
  const text = textOf(query, 'after');
  const [, rank, tie] = PLACE.exec(text ?? '') ?? [];
  if (rank !== undefined && tie !== undefined) return { value: { rank: Number(rank), tie } };
  if (text === null) return { value: null };
  return { value: null, note: `after=${echo(text)} is no place in this list, so it begins at its beginning.` };
}

export function placeText({ rank, tie }: Place): string {
  return `${rank},${tie}`;
}
