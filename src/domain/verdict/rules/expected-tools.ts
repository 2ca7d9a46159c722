import { evidenceOf } from '../call-evidence.ts';
import type { Call } from '../calls.ts';
import { failedTries } from '../failed-tries.ts';
import { missingCall } from '../missing-call.ts';
import { type Deviates, holds, type Ruling, withoutCalls } from '../ruling.ts';
import type { Scene } from '../scene.ts';
import { type Classification, SEEN } from '../taxonomy.ts';
import type { Evidence } from '../verdict.ts';
import { asEvidence, callNumber, clip, inWords, toolName } from '../wording.ts';

/**
 * Rule 6: every expected tool was called, in order unless the case says otherwise; reads beside them are free, effects are not. A
 * state-changing call that failed changed nothing and does not count, so that a retry is no extra call.
 */
export function expectedTools(scene: Scene): Ruling | undefined {
  const expected = scene.expectations.expected_tools;
  if (!expected) return undefined;
  if (!scene.calls) return withoutCalls('expected_tools');
  const counting = scene.calls.filter((call) => call.tool.kind !== 'effect' || !call.failed);
  const { used, missing } = take(expected, counting, scene.expectations.order !== 'any');
  const extra = counting.filter((call) => !used.has(call));
  const [first] = missing;
  if (first !== undefined) return notCalled(scene, { expected, name: first, counting, extra });
  return unexpected(scene, extra) ?? holds('expected_tools');
}

type Taken = { used: Set<Call>; missing: string[] };

/** Gives each expected name the first call left, after the one before it where the order counts. */
function take(expected: readonly string[], calls: readonly Call[], inOrder: boolean): Taken {
  const used = new Set<Call>();
  const missing: string[] = [];
  let from = 0;
  for (const name of expected) {
    const at = calls.findIndex((call, i) => i >= from && call.name === name && !used.has(call));
    const call = calls[at];
    if (!call) missing.push(name);
    else used.add(call);
    if (call && inOrder) from = at + 1;
  }
  return { used, missing };
}

type What = { reason: string; evidence: Evidence[]; seen: Classification; step: number };

function deviates(what: What): Deviates {
  return { outcome: 'deviates', status: 'failed', rule: 'expected_tools', ...what };
}

type Lack = { expected: readonly string[]; name: string; counting: readonly Call[]; extra: readonly Call[] };

function notCalled(scene: Scene, { expected, name, counting, extra }: Lack): Deviates {
  if (take(expected, counting, false).missing.length === 0)
    return misplaced(scene, { expected, name, counting, extra });
  const tries = scene.calls?.filter((call) => call.name === name && call.failed) ?? [];
  const instead = scene.tools.find(name).kind === 'read' ? undefined : extra.find(({ tool }) => tool.kind === 'effect');
  if (instead) {
    return deviates({
      reason: `${toolName(name)} was due; ${toolName(instead.name)} was called instead (${callNumber(instead.index)}).`,
      evidence: [evidenceOf(scene, instead, { expected: name, actual: instead.name })],
      seen: SEEN.wrongTool,
      step: scene.stepOf(instead),
    });
  }
  return tries.length > 0 ? triedInVain(scene, name, tries) : neverCalled(scene, name, expected);
}

function triedInVain(scene: Scene, name: string, tries: readonly Call[]): Deviates {
  const first = tries[0] as Call;
  const { ignored, blameless } = failedTries(scene, tries);
  return {
    ...deviates({
      reason: `${toolName(name)} was due; it was called (${callNumber(first.index)}) and failed: ${inWords(first.failure)}.`,
      evidence: [evidenceOf(scene, first, { actual: first.failure })],
      seen: ignored ? SEEN.ignoredToolError : SEEN.missingCall,
      step: scene.stepOf(first),
    }),
    ...(blameless ? { agentFault: false } : {}),
  };
}

function neverCalled(scene: Scene, name: string, expected: readonly string[]): Deviates {
  const note = 'it was never called';
  return deviates({
    reason: `${toolName(name)} was due; ${note}.`,
    ...missingCall(scene, scene.tools.find(name), { tool: toolName(name), expected: asEvidence(expected), note }),
  });
}

const ORDER_CHARS = 200;

function misplaced(scene: Scene, { expected, name, counting, extra }: Lack): Deviates {
  const call = extra.find((each) => each.name === name) ?? counting.find((each) => each.name === name);
  const order = clip(expected.join(', '), ORDER_CHARS);
  const where = call ? ` (${callNumber(call.index)})` : '';
  return deviates({
    reason: `The tools were due in the order ${order}; ${toolName(name)} was called out of it${where}.`,
    evidence: call ? [evidenceOf(scene, call, { expected, actual: counting.map((each) => each.name) })] : [],
    seen: SEEN.wrongOrder,
    step: call ? scene.stepOf(call) : scene.lastAgentStep,
  });
}

/** Effects are already counted where `required_effects` says which are due; with `exact`, any further call is one too many. */
function unexpected(scene: Scene, extra: readonly Call[]): Deviates | undefined {
  const { order, required_effects, expected_tools } = scene.expectations;
  const call = extra.find(({ tool }) => order === 'exact' || (tool.kind === 'effect' && !required_effects));
  if (!call) return undefined;
  const again = expected_tools?.includes(call.name);
  const grave = call.tool.deletes || call.tool.needsConfirmation;
  return deviates({
    reason: `${toolName(call.name)} was not ${again ? 'due again' : 'due'}; it was called (${callNumber(call.index)}).`,
    evidence: [evidenceOf(scene, call, { actual: call.arguments })],
    seen: grave ? SEEN.unauthorisedAction : SEEN.unexpectedCall,
    step: scene.stepOf(call),
  });
}
