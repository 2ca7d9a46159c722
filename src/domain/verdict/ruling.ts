import type { Scene } from './scene.ts';
import type { Classification } from './taxonomy.ts';
import type { Evidence, Rule } from './verdict.ts';

/** An expectation that was not met, or a result that is none. `step` is where the conversation first left the path. */
export type Deviates = {
  outcome: 'deviates';
  status: 'failed' | 'error';
  rule: Rule;
  reason: string;
  evidence: Evidence[];
  seen: Classification;
  step: number;
  /** False where the fault lies with a tool or the environment. */
  agentFault?: false;
};

/** An expectation that was met. */
export type Holds = { outcome: 'holds'; expectation: string; evidence: Evidence[] };

/** An expectation that could not be checked; one that `blocks` keeps the rest from adding up to a pass. */
export type Unchecked = { outcome: 'unchecked'; expectation: string; why: string; blocks: boolean };

export type Ruling = Deviates | Holds | Unchecked;

/** One expectation, one check: undefined where the case does not have the expectation. */
export type Check = (scene: Scene) => Ruling | undefined;

export function holds(expectation: string, evidence: Evidence[] = []): Holds {
  return { outcome: 'holds', expectation, evidence };
}

const NO_CALLS = 'the result tells neither "tools_called" nor "messages"';

export function withoutCalls(expectation: string): Unchecked {
  return { outcome: 'unchecked', expectation, why: NO_CALLS, blocks: true };
}

/** A verdict shows enough to be checked by hand, not everything there is. */
export const MAX_EVIDENCE = 10;
