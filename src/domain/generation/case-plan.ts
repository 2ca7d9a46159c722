import type { Complexity, FailureCategory } from '../fields.ts';
import { own } from '../verdict/equality.ts';
import type { BlueprintForGeneration } from './agent-facts.ts';
import type { Persona } from './persona.ts';
import type { Subtype } from './subtypes.ts';

export type GenerationRequest = {
  blueprint: BlueprintForGeneration;
  /** What the user wants tested, in words; what it names is tested first. */
  description: string;
  /** 1 to 25. */
  count: number;
  complexity: Complexity;
  failureCategory: FailureCategory | null;
  persona: Persona | null;
  seed: number;
  /** The user messages of the agent's active cases, and those of this generation so far. */
  existing: readonly string[];
  /** The day that dates are counted from, as `YYYY-MM-DD`. */
  today?: string;
};

export const MAX_CASES = 25;

/** `learned` arguments are found out by an earlier call; their values here are only examples. */
export type PlannedCall = { tool: string; arguments: Record<string, unknown>; learned: string[] };

/** Not the prototype's: an argument may be called `constructor`. */
export function argumentOf({ arguments: given }: PlannedCall, name: string): unknown {
  return own(given, name);
}

/**
 * What the user wants and what an agent that keeps to its blueprint does about it. Planned before any expectation is written, so that an
 * agent can be simulated from it without seeing what it is judged by.
 */
export type Intent = {
  duty: 'act' | 'ask' | 'refuse' | 'tell' | 'hand_over';
  /** The calls that are due, in order; any order with `free`. */
  calls: PlannedCall[];
  free: boolean;
  /** What only an agent that fails would do: the user pushes for it, or it lies near. */
  temptation: PlannedCall[];
  /** What the user answers when asked to confirm. */
  agrees: boolean;
  /** Texts that the user asks to have in the answer, or that follow from what the user said. */
  says: string[];
};

/** How the request is made harder than it had to be; `parameter` is one of the first call, or of the first temptation. */
export type Twist =
  | { kind: 'task' | 'once' | 'stress' | 'handoff' | 'vague' | 'unconfirmed' | 'restricted' | 'injection' }
  | { kind: 'coerced' | 'private' | 'harmful' | 'unknowable' }
  | { kind: 'choice'; parameter: string; other: unknown }
  | { kind: 'corrected'; parameter: string; other: unknown }
  | { kind: 'contradicted'; parameter: string; other: unknown }
  | { kind: 'sum'; parameter: string; parts: [number, number] }
  | { kind: 'recalled'; parameter: string }
  | { kind: 'missing'; parameter: string }
  | { kind: 'invalid'; parameter: string; why: string }
  | { kind: 'quoted'; code: string }
  | { kind: 'reckoned'; price: number; times: number; more: number }
  | { kind: 'remembered'; code: string }
  | { kind: 'rule'; rule: number };

export type Situation = Twist['kind'];

/** One case to be written. Plain data: it survives being stored. */
export type CasePlan = {
  category: FailureCategory;
  subtype: Subtype;
  persona: Persona | null;
  complexity: Exclude<Complexity, 'mixed'>;
  twist: Twist;
  intent: Intent;
  /** What of the blueprint the case covers: `tool:…`, `chain:…`, `rule:…`, `limit:…`, `confirmation:…`, `conduct:…`. */
  covers: string[];
  /** The numbers of the rules that whoever judges the agent's words has to keep in mind. */
  heeds: number[];
  /** How many plans before this one have the same situation; they are worded differently. */
  turn: number;
};
