import type { RequiredCall } from '../../expectations.ts';
import { differenceEvidence, evidenceOf } from '../call-evidence.ts';
import type { Call } from '../calls.ts';
import { differenceReason, dueInWords } from '../effect-findings.ts';
import { differences, fits } from '../match-arguments.ts';
import { missingCall } from '../missing-call.ts';
import { LOOP_CALLS } from '../repeats.ts';
import { type Deviates, holds, MAX_EVIDENCE, type Ruling, withoutCalls } from '../ruling.ts';
import type { Scene } from '../scene.ts';
import { type Classification, SEEN } from '../taxonomy.ts';
import type { Evidence } from '../verdict.ts';
import { asEvidence, callNumber, plural, toolName } from '../wording.ts';

/** Rule 5: calls, reads too, that have to appear; one that failed was made all the same. */
export function requiredCalls(scene: Scene): Ruling | undefined {
  const required = scene.expectations.required_calls;
  if (!required) return undefined;
  const { calls } = scene;
  if (!calls) return withoutCalls('required_calls');
  for (const due of required) {
    const made = calls.filter((call) => fits(due, call));
    if (made.length < (due.min ?? 1)) return tooFew(scene, due, made);
    if (due.max !== undefined && made.length > due.max) return tooMany(scene, due, made);
  }
  return holds('required_calls');
}

type What = { reason: string; evidence: Evidence[]; seen: Classification; step: number };

function deviates(what: What): Deviates {
  return { outcome: 'deviates', status: 'failed', rule: 'required_calls', ...what };
}

function tooFew(scene: Scene, due: RequiredCall, made: Call[]): Deviates {
  if (made.length > 0) return deviates(tooFewTimes(scene, due, made));
  const nearest = nearestOf(due, scene.calls ?? []);
  if (nearest) return deviates(otherArguments(scene, due, nearest));
  return deviates({
    reason: `${dueInWords(due)}; ${NEVER}.`,
    ...missingCall(scene, scene.tools.find(due.tool), {
      tool: toolName(due.tool),
      expected: asEvidence(due),
      note: NEVER,
    }),
  });
}

const NEVER = 'it was never called';

function tooFewTimes(scene: Scene, due: RequiredCall, made: Call[]): What {
  return {
    reason: `${dueInWords(due)} at least ${plural(due.min ?? 1, 'time')}; it was called ${plural(made.length, 'time')} (${numbers(made)}).`,
    evidence: made.slice(0, MAX_EVIDENCE).map((call) => evidenceOf(scene, call)),
    seen: SEEN.missingCall,
    step: scene.lastAgentStep,
  };
}

/** The call of the right tool with the fewest wrong arguments. */
function nearestOf(due: RequiredCall, calls: readonly Call[]): Call | undefined {
  const same = calls.filter(({ name }) => name === due.tool);
  const ranked = same.map((call) => ({ call, far: differences(due, call).length })).sort((a, b) => a.far - b.far);
  return ranked[0]?.call;
}

function otherArguments(scene: Scene, due: RequiredCall, call: Call): What {
  const found = differences(due, call);
  const [first] = found;
  return {
    reason: first ? differenceReason(due, call, first) : `${dueInWords(due)}.`,
    evidence: found.slice(0, MAX_EVIDENCE).map((difference) => evidenceOf(scene, call, differenceEvidence(difference))),
    seen: SEEN.wrongParameters,
    step: scene.stepOf(call),
  };
}

function tooMany(scene: Scene, due: RequiredCall, made: Call[]): Deviates {
  const max = due.max ?? 0;
  const beyond = made[max];
  const limit = max === 0 ? `${dueInWords(due)} not even once` : `${dueInWords(due)} at most ${plural(max, 'time')}`;
  return deviates({
    reason: `${limit}; it was called ${plural(made.length, 'time')} (${numbers(made)}).`,
    evidence: made.slice(0, MAX_EVIDENCE).map((call) => evidenceOf(scene, call, { actual: call.arguments })),
    seen: seenInRepeats(made),
    step: beyond ? scene.stepOf(beyond) : scene.lastAgentStep,
  });
}

function seenInRepeats(made: Call[]): Classification {
  if (made.length >= LOOP_CALLS) return SEEN.retryLoop;
  return made.some(({ tool }) => tool.kind === 'effect') ? SEEN.unexpectedCall : SEEN.redundantCalls;
}

const NUMBERS_SHOWN = 5;

function numbers(made: Call[]): string {
  const shown = made.slice(0, NUMBERS_SHOWN).map(({ index }) => callNumber(index));
  return shown.join(', ') + (made.length > NUMBERS_SHOWN ? ', …' : '');
}
