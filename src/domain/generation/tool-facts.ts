import { words } from '../blueprint/wording.ts';
import type { Tool } from '../tool.ts';
import { declaredKind, guessKind, type ToolKind } from '../verdict/tool-kind.ts';
import { type Parameter, parametersIn } from './parameter.ts';
import { labelOf } from './parameter-role.ts';
import { plainText } from './plain-text.ts';
import { valueShape } from './value-shape.ts';
import { type Deed, verbOf } from './verbs.ts';

/** A tool as generation sees it: what it does, to what, with which arguments. */
export type ToolFacts = {
  name: string;
  kind: ToolKind;
  confirms: boolean;
  /** The agent's own thinking, which no request of a user calls for. */
  internal: boolean;
  /** `cancel` and `reservation` of `cancel_reservation`; the noun may be empty. */
  verb: string;
  noun: string;
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
  return {
    name: tool.name,
    kind,
    confirms: tool.requires_confirmation === true && kind !== 'read' && kind !== 'handoff',
    internal: kind !== 'effect' && kind !== 'handoff' && INTERNAL.test(words(tool.name.slice(0, 200)).join(' ')),
    ...spoken,
    parameters: parametersIn(valueShape(tool.parameters)),
    schema: tool.parameters,
  };
}

export function changesState({ kind }: ToolFacts): boolean {
  return kind === 'effect';
}

const INTERNAL = /^(?:think|thinking|thought|plan|reflect|reason|reasoning|scratchpad|final answer)\b/;
const PREPOSITIONS = new Set(['by', 'for', 'from', 'in', 'into', 'of', 'on', 'to', 'with', 'via', 'between', 'at', 'as', 'per']);
const PARTICLES: Readonly<Record<string, readonly string[]>> = {
  check: ['in', 'out'],
  look: ['up'],
  set: ['up'],
  turn: ['on', 'off'],
  roll: ['back', 'out'],
  sign: ['in', 'out', 'up'],
  scale: ['up', 'down'],
  shut: ['down'],
  call: ['off'],
  follow: ['up'],
};
const EMPTY_WORDS = new Set(['all', 'the', 'a', 'an', 'my', 'tool', 'api', 'function', 'new', 'current']);
const MAX_NOUN_WORDS = 4;

type Spoken = Pick<ToolFacts, 'verb' | 'noun' | 'tail' | 'say' | 'deed'>;

function readName({ name, description }: Tool, kind: ToolKind): Spoken {
  const said = words(name.slice(0, 200));
  const at = said.findIndex((word) => verbOf(word) !== undefined || Object.hasOwn(PARTICLES, word));
  if (at < 0) return verbless(said, description, kind);
  const word = said[at] ?? '';
  const particle = PARTICLES[word]?.includes(said[at + 1] ?? '') ? said[at + 1] : undefined;
  const after = said.slice(at + (particle ? 2 : 1));
  const verb = particle ? `${word} ${particle}` : word;
  const known = particle ? undefined : verbOf(word);
  const rest = after.length > 0 ? after : said.slice(0, at).filter((part) => !/service|manager|client|tool/.test(part));
  return { verb, ...nounAndTail(rest), say: known?.say ?? [verb], deed: known?.deed ?? deedOf(kind) };
}

/** `weather_forecast` is checked; a description that begins with a verb lends it: `Escalates a case`. */
function verbless(said: string[], description: string, kind: ToolKind): Spoken {
  const first = (words(description.slice(0, 100))[0] ?? '').replace(/(?<=[a-z]{3})s$/, '');
  const lent = verbOf(first);
  const parts = nounAndTail(said);
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
