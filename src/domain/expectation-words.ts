import type { ArgumentMatch, Expectations } from './expectations.ts';
import { counted, duration } from './formatting.ts';
import type { CallPattern } from './verdict/match-arguments.ts';
import { inWords, listArguments } from './verdict/wording.ts';

/** What a case expects, one sentence each, in the order in which the rules look at it. Names and values in it are the case's own. */
export function expectationWords(expectations: Expectations): string[] {
  return [...aboutTools(expectations), ...aboutTalk(expectations), ...aboutLimits(expectations)];
}

function aboutTools(expectations: Expectations): string[] {
  const { forbidden_tools, allowed_tools, required_effects, required_calls, expected_tools, order } = expectations;
  const sequence = order === 'any' ? 'in any order' : order === 'exact' ? 'in exactly this order' : 'in this order';
  return [
    ...(forbidden_tools?.length ? [`Never calls ${forbidden_tools.join(', ')}.`] : []),
    ...(allowed_tools ? [`Calls nothing but ${allowed_tools.join(', ') || '(no tool)'}.`] : []),
    ...(required_effects?.length === 0 ? ['Changes nothing: no state-changing call may succeed.'] : []),
    ...(required_effects ?? []).map((effect) => `Must have succeeded: ${callWords(effect)}.`),
    ...(required_calls ?? []).map((call) => `Must have been called${timesWords(call)}: ${callWords(call)}.`),
    ...(required_effects?.length || required_calls?.length ? orderWords(order) : []),
    ...(expected_tools?.length ? [`Tools ${sequence}: ${expected_tools.join(' › ')}.`] : []),
    ...(expected_tools?.length === 0 ? ['Needs no tool at all.'] : []),
  ];
}

function orderWords(order: Expectations['order']): string[] {
  if (order === 'contains_in_order') return ['These calls come in this order.'];
  return order === 'exact' ? ['These calls come in exactly this order.'] : [];
}

function callWords({ tool, arguments: given, match }: CallPattern): string {
  const ways = Object.entries(match ?? {}).map(([name, way]) => `${name} ${wayWords(way)}`);
  const words = [...(given ? [`with ${listArguments(given) || 'no arguments'}`] : []), ...ways];
  return words.length > 0 ? `${tool} ${words.join('; ')}` : tool;
}

function wayWords(way: ArgumentMatch): string {
  if (way === 'equal') return 'equal';
  if (way === 'ignore') return 'may be anything';
  if (way === 'subset') return 'may hold more';
  if (way === 'text') return 'compared as text';
  if (way.by === 'one_of') return `one of ${inWords(way.values)}`;
  return way.by === 'regex' ? `matching ${way.pattern}` : `within ±${way.tolerance}`;
}

function timesWords({ min, max }: { min?: number | undefined; max?: number | undefined }): string {
  if (min === undefined && max === undefined) return '';
  const least = min ?? 1;
  if (max === undefined) return ` at least ${counted(least, 'time')}`;
  return least === max ? ` exactly ${counted(max, 'time')}` : ` ${least} to ${counted(max, 'time')}`;
}

function aboutTalk(expectations: Expectations): string[] {
  const { required_facts, forbidden_claims, must_confirm, must_refuse, must_ask, expected_behavior } = expectations;
  return [
    ...(must_refuse ? ['Refuses: nothing may be changed.'] : []),
    ...(must_confirm ? ['Asks the user before a call that needs a confirmation.'] : []),
    ...(must_ask ? ['Asks a question before it acts.'] : []),
    ...(required_facts ?? []).map((fact) => `Says: ${inWords(fact)}.`),
    ...(forbidden_claims ?? []).map((claim) => `Never says: ${inWords(claim)}.`),
    ...(expected_behavior ? [`Behaves like this: ${expected_behavior}`] : []),
  ];
}

function aboutLimits({ max_steps, max_repeats, max_latency_ms }: Expectations): string[] {
  return [
    ...(max_steps === undefined ? [] : [`Takes at most ${counted(max_steps, 'step')}.`]),
    ...(max_repeats === undefined ? [] : [`Repeats no call more than ${counted(max_repeats, 'time')}.`]),
    ...(max_latency_ms === undefined ? [] : [`Takes at most ${duration(max_latency_ms)}.`]),
  ];
}
