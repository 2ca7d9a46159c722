import type { Call } from '../calls.ts';
import { isEqual } from '../compare.ts';
import { inWords } from '../wording.ts';

const KEY_CHARS = 200;

/** The largest group of calls with the same tool and the same arguments, in their order; empty without calls. */
export function mostRepeated(calls: readonly Call[]): Call[] {
  const groups = new Map<string, Call[][]>();
  let largest: Call[] = [];
  for (const call of calls) {
    // The key tells most calls apart cheaply; only calls that share it are compared.
    const key = `${call.name} ${inWords(call.arguments, KEY_CHARS)}`;
    const alike = groups.get(key) ?? [];
    groups.set(key, alike);
    const group = alike.find(([first]) => first && isEqual(first.arguments, call.arguments)) ?? startGroup(alike);
    group.push(call);
    if (group.length > largest.length) largest = group;
  }
  return largest;
}

function startGroup(groups: Call[][]): Call[] {
  const group: Call[] = [];
  groups.push(group);
  return group;
}
