import type { Call } from '../calls.ts';
import { LOOP_CALLS, mostRepeated } from '../repeats.ts';
import type { Ruling } from '../ruling.ts';
import type { Scene } from '../scene.ts';
import { SEEN } from '../taxonomy.ts';
import { callNumber } from '../wording.ts';

const HOW: Partial<Record<string, string>> = {
  step_limit: 'was stopped at the step limit',
  cut_off: 'was cut off',
};

/** Rule 2: a conversation that was cut off did not do its job, whatever it had done so far. */
export function cutOff(scene: Scene): Ruling | undefined {
  const { stop_reason } = scene.result;
  const how = HOW[stop_reason ?? ''];
  if (!how) return undefined;
  const repeated = stop_reason === 'step_limit' ? mostRepeated(scene.calls ?? []) : [];
  const [first] = repeated;
  const loops = first !== undefined && repeated.length >= LOOP_CALLS;
  const loop = loops
    ? `; ${first.name} was called ${repeated.length} times with the same arguments (first ${callNumber(first.index)})`
    : '';
  return {
    outcome: 'deviates',
    status: 'failed',
    rule: 'cut_off',
    reason: `The conversation ${how} before the agent was done${loop}.`,
    evidence: [
      { step: scene.lastStep, note: `stop_reason: ${stop_reason}` },
      ...(loops ? repeated.slice(0, LOOP_CALLS).map(({ index, name }) => ({ call: index, tool: name })) : []),
    ],
    seen: loops ? SEEN.retryLoop : SEEN.incompleteExecution,
    step: loops ? scene.stepOf(repeated[LOOP_CALLS - 1] as Call) : scene.lastStep,
  };
}
