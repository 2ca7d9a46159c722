import { evidenceOf } from '../call-evidence.ts';
import { LOOP_CALLS, mostRepeated } from '../repeats.ts';
import { holds, MAX_EVIDENCE, type Ruling, withoutCalls } from '../ruling.ts';
import type { Scene } from '../scene.ts';
import { SEEN } from '../taxonomy.ts';
import { isAgent } from '../transcript.ts';
import { callNumber, plural, toolName } from '../wording.ts';

/** Rule 5. A step is a message of the agent; without a transcript, a call. */
export function maxSteps(scene: Scene): Ruling | undefined {
  const max = scene.expectations.max_steps;
  if (max === undefined) return undefined;
  const steps = stepsOf(scene);
  if (!steps) return withoutCalls('max_steps');
  const beyond = steps[max];
  if (beyond === undefined) return holds('max_steps');
  return {
    outcome: 'deviates',
    status: 'failed',
    rule: 'limits',
    reason: `At most ${plural(max, 'step')} were allowed; the agent took ${steps.length}.`,
    evidence: [
      {
        expected: max,
        actual: steps.length,
        note: 'max_steps',
        ...(scene.messages.length > 0 ? { step: beyond } : { call: beyond }),
      },
    ],
    seen: SEEN.retryLoop,
    step: beyond,
  };
}

function stepsOf({ messages, calls }: Scene): number[] | undefined {
  if (messages.length > 0) return [...messages.keys()].filter((i) => isAgent(messages[i] as (typeof messages)[number]));
  return calls?.map(({ index }) => index);
}

/** Rule 5: how often one tool may be called with the same arguments; tries that failed count. */
export function maxRepeats(scene: Scene): Ruling | undefined {
  const max = scene.expectations.max_repeats;
  if (max === undefined) return undefined;
  if (!scene.calls) return withoutCalls('max_repeats');
  const repeated = mostRepeated(scene.calls);
  const beyond = repeated[max];
  if (!beyond) return holds('max_repeats');
  return {
    outcome: 'deviates',
    status: 'failed',
    rule: 'limits',
    reason: `${toolName(beyond.name)} was called ${plural(repeated.length, 'time')} with the same arguments; at most ${plural(max, 'time')} was allowed (${callNumber(beyond.index)}).`,
    evidence: repeated.slice(0, MAX_EVIDENCE).map((call) => evidenceOf(scene, call, { actual: call.arguments })),
    seen: repeated.length >= LOOP_CALLS ? SEEN.retryLoop : SEEN.redundantCalls,
    step: scene.stepOf(beyond),
  };
}

/** Rule 5. A result without a latency is not held to one. */
export function maxLatency(scene: Scene): Ruling | undefined {
  const max = scene.expectations.max_latency_ms;
  const taken = scene.result.latency_ms;
  if (max === undefined) return undefined;
  if (taken === undefined || taken === null) {
    return {
      outcome: 'unchecked',
      expectation: 'max_latency_ms',
      why: 'the result has no "latency_ms"',
      blocks: false,
    };
  }
  if (taken <= max) return holds('max_latency_ms');
  return {
    outcome: 'deviates',
    status: 'failed',
    rule: 'limits',
    reason: `At most ${max} ms were allowed; the agent took ${taken} ms.`,
    evidence: [{ expected: max, actual: taken, note: 'max_latency_ms' }],
    seen: SEEN.latencyOverrun,
    step: scene.lastStep,
  };
}
