import type { AgentFacts } from '../agent-facts.ts';
import type { DayStyle } from '../calendar.ts';
import { DAY_STYLES } from '../calendar.ts';
import type { CasePlan, PlannedCall } from '../case-plan.ts';
import type { Parameter } from '../parameter.ts';
import { dealt, Random } from '../random.ts';
import { singular } from '../sample-values.ts';
import type { ToolFacts } from '../tool-facts.ts';
import { factsInWords, type Request, requestInWords, type Wording } from './request-words.ts';
import { capitalised, currencyOf, valueInWords, withArticle } from './value-words.ts';
import { PLAIN, VOICES, type Voice } from './voices.ts';

/** Which one of the many ways to write a plan down: `turn` moves on within a generation, `attempt` when a message was too like another. */
export type Draft = { seed: number; index: number; attempt: number };

const QUOTED = new Set<Parameter['role']>(['title', 'query', 'text', 'reason']);

/** One message in the making: the plan, the voice it is told in, and choices that do not come again soon. */
export class Telling {
  readonly plan: CasePlan;
  readonly facts: AgentFacts;
  readonly voice: Voice;
  readonly random: Random;
  readonly #draft: Draft;
  readonly #dayStyle: DayStyle;
  readonly #known = new Set<string>();

  constructor(plan: CasePlan, facts: AgentFacts, draft: Draft) {
    this.plan = plan;
    this.facts = facts;
    this.voice = plan.persona ? VOICES[plan.persona] : PLAIN;
    this.random = new Random(`${draft.seed}/words/${draft.index}/${draft.attempt}`);
    this.#draft = draft;
    this.#dayStyle = this.random.pick(DAY_STYLES);
  }

  /** The next of some ways to say a thing; all messages of a generation take turns. */
  deal<T>(ways: readonly T[], topic: string): T {
    return dealt(ways, `${this.#draft.seed}/${topic}`, this.#draft.index + this.#draft.attempt);
  }

  /** The next way to tell this situation. */
  way<T>(ways: readonly T[]): T {
    return dealt(ways, `${this.#draft.seed}/${this.plan.twist.kind}`, this.plan.turn + this.#draft.attempt);
  }

  tool(call: PlannedCall): ToolFacts {
    const tool = this.facts.byName.get(call.tool);
    if (!tool) throw new RangeError('A plan and its blueprint do not belong together');
    return tool;
  }

  parameter(call: PlannedCall, name: string): Parameter {
    const parameter = this.tool(call).parameters.find((one) => one.name === name);
    if (!parameter) throw new RangeError('A plan and its blueprint do not belong together');
    return parameter;
  }

  words(call: PlannedCall, parameter: Parameter, value: unknown): string {
    const currency = currencyOf(this.tool(call), call)?.code;
    return valueInWords(parameter, value, { dayStyle: this.#dayStyle, currency });
  }

  /** A value that is spoken of by itself: what are words to the user stands in quotes, a thing has its article. */
  mention(call: PlannedCall, parameter: Parameter, value: unknown): string {
    const words = this.words(call, parameter, value);
    if (QUOTED.has(parameter.role)) return `"${words}"`;
    return parameter.role === 'other' && /^[a-z]+(?: [a-z]+)+$/.test(words) ? `the ${words}` : words;
  }

  /** What an argument is called; an "ID" is that of what the tool is about. */
  label(call: PlannedCall, { label }: Parameter): string {
    return label === 'ID' ? `${singular(this.tool(call).noun)} ID`.trim() : label;
  }

  /** What an argument stands for: an order, a service. */
  thing(call: PlannedCall, parameter: Parameter): string {
    return parameter.entity || this.label(call, parameter).replace(/ (?:ID|name|number|code)$/, '');
  }

  /** A call as a request. What was said before in the message is not said again. */
  request(call: PlannedCall, wording: Pick<Wording, 'instead' | 'unsaid'> = {}): Request {
    return requestInWords(this.tool(call), call, { ...wording, ...this.#wording });
  }

  /** A call as a request that somebody else makes: nothing of it counts as said by the user. */
  reported(call: PlannedCall): string {
    return requestInWords(this.tool(call), call, { ...this.#wording, known: new Set() }).doing;
  }

  /** What a call does, without its values: "cancel an order", or "the order" where that is what the message is about. */
  inShort(call: PlannedCall): string {
    const { say, noun, nounStems, tail } = this.tool(call);
    const about = this.plan.intent.calls.flatMap((one) => [...this.tool(one).nounStems]);
    const thing = noun === '' ? '' : about.some((stem) => nounStems.has(stem)) ? `the ${noun}` : withArticle(noun);
    return [say[0], thing, tail].filter((part) => part !== '').join(' ');
  }

  /** What a call that nobody asks for in words needs to be made all the same. */
  details(call: PlannedCall): string[] {
    return factsInWords(this.tool(call), call, this.#wording);
  }

  get #wording() {
    return { random: this.random, dayStyle: this.#dayStyle, known: this.#known };
  }

  /** The request in the voice of the message, with its details after it. */
  asked({ doing, asking, details }: Request): string[] {
    const asks = asking !== undefined && this.random.chance(0.5);
    const ways = asks ? this.voice.questions : this.voice.requests;
    return [filled(this.deal(ways, asks ? 'questions' : 'requests'), { do: doing, ask: asking ?? doing }), ...details];
  }
}

/** Blanks are filled once and from left to right; what fills them is not looked at again. */
export function filled(way: string, words: Readonly<Record<string, string>>): string {
  return way.replace(/\{(\w+)\}/g, (_blank, name: string) => {
    const lower = name.toLowerCase();
    const text = words[lower] ?? '';
    return name === lower ? text : capitalised(text);
  });
}

type Twisted<Kind extends string> = Extract<Telling['plan']['twist'], { kind: Kind }>;

/** The twist of a plan that is told by the teller of that twist. */
export function twistOf<Kind extends string>(telling: Telling, kind: Kind): Twisted<Kind> {
  const { twist } = telling.plan;
  if (twist.kind !== kind) throw new RangeError('A plan is told as something else');
  return twist as Twisted<Kind>;
}
