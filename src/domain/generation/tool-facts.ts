import { words } from '../blueprint/wording.ts';
import type { Tool } from '../tool.ts';
import { declaredKind, guessKind, type ToolKind } from '../verdict/tool-kind.ts';
import { type Parameter, parametersIn } from './parameter.ts';
import { labelOf } from './parameter-role.ts';
import { plainText } from './plain-text.ts';
import { stemOf, stemsOf } from './rules.ts';
import { valueShape } from './value-shape.ts';
import { type Deed, isPlainVerb, verbOf } from './verbs.ts';

/** A tool as generation sees it: what it does, to what, with which arguments. */
export type ToolFacts = {
  name: string;
  kind: ToolKind;
  confirms: boolean;
  /** The agent's own thinking, and tools whose name tells nothing: no request of a user calls for them. */
  internal: boolean;
  /** `close` and `account` of `close_account`; the noun may be empty. */
  verb: string;
  noun: string;
  /** The stems of the words in it that say something. */
  nounStems: ReadonlySet<string>;
  /** `to the cart` of `add_to_cart`. */
  tail: string;
  say: readonly [string, ...string[]];
  deed: Deed;
  parameters: Parameter[];
  schema: unknown;
};

export function toolFacts(tool: Tool): ToolFacts {
  const kind = tool.side_effects ? declaredKind(tool.side_effects) : guessKind(tool.name).kind;
  const spoken = readName(tool, kind);
  const parameters = parametersIn(valueShape(tool.parameters));
  const name = words(tool.name.slice(0, 200)).join(' ');
  return {
    name: tool.name,
    kind,
    confirms: tool.requires_confirmation === true && kind !== 'read' && kind !== 'handoff',
    internal:
      kind !== 'effect' &&
      kind !== 'handoff' &&
      (INTERNAL.test(name) || (parameters.length === 0 && SAYS_NOTHING.test(name))),
    ...spoken,
    nounStems: stemsOf(spoken.noun),
    parameters,
    schema: tool.parameters,
  };
}

export function changesState({ kind }: ToolFacts): boolean {
  return kind === 'effect';
}

const INTERNAL = /^(?:think|thinking|thought|plan|reflect|reason|reasoning|scratchpad|final answer)\b/;
/** Without arguments either, no request of a user points to these. */
const SAYS_NOTHING =
  /^(?:do|run|use|call|my|the|a)?\s*(?:it|this|that|action|tool|function|something|stuff|thing|task|test|\w)?(?: \d+)?$/;
const PREPOSITIONS = new Set([
  'by',
  'for',
  'from',
  'in',
  'into',
  'of',
  'on',
  'to',
  'with',
  'via',
  'between',
  'at',
  'as',
  'per',
]);
const PARTICLES: ReadonlyMap<string, readonly string[]> = new Map([
  ['check', ['in', 'out']],
  ['look', ['up']],
  ['set', ['up']],
  ['turn', ['on', 'off']],
  ['roll', ['back', 'out']],
  ['sign', ['in', 'out', 'up']],
  ['scale', ['up', 'down']],
  ['shut', ['down']],
  ['call', ['off']],
  ['follow', ['up']],
]);
const EMPTY_WORDS = new Set(['all', 'the', 'a', 'an', 'my', 'tool', 'api', 'function', 'new', 'current']);
const MAX_NOUN_WORDS = 4;

type Spoken = Pick<ToolFacts, 'verb' | 'noun' | 'tail' | 'say' | 'deed'>;

function readName({ name, description }: Tool, kind: ToolKind): Spoken {
  const said = words(lastSegment(name.slice(0, 200)));
  const at = verbAt(said, kind);
  const word = said[at];
  if (word === undefined) return verbless(said, description, kind);
  const particle = PARTICLES.get(word)?.includes(said[at + 1] ?? '') ? said[at + 1] : undefined;
  const after = said.slice(at + (particle ? 2 : 1));
  const known = particle ? undefined : verbOf(word);
  const rest = after.length > 0 ? after : said.slice(0, at);
  const verb = particle ? `${word} ${particle}` : word;
  return { verb, ...nounAndTail(without(rest, word)), say: known?.say ?? [verb], deed: known?.deed ?? deedOf(kind) };
}

/** To "escalate an escalation" is to escalate. */
function without(said: string[], verb: string): string[] {
  const others = said.filter((word) => stemOf(word) !== stemOf(verb));
  return others.length > 0 ? others : said;
}

/** `OrderService.cancelOrder` is about cancelling, not about a service. */
function lastSegment(name: string): string {
  const segments = name.split(/[.:/]+/).filter((segment) => segment.trim() !== '');
  const last = segments.at(-1) ?? name;
  return words(last).some((word) => verbOf(word)) ? last : name;
}

/** Where the verb stands; -1 for a name without one. In `order_status`, which only tells, the order is no verb. */
function verbAt(said: string[], kind: ToolKind): number {
  const plain = said.findIndex((word, at) => isPlainVerb(word) || PARTICLES.get(word)?.includes(said[at + 1] ?? ''));
  if (plain >= 0) return plain;
  const likely = said.findIndex((word) => verbOf(word) !== undefined);
  return kind === 'read' && likely === 0 && said.length > 1 ? -1 : likely;
}

/** `weather_forecast` is checked; a description that begins with a verb lends it: `Escalates a case`. */
function verbless(said: string[], description: string, kind: ToolKind): Spoken {
  const first = (words(description.slice(0, 100))[0] ?? '').replace(/(?<=[a-z]{3})s$/, '');
  const lent = verbOf(first);
  const parts = nounAndTail(lent ? without(said, first) : said);
  if (lent) return { verb: first, ...parts, say: lent.say, deed: lent.deed };
  if (kind === 'effect') return { verb: 'run', ...parts, say: ['run', 'go ahead with'], deed: 'do' };
  return { verb: 'check', ...parts, say: ['check', 'look up'], deed: 'look' };
}

function deedOf(kind: ToolKind): Deed {
  return kind === 'read' ? 'look' : 'do';
}

function nounAndTail(rest: string[]): Pick<Spoken, 'noun' | 'tail'> {
  const kept = rest.filter((word, at) => !(EMPTY_WORDS.has(word) && at < rest.length - 1));
  const cut = kept.findIndex((word) => PREPOSITIONS.has(word));
  const noun = cut < 0 ? kept : kept.slice(0, cut);
  // `by_id` says how to find it, which the arguments say again; `to_cart` says where it goes.
  const tail = cut === 0 && kept.length > 1 ? `${kept[0]} the ${kept.slice(1, MAX_NOUN_WORDS).join(' ')}` : '';
  return { noun: noun.length > 0 ? labelOf(noun.slice(0, MAX_NOUN_WORDS).join(' ')) : '', tail: plainText(tail, 60) };
}
