import type { Call } from './calls.ts';
import { isEqual } from './equality.ts';
import { inWords } from './wording.ts';

/** The same call so often is going in a circle. */
export const LOOP_CALLS = 3;

const KEY_CHARS = 200;
const FEW = 12;

/** Calls with the same tool and the same arguments, in their order; a call without its like is a group of one. */
function groupsOf(calls: readonly Call[]): Call[][] {
  const groups: Call[][] = [];
  const byText = new Map<string, Call[][]>();
  const isFew = calls.length <= FEW;
  for (const call of calls) {
    // Among many, the text tells most calls apart cheaply; only calls that share it are compared.
    const text = isFew ? call.name : `${call.name} ${inWords(call.arguments, KEY_CHARS)}`;
    const alike = byText.get(text) ?? [];
    const group = alike.find(([first]) => first?.name === call.name && isEqual(first.arguments, call.arguments));
    if (group) group.push(call);
    else {
      const started = [call];
      groups.push(started);
      if (alike.length === 0) byText.set(text, alike);
      alike.push(started);
    }
  }
  return groups;
}

/** The largest group of equal calls; empty without calls. */
export function mostRepeated(calls: readonly Call[]): Call[] {
  return groupsOf(calls).reduce((largest, group) => (group.length > largest.length ? group : largest), []);
}

/** Each call that repeats an earlier one, with the first of its kind. */
export function twinsIn(calls: readonly Call[]): Map<Call, Call> {
  const twins = new Map<Call, Call>();
  for (const [first, ...others] of groupsOf(calls)) for (const other of others) if (first) twins.set(other, first);
  return twins;
}
