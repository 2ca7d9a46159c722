import type { RequiredCall } from '../../expectations.ts';
import { evidenceOf } from '../call-evidence.ts';
import type { Call } from '../calls.ts';
import { effectsIn } from '../effects.ts';
import { type CallPattern, fits } from '../match-arguments.ts';
import { type Deviates, holds, type Ruling } from '../ruling.ts';
import type { Scene } from '../scene.ts';
import { SEEN } from '../taxonomy.ts';
import { callNumber, toolName } from '../wording.ts';

/** Rule 5: the order of required effects and calls, where the case asks for one. `expected_tools` has its own. */
export function callOrder(scene: Scene): Ruling | undefined {
  const { order, required_effects, required_calls, expected_tools } = scene.expectations;
  if ((order !== 'contains_in_order' && order !== 'exact') || !scene.calls) return undefined;
  if (!required_effects && !required_calls) return undefined;
  const due = (required_calls ?? []).flatMap((call) => Array<RequiredCall>(call.min ?? 1).fill(call));
  const wrong =
    outOfOrder(scene, required_effects ?? [], effectsIn(scene.calls, required_effects)) ??
    (order === 'exact' && required_calls && !expected_tools
      ? unlike(scene, required_calls, scene.calls)
      : outOfOrder(scene, due, scene.calls));
  return wrong ?? holds('order');
}

/** The first pattern that no call meets after the call of the pattern before it. */
function outOfOrder(scene: Scene, due: readonly CallPattern[], calls: readonly Call[]): Deviates | undefined {
  let from = 0;
  for (const [i, pattern] of due.entries()) {
    const at = calls.findIndex((call, position) => position >= from && fits(pattern, call));
    if (at >= 0) from = at + 1;
    else return lateness(scene, { pattern, before: due[i - 1], calls, from });
  }
  return undefined;
}

type Late = { pattern: CallPattern; before: CallPattern | undefined; calls: readonly Call[]; from: number };

function lateness(scene: Scene, { pattern, before, calls, from }: Late): Deviates | undefined {
  const early = calls.find((call) => fits(pattern, call));
  const last = calls[from - 1];
  // Without an earlier call it is missing, which is for the rules on what has to appear.
  if (!early || !last || !before) return undefined;
  const [one, other] = [toolName(pattern.tool), toolName(before.tool)];
  const [first, second] = [callNumber(early.index), callNumber(last.index)];
  return deviates(scene, early, `${one} was due after ${other}; it was called before it (${first}, ${second}).`, last);
}

function deviates(scene: Scene, call: Call, reason: string, other?: Call): Deviates {
  return {
    outcome: 'deviates',
    status: 'failed',
    rule: 'order',
    reason,
    evidence: [call, ...(other ? [other] : [])].map((each) => evidenceOf(scene, each)),
    seen: SEEN.wrongOrder,
    step: scene.stepOf(call),
  };
}

/** With `exact`, the calls are the required ones, each between `min` and `max` times, and nothing else. */
function unlike(scene: Scene, due: readonly RequiredCall[], calls: readonly Call[]): Deviates | undefined {
  let at = 0;
  let times = 0;
  for (const call of calls) {
    while (at < due.length && !continues(due[at], times, call)) {
      if (times < (due[at]?.min ?? 1)) return notDue(scene, call, due[at]);
      at++;
      times = 0;
    }
    if (at >= due.length) return notDue(scene, call, undefined);
    times++;
  }
  return undefined;
}

function continues(due: RequiredCall | undefined, times: number, call: Call): boolean {
  return due !== undefined && times < (due.max ?? due.min ?? 1) && fits(due, call);
}

function notDue(scene: Scene, call: Call, due: RequiredCall | undefined): Deviates {
  const wanted = due ? `${toolName(due.tool)} was due` : 'No further call was due';
  return deviates(scene, call, `${wanted}; ${toolName(call.name)} was called (${callNumber(call.index)}).`);
}
