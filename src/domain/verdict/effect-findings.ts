import { differenceEvidence, evidenceOf } from './call-evidence.ts';
import type { Call } from './calls.ts';
import type { Difference } from './difference.ts';
import type { EffectDeviation } from './effects.ts';
import { failedTries } from './failed-tries.ts';
import { type CallPattern, fits } from './match-arguments.ts';
import type { Scene } from './scene.ts';
import { type Classification, SEEN } from './taxonomy.ts';
import type { Evidence } from './verdict.ts';
import { asEvidence, callNumber, clip, inWords, listArguments, toolName } from './wording.ts';

/** A deviation in words, with what proves it and what it is filed under. Only the words of the gravest are written out. */
export type EffectFinding = {
  reason: () => string;
  evidence: () => Evidence[];
  seen: Classification;
  step: number;
  agentFault?: false;
};

export function describeDeviation(scene: Scene, deviation: EffectDeviation, someDone: boolean): EffectFinding {
  switch (deviation.kind) {
    case 'wrong_arguments':
      return wrongArguments(scene, deviation);
    case 'wrong_tool':
      return wrongTool(scene, deviation);
    case 'extra':
      return extra(scene, deviation);
    case 'missing':
      return missing(scene, deviation, someDone);
  }
}

const DIFFERENCES_SHOWN = 5;

function wrongArguments(
  scene: Scene,
  { due, call, found }: EffectDeviation & { kind: 'wrong_arguments' },
): EffectFinding {
  const [first] = found;
  return {
    reason: () =>
      first
        ? differenceReason(due, call, first)
        : `${toolName(due.tool)} was due with other arguments (${callNumber(call.index)}).`,
    evidence: () =>
      found.slice(0, DIFFERENCES_SHOWN).map((difference) => evidenceOf(scene, call, differenceEvidence(difference))),
    seen: SEEN.wrongParameters,
    step: scene.stepOf(call),
  };
}

const PATH_CHARS = 120;

/** `change_plan was due with plan "S"; it was called with plan "XL" (call 4, plan).` */
export function differenceReason(
  { tool }: CallPattern,
  call: Call,
  { path: whole, expected, actual, way }: Difference,
): string {
  const path = clip(whole, PATH_CHARS);
  const due = expected === undefined ? `without ${path}` : `with ${path} ${way ? `${way} ` : ''}${inWords(expected)}`;
  const done = actual === undefined ? `without ${path}` : `with ${path} ${inWords(actual)}`;
  const failed = call.failed ? ' and failed' : '';
  return `${toolName(tool)} was due ${due}; it was called ${done}${failed} (${callNumber(call.index)}, ${path}).`;
}

function wrongTool(scene: Scene, { due, call }: EffectDeviation & { kind: 'wrong_tool' }): EffectFinding {
  return {
    reason: () => `${dueInWords(due)}; ${toolName(call.name)} was called instead (${callNumber(call.index)}).`,
    evidence: () => [
      evidenceOf(scene, call, { expected: asCall(due), actual: { tool: call.name, arguments: call.arguments } }),
    ],
    seen: SEEN.wrongTool,
    step: scene.stepOf(call),
  };
}

function extra(scene: Scene, { call, twin }: EffectDeviation & { kind: 'extra' }): EffectFinding {
  return {
    reason: () => extraInWords(call, twin),
    evidence: () => [
      ...(twin ? [evidenceOf(scene, twin)] : []),
      evidenceOf(scene, call, { actual: call.arguments, note: 'not due' }),
    ],
    seen: call.tool.deletes || call.tool.needsConfirmation ? SEEN.unauthorisedAction : SEEN.unexpectedCall,
    step: scene.stepOf(call),
  };
}

function extraInWords(call: Call, twin: Call | undefined): string {
  const name = toolName(call.name);
  if (twin)
    return `${name} was carried out again with the same arguments (${callNumber(twin.index)} and ${callNumber(call.index)}); one time too many.`;
  const given = listArguments(call.arguments);
  return `${name} was not due; it was carried out${given ? ` with ${given}` : ''} (${callNumber(call.index)}).`;
}

function missing(
  scene: Scene,
  { due, attempt }: EffectDeviation & { kind: 'missing' },
  someDone: boolean,
): EffectFinding {
  if (attempt) return failedAttempt(scene, { due, attempt }, someDone);
  const isNew = scene.calls?.every(({ name }) => name !== due.tool);
  const note = isNew ? 'it was never called' : 'no such call was made';
  return {
    reason: () => `${dueInWords(due)}; ${note}.`,
    evidence: () => [{ tool: toolName(due.tool), expected: asEvidence(asCall(due)), note }],
    seen: someDone ? SEEN.incompleteExecution : SEEN.missingCall,
    step: scene.lastAgentStep,
  };
}

const FAILURE_CHARS = 120;

/** The agent did what was due and the tool refused: one who says so was not at fault where the tool is broken. */
function failedAttempt(
  scene: Scene,
  { due, attempt }: { due: CallPattern; attempt: Call },
  someDone: boolean,
): EffectFinding {
  const failure = attempt.failure ?? '';
  const tries = scene.calls?.filter((call) => call.failed && fits(due, call)) ?? [];
  const { ignored, blameless } = failedTries(scene, tries);
  const unmet = someDone ? SEEN.incompleteExecution : SEEN.missingCall;
  return {
    reason: () =>
      `${dueInWords(due)}; it was called (${callNumber(attempt.index)}) and failed: ${inWords(failure, FAILURE_CHARS)}.`,
    evidence: () => [
      evidenceOf(scene, attempt, {
        expected: asCall(due),
        actual: failure,
        note: 'the call failed, so it had no effect',
      }),
    ],
    seen: ignored ? SEEN.ignoredToolError : unmet,
    step: scene.stepOf(attempt),
    ...(blameless ? { agentFault: false } : {}),
  };
}

/** What was due is the case's own, and the same for every result of it: writing it anew took a seventh of the time of all judging. */
const written = new WeakMap<CallPattern, string>();

export function dueInWords(due: CallPattern): string {
  const known = written.get(due) ?? writeDue(due);
  written.set(due, known);
  return known;
}

function writeDue({ tool, arguments: expected, match }: CallPattern): string {
  const given = listArguments(expected ?? {});
  const more = !given && match ? ` with ${listArguments(match)}` : '';
  return `${toolName(tool)} was due${given ? ` with ${given}` : more}`;
}

function asCall({ tool, arguments: expected, match }: CallPattern): Record<string, unknown> {
  return { tool, ...(expected ? { arguments: expected } : {}), ...(match ? { match } : {}) };
}
