import { dayAfter, ISO_DAY } from './calendar.ts';
import { isSayable } from './plain-text.ts';
import type { Random } from './random.ts';

/** Values that a description gives as examples: `Order number, such as 'A-1001'`. */

const INTRODUCED = /(?:such as|e\.g\.?|for example|for instance|example:?|examples:?|like)[\s:,]*(.{1,160})/i;
const QUOTED = /'([^']{1,60})'|"([^"]{1,60})"|`([^`]{1,60})`/g;
const BARE = /^\(?((?=[\w.#@/+-]*\d)[A-Za-z0-9#][\w@./+#-]{1,40}[A-Za-z0-9])/;
const MASK = /^[YMDHhmsS:\-/. T]+$/;

export function describedExamples(description: string): string[] {
  const rest = INTRODUCED.exec(description)?.[1];
  if (rest === undefined) return [];
  const quoted = [...rest.matchAll(QUOTED)].map(([, one, two, three]) => one ?? two ?? three ?? '');
  const bare = BARE.exec(rest)?.[1];
  const found = quoted.length > 0 ? quoted : bare === undefined ? [] : [bare];
  return found.filter((text) => isSayable(text) && !MASK.test(text)).slice(0, 8);
}

const MAX_DAYS_OFF = 12;

/** Another value in the style of an example: `A-1001` gives `A-4827`; what has no digits stays as it is. */
export function restyled(example: string, random: Random): string {
  if (ISO_DAY.test(example)) return dayAfter(example, random.int(1, MAX_DAYS_OFF));
  if (!/\d/.test(example) || /[@:/]/.test(example)) return example;
  return example.replace(/[A-Za-z0-9]+/g, (run) => restyledRun(run, random));
}

/** Letters before digits are a prefix and stay: `HAT001`; letters and digits mixed are all drawn: `ZFA04Y`. */
function restyledRun(run: string, random: Random): string {
  if (!/\d/.test(run)) return run;
  const isMixed = !/^[A-Za-z]*\d+$/.test(run);
  return [...run].map((sign, at) => restyledSign(sign, { random, isMixed, isFirst: at === 0 })).join('');
}

type Drawing = { random: Random; isMixed: boolean; isFirst: boolean };

function restyledSign(sign: string, { random, isMixed, isFirst }: Drawing): string {
  if (/\d/.test(sign)) return String(random.int(isFirst ? 1 : 0, 9));
  if (!isMixed) return sign;
  return random.pick([...(/[a-z]/.test(sign) ? 'abcdefhkmnprtwxy' : 'ABCDEFHKMNPRTWXY')]);
}
