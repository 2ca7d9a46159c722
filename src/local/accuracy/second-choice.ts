import type { Expectations } from '../../domain/expectations.ts';
import type { FailureCategory } from '../../domain/fields.ts';
import type { RunResult } from '../../domain/result.ts';
import { judge } from '../../domain/verdict/judge.ts';
import type { Rule, Verdict } from '../../domain/verdict/verdict.ts';
import { type Bench, targetOf } from './bench.ts';

/** What makes a rule speak. Rules that follow from the conversation alone cannot be silenced. */
const SILENCED: Partial<Record<Rule, readonly (keyof Expectations)[]>> = {
  forbidden_tool: ['forbidden_tools', 'allowed_tools'],
  effects: ['required_effects'],
  must_refuse: ['must_refuse'],
  required_calls: ['required_calls'],
  order: ['order'],
  limits: ['max_steps', 'max_repeats', 'max_latency_ms'],
  expected_tools: ['expected_tools'],
  required_facts: ['required_facts'],
  forbidden_claims: ['forbidden_claims'],
};

/** Each round silences at least one rule, so more rounds than rules are never needed. */
const MAX_ROUNDS = Object.keys(SILENCED).length + 1;

/**
 * The category that comes second: what the rules would have said had the one that decided been silent, and so on until another category
 * shows; then the category that the case aims at; undefined where that is the first choice too.
 */
export function secondChoice(bench: Bench, given: RunResult, first: Verdict): FailureCategory | undefined {
  let result = given;
  let expectations = bench.cases.get(given.scenario_id) ?? {};
  let verdict = first;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const keys = SILENCED[verdict.rule] ?? [];
    const ended = verdict.rule === 'cut_off' || verdict.rule === 'error';
    if (keys.length === 0 && !ended) break;
    if (ended) result = { ...result, stop_reason: null, error_message: null };
    expectations = without(expectations, keys);
    verdict = judge({ result, expectations, tools: bench.table });
    if (!verdict.category) break;
    if (verdict.category !== first.category) return verdict.category;
  }
  const target = targetOf(bench, given.scenario_id);
  return target === first.category ? undefined : target;
}

function without(expectations: Expectations, keys: readonly (keyof Expectations)[]): Expectations {
  return Object.fromEntries(Object.entries(expectations).filter(([key]) => !keys.some((silenced) => silenced === key)));
}
