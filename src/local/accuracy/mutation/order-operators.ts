import type { FailureCategory } from '../../../domain/fields.ts';
import { effectsIn } from '../../../domain/verdict/effects.ts';
import { type CallPattern, fits } from '../../../domain/verdict/match-arguments.ts';
import { type Made, type Mutant, type Operator, type Subject, without } from './subject.ts';
import { isAgentTurn, type Turn } from './turns.ts';

/**
 * Applies where the case asks for an order: each effect of the chain trades places with the link before it. Only where the chain is no
 * longer met afterwards, by whatever calls.
 */
export const swapDependent: Operator = (subject) =>
  chainsOf(subject).flatMap(({ patterns, links }) => {
    const met = inOrder(patterns, links);
    return met.slice(1).flatMap((later, i): Mutant[] => {
      const earlier = met[i];
      if (!earlier || later.call.tool.kind !== 'effect') return [];
      if (inOrder(patterns, traded(links, earlier, later)).length === patterns.length) return [];
      return [
        {
          turns: swapped(subject.turns, earlier.at, later.at),
          categories: ['tool_usage_failure'],
          change: `${later.call.name} before ${earlier.call.name}`,
        },
      ];
    });
  });

type Chain = { patterns: readonly CallPattern[]; links: readonly Made[] };

function chainsOf({ expectations, made }: Subject): Chain[] {
  const { order, expected_tools, required_effects, required_calls } = expectations;
  const effects = new Set(
    effectsIn(
      made.map(({ call }) => call),
      required_effects,
    ),
  );
  const asked = order === 'contains_in_order' || order === 'exact';
  const counting = made.filter(({ call }) => call.tool.kind !== 'effect' || !call.failed);
  return [
    ...(expected_tools && order !== 'any'
      ? [{ patterns: expected_tools.map((tool) => ({ tool })), links: counting }]
      : []),
    ...(required_effects && asked
      ? [{ patterns: required_effects, links: made.filter(({ call }) => effects.has(call)) }]
      : []),
    ...(required_calls && asked ? [{ patterns: required_calls, links: made }] : []),
  ];
}

/** The calls that meet the patterns one after the other, as far as they do. */
function inOrder(patterns: readonly CallPattern[], links: readonly Made[]): Made[] {
  const met: Made[] = [];
  let from = 0;
  for (const pattern of patterns) {
    const at = links.findIndex(({ call }, i) => i >= from && fits(pattern, call));
    const link = links[at];
    if (!link) break;
    met.push(link);
    from = at + 1;
  }
  return met;
}

function traded(links: readonly Made[], one: Made, other: Made): Made[] {
  return links.map((link) => (link === one ? other : link === other ? one : link));
}

function swapped(turns: readonly Turn[], one: number, other: number): Turn[] {
  const [first, second] = [turns[one], turns[other]];
  return first && second ? turns.with(one, second).with(other, first) : [...turns];
}

/**
 * Applies to each look-up that the case requires. What section 5 says depends on what is left: a number that the agent states all the same
 * is invented if no look-up remains. With other look-ups left, or where it repeats no more than a word of the missing result, it may as well
 * be a missing call; without either it is one.
 */
export const skipLookup: Operator = (subject) =>
  dueLookups(subject).map((pattern): Mutant => {
    const gone = subject.made.filter(({ call }) => fits(pattern, call));
    const left = without(subject.turns, ...gone.map(({ at }) => at));
    const isLookedUp = left.some((turn) => turn.kind === 'called' && subject.info(turn.name).kind === 'read');
    const stated = statedIn(left, gone);
    const categories: FailureCategory[] = [
      ...(stated === 'nothing' ? [] : ['knowledge_failure' as const]),
      ...(stated === 'a number' && !isLookedUp ? [] : ['tool_usage_failure' as const]),
    ];
    return { turns: left, categories, change: `${pattern.tool} skipped` };
  });

function dueLookups({ expectations, made, info }: Subject): CallPattern[] {
  const { required_calls = [], expected_tools = [] } = expectations;
  const names = [...new Set(expected_tools)].map((tool): CallPattern => ({ tool }));
  return [...required_calls.filter(({ min }) => min !== 0), ...names].filter(
    (pattern) => info(pattern.tool).kind === 'read' && made.some(({ call }) => fits(pattern, call)),
  );
}

/** A number that nobody told the agent and no result holds, else a word that only the missing results held. */
function statedIn(left: readonly Turn[], gone: readonly Made[]): 'a number' | 'a word' | 'nothing' {
  const known = wordsIn(left.filter((turn) => !isAgentTurn(turn)));
  const missed = wordsIn(gone.map(({ turn }) => turn));
  const news = [...wordsIn(left.filter(isAgentTurn))].filter((word) => !known.has(word));
  if (news.some((word) => /\d/.test(word))) return 'a number';
  return news.some((word) => missed.has(word)) ? 'a word' : 'nothing';
}

const WORD = /[\p{L}\d][\p{L}\d.:-]*/gu;
const MIN_LETTERS = 4;

/** What is said and returned, word by word; numbers by value, without what separates thousands. */
function wordsIn(turns: readonly Turn[]): Set<string> {
  const texts = turns.map((turn) => (turn.kind === 'said' ? turn.text : printed(turn.result)));
  const words = texts.flatMap((text) => text.replace(/(?<=\d)[,\s](?=\d{3}(?!\d))/g, '').match(WORD) ?? []);
  const telling = words.map((word) => word.toLowerCase().replace(/[.:-]+$/, ''));
  const specific = telling.filter((word) => /\d/.test(word) || word.length >= MIN_LETTERS);
  return new Set(specific.map((word) => (Number.isNaN(Number(word)) ? word : String(Number(word)))));
}

function printed(result: unknown): string {
  return typeof result === 'string' ? result : JSON.stringify(result ?? '');
}
