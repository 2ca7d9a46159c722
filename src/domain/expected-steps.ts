import { canonicalJson } from './canonical-json.ts';
import type { Expectations } from './expectations.ts';
import { alignSequences, type DiffRow } from './sequence-diff.ts';
import type { Call } from './verdict/calls.ts';
import { type CallPattern, farness } from './verdict/match-arguments.ts';

/** A call that a case wants to see. `ordered`: after the one before it. */
export type ExpectedStep = CallPattern & { ordered: boolean };

/** The same limit as for the calls of a result. */
const MAX_STEPS = 200;

/**
 * The calls that a case expects, as one sequence: `expected_tools` with the arguments that `required_calls` and `required_effects` name for
 * them, then what else those two want. Null where a case expects nothing of the kind.
 */
export function expectedSteps(expectations: Expectations): ExpectedStep[] | null {
  const { expected_tools, required_effects, required_calls, order } = expectations;
  if (!expected_tools && !required_effects && !required_calls) return null;
  const patterns = patternsOf(expectations);
  const named = (expected_tools ?? []).map((tool): ExpectedStep => {
    const at = patterns.findIndex((pattern) => pattern.tool === tool);
    const [pattern = { tool }] = at < 0 ? [] : patterns.splice(at, 1);
    return { ...pattern, ordered: order !== 'any' };
  });
  const ordered = order === 'contains_in_order' || order === 'exact';
  return [...named, ...patterns.map((pattern) => ({ ...pattern, ordered }))].slice(0, MAX_STEPS);
}

/** A call that is also wanted as an effect is one step. */
function patternsOf({ required_effects = [], required_calls = [] }: Expectations): CallPattern[] {
  const calls = required_calls.flatMap((call) => Array<CallPattern>(Math.min(call.min ?? 1, MAX_STEPS)).fill(call));
  for (const effect of required_effects) {
    const twin = calls.findIndex((call) => isOneStep(call, effect));
    if (twin >= 0) calls.splice(twin, 1);
  }
  return [...calls, ...required_effects].map(({ tool, arguments: given, match }) => ({
    tool,
    ...(given ? { arguments: given } : {}),
    ...(match ? { match } : {}),
  }));
}

function isOneStep(call: CallPattern, effect: CallPattern): boolean {
  if (call.tool !== effect.tool) return false;
  return call.arguments === undefined || canonicalJson(call.arguments) === canonicalJson(effect.arguments);
}

/** More differences than this make two calls no less alike. */
const FARTHEST = 9;

/** A call that failed had no effect: one that worked is what was wanted, even where an argument is wrong. */
const FAILED_COUNTS = 2;

/** Lays the calls of a result beside those that were expected. */
export function alignCalls(steps: readonly ExpectedStep[], calls: readonly Call[]): DiffRow[] {
  return alignSequences({
    expected: steps.length,
    actual: calls.length,
    likeness: (expected, actual) => likeness(steps[expected], calls[actual]),
    isOrdered: (expected) => steps[expected]?.ordered === true,
  });
}

function likeness(step: ExpectedStep | undefined, call: Call | undefined): number {
  if (!step || !call || step.tool !== call.name) return 0;
  return 1 / (1 + farness(step, call, FARTHEST) + (call.failed ? FAILED_COUNTS : 0));
}
