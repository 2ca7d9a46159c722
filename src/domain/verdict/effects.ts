import type { RequiredEffect } from '../expectations.ts';
import { largestMatching, nearestPairs } from './assignment.ts';
import type { Call } from './calls.ts';
import type { Difference } from './difference.ts';
import { differences, farness, fits } from './match-arguments.ts';
import { twinsIn } from './repeats.ts';

/** One way in which what was done is not what was due. */
export type EffectDeviation =
  | { kind: 'wrong_arguments'; due: RequiredEffect; call: Call; found: Difference[] }
  | { kind: 'wrong_tool'; due: RequiredEffect; call: Call }
  | { kind: 'extra'; call: Call; twin: Call | undefined }
  | { kind: 'missing'; due: RequiredEffect; attempt: Call | undefined };

export type EffectMatch = { met: { due: RequiredEffect; call: Call }[]; deviations: EffectDeviation[] };

/**
 * The state-changing calls that succeeded. A tool that the case requires as an effect is one by its author's word, whatever the blueprint
 * says of it; a call that failed changed nothing.
 */
export function effectsIn(calls: readonly Call[], required: readonly RequiredEffect[] = []): Call[] {
  const isNamed = (name: string) => required.some(({ tool }) => tool === name);
  return calls.filter((call) => (call.tool.kind === 'effect' || isNamed(call.name)) && !call.failed);
}

/** Sets what was due against what was done, each as a multiset, and names the nearest call for each difference. */
export function matchEffects(required: readonly RequiredEffect[], calls: readonly Call[]): EffectMatch {
  const effects = effectsIn(calls, required);
  const matched = pairUp(required, effects, (due, call) => fits(due, call));
  const exact = largestMatching(required.length, effects.length, matched);
  const met = pairsOf(exact, required, effects);
  const extra = effects.filter((_, i) => !exact.includes(i));
  const missing = required.filter((_, i) => exact[i] === undefined);
  const isAlike = extra.length === 0 && missing.length === 0;
  return { met, deviations: isAlike ? [] : explain({ missing, extra, calls, effects }) };
}

function pairUp<T>(
  required: readonly RequiredEffect[],
  calls: readonly Call[],
  ask: (due: RequiredEffect, call: Call) => T,
) {
  return (row: number, column: number): T => ask(required[row] as RequiredEffect, calls[column] as Call);
}

function pairsOf(assignment: (number | undefined)[], required: readonly RequiredEffect[], calls: readonly Call[]) {
  const pairs: { due: RequiredEffect; call: Call }[] = [];
  for (const [row, column] of assignment.entries()) {
    const due = required[row];
    const call = column === undefined ? undefined : calls[column];
    if (due && call) pairs.push({ due, call });
  }
  return pairs;
}

type Rest = {
  missing: readonly RequiredEffect[];
  extra: readonly Call[];
  calls: readonly Call[];
  effects: readonly Call[];
};

/** What is left over on both sides: first the right tool with wrong arguments, then another tool in its place, then what stays alone. */
function explain({ missing, extra, calls, effects }: Rest): EffectDeviation[] {
  const sameTool = nearestPairs(missing.length, extra.length, costOf(missing, extra));
  const wrongArguments = pairsOf(sameTool, missing, extra).map(({ due, call }) => wrong(due, call));
  const lacking = missing.filter((_, i) => sameTool[i] === undefined);
  const unasked = extra.filter((call, i) => !sameTool.includes(i) && isExtra(call));
  const twins = unasked.length > 0 ? twinsIn(effects) : new Map<Call, Call>();
  const strangers = unasked.filter((call) => !twins.has(call));
  const inPlace = lacking
    .slice(0, strangers.length)
    .map((due, i) => ({ kind: 'wrong_tool' as const, due, call: strangers[i] as Call }));
  const replaced = new Set<Call>(inPlace.map(({ call }) => call));
  return [
    ...wrongArguments,
    ...inPlace,
    ...unasked
      .filter((call) => !replaced.has(call))
      .map((call) => ({ kind: 'extra' as const, call, twin: twins.get(call) })),
    ...absences(lacking.slice(inPlace.length), calls),
  ];
}

/** Only what is known to change state, by declaration, name or the case's own word, can be one too many. */
function isExtra({ tool }: Call): boolean {
  return tool.kind === 'effect' || tool.kind === 'unknown';
}

/** More than this many differing arguments are equally far. */
const FAR = 6;
/** So many pairs are compared argument by argument; of more, calls of one tool are paired as they come. */
const MAX_PAIRS = 2_500;

function costOf(required: readonly RequiredEffect[], calls: readonly Call[]) {
  const compares = required.length * calls.length <= MAX_PAIRS;
  return pairUp(required, calls, (due, call) => {
    if (due.tool !== call.name) return Number.POSITIVE_INFINITY;
    return compares ? farness(due, call, FAR) : 0;
  });
}

function wrong(due: RequiredEffect, call: Call): EffectDeviation {
  return { kind: 'wrong_arguments', due, call, found: differences(due, call) };
}

/** An effect that nothing stands for, with the failed call that came nearest to it: what the agent tried. */
function absences(lacking: readonly RequiredEffect[], calls: readonly Call[]): EffectDeviation[] {
  if (lacking.length === 0) return [];
  const names = new Set(lacking.map(({ tool }) => tool));
  const failed = calls.filter((call) => names.has(call.name) && call.failed);
  const nearest = nearestPairs(lacking.length, failed.length, costOf(lacking, failed));
  return lacking.map((due, i) => {
    const at = nearest[i];
    const attempt = at === undefined ? undefined : failed[at];
    const found = attempt ? differences(due, attempt) : [];
    return attempt && found.length > 0
      ? { kind: 'wrong_arguments', due, call: attempt, found }
      : { kind: 'missing', due, attempt };
  });
}
