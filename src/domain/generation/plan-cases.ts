import { COMPLEXITIES, type FailureCategory } from '../fields.ts';
import { type AgentFacts, agentFacts } from './agent-facts.ts';
import { SUITS } from './aims.ts';
import { type Candidate, candidates, covered } from './candidates.ts';
import type { CasePlan, GenerationRequest } from './case-plan.ts';
import { type Staged, stage } from './intents.ts';
import type { CallMaking } from './planned-call.ts';
import { Random } from './random.ts';
import { stemsOf } from './rules.ts';
import { categoryOf, type Subtype } from './subtypes.ts';
import { FIRST_NAMES, LAST_NAMES } from './value-pools.ts';

/** What a slot is worth by what it covers for the first time. */
const WORTH = { chain: 12, rule: 11, tool: 7, change: 10, confirmation: 6, limit: 3, category: 8, subtype: 3, situation: 2 };
/** What it loses for each time that the same came before. */
const WEARS = { situation: 1.5, tool: 1, category: 1.2, rule: 4, subtype: 1 };
const NAMED_IN_DESCRIPTION = 4;
const CHANCE = 1.5;

export type Level = CasePlan['complexity'];
const LEVELS = COMPLEXITIES.filter((level) => level !== 'mixed');

/** Without a clock, dates are counted from here. */
const SOME_DAY = '2026-09-01';

/**
 * The cases to write, the most telling first. Greedy over what is not covered yet: state-changing tools, chains, rules and failure categories
 * weigh most; a slot is never spent on repetition while one of these is left. Plans do not depend on `existing`.
 */
export function planCases(request: GenerationRequest, facts = agentFacts(request.blueprint)): CasePlan[] {
  const planner = new Planner(request, facts);
  return Array.from({ length: request.count }, (_, slot) => planner.next(slot)).filter((plan) => plan !== undefined);
}

type Option = { candidate: Candidate; aims: Subtype[]; weight: number };
type Chosen = { option: Option; aim: Subtype; score: number };

class Planner {
  readonly #request: GenerationRequest;
  readonly #facts: AgentFacts;
  readonly #options: Set<Option>;
  readonly #uses = new Map<string, number>();

  constructor(request: GenerationRequest, facts: AgentFacts) {
    this.#request = request;
    this.#facts = facts;
    const random = new Random(`${request.seed}/options`);
    const wanted = stemsOf(request.description);
    const options = candidates(facts, request).map((candidate) => ({
      candidate,
      aims: aimsWithin(candidate, request.failureCategory),
      weight: CHANCE * random.next() + named(candidate, wanted),
    }));
    // Every category has a situation that needs no tool, so some are left.
    this.#options = new Set(options.filter(({ aims }) => aims.length > 0));
  }

  next(slot: number): CasePlan | undefined {
    const level = this.#levelOf(slot);
    for (let chosen = this.#best(level); chosen; chosen = this.#best(level)) {
      const staged = stage({ candidate: chosen.option.candidate, facts: this.#facts, making: this.#making(slot, level) });
      if (staged) return this.#settle(chosen, staged, level);
      this.#options.delete(chosen.option);
    }
    return undefined;
  }

  #levelOf(slot: number): Level {
    const { complexity } = this.#request;
    return complexity === 'mixed' ? (LEVELS[slot % LEVELS.length] ?? 'moderate') : complexity;
  }

  #settle({ option: { candidate }, aim }: Chosen, { twist, intent }: Staged, level: Level): CasePlan {
    const category = this.#request.failureCategory ?? categoryOf(aim);
    const turn = this.#used(`situation:${candidate.situation}`);
    for (const use of usesOf(candidate, aim)) this.#uses.set(use, this.#used(use) + 1);
    const { persona } = this.#request;
    return { category, subtype: aim, persona, complexity: level, twist, intent, covers: candidate.covers, turn };
  }

  #used(use: string): number {
    return this.#uses.get(use) ?? 0;
  }

  #best(level: Level): Chosen | undefined {
    let best: Chosen | undefined;
    let bestDue: Chosen | undefined;
    for (const option of this.#options) {
      const chosen = this.#scored(option, level);
      if (chosen.score > (best?.score ?? Number.NEGATIVE_INFINITY)) best = chosen;
      const isDue = option.candidate.covers.some((item) => this.#isDue(item));
      if (isDue && chosen.score > (bestDue?.score ?? Number.NEGATIVE_INFINITY)) bestDue = chosen;
    }
    return bestDue && this.#isShort() ? bestDue : best;
  }

  #isDue(item: string): boolean {
    return this.#used(item) === 0 && this.#worthOf(item) >= WORTH.change;
  }

  /** Whether what has to be covered could need all slots that are left. */
  #isShort(): boolean {
    const due = new Set([...this.#options].flatMap(({ candidate }) => candidate.covers.filter((item) => this.#isDue(item))));
    const left = this.#request.count - this.#used('slot');
    return due.size >= left - 1;
  }

  #scored(option: Option, level: Level): Chosen {
    const { candidate, weight } = option;
    const gained = candidate.covers.reduce((sum, item) => sum + (this.#used(item) === 0 ? this.#worthOf(item) : 0), 0);
    const worn =
      WEARS.situation * this.#used(`situation:${candidate.situation}`) +
      WEARS.tool * this.#used(`about:${candidate.tool?.name}`) +
      WEARS.rule * (candidate.rule ? this.#used(covered.rule(candidate.rule.number)) : 0);
    const fresh = this.#used(`situation:${candidate.situation}`) === 0 ? WORTH.situation : 0;
    const { aim, score } = this.#bestAim(option.aims);
    const suits = SUITS[level][candidate.situation] ?? 0;
    return { option, aim, score: score + gained + fresh + suits + weight - worn };
  }

  #bestAim(aims: readonly Subtype[]): { aim: Subtype; score: number } {
    const scored = aims.map((aim) => {
      const [category, subtype] = [this.#used(`category:${categoryOf(aim)}`), this.#used(`subtype:${aim}`)];
      const first = (category === 0 ? WORTH.category : 0) + (subtype === 0 ? WORTH.subtype : 0);
      return { aim, score: first - WEARS.category * category - WEARS.subtype * subtype };
    });
    return scored.reduce((one, other) => (other.score > one.score ? other : one));
  }

  #worthOf(item: string): number {
    const kind = item.slice(0, item.indexOf(':'));
    if (kind !== 'tool') return WORTH[kind as 'chain' | 'rule' | 'confirmation' | 'limit'];
    return this.#facts.byName.get(item.slice('tool:'.length))?.kind === 'effect' ? WORTH.change : WORTH.tool;
  }

  #making(slot: number, level: Level): CallMaking {
    const { seed, today = SOME_DAY } = this.#request;
    const random = new Random(`${seed}/values/${slot}`);
    return {
      random,
      samples: this.#facts.samples,
      row: random.int(0, 40),
      today,
      person: { first: random.pick(FIRST_NAMES), last: random.pick(LAST_NAMES) },
      unusual: level === 'edge_case',
      shared: new Map(),
      extras: { simple: 0, moderate: 1, complex: 2, adversarial: 0, edge_case: 1 }[level],
    };
  }
}

function aimsWithin({ aims }: Candidate, category: FailureCategory | null): Subtype[] {
  return aims.filter((aim) => category === null || categoryOf(aim) === category);
}

function named({ tool, parameter, chain, bundle, rule, situation, aims }: Candidate, wanted: ReadonlySet<string>): number {
  if (wanted.size === 0) return 0;
  const tools = [tool, ...(chain?.tools ?? []), ...(bundle ?? [])];
  const about = [...tools.map((one) => one?.name), parameter?.label, chain?.name, rule?.text, situation, ...aims];
  const shared = [...stemsOf(about.join(' '))].filter((stem) => wanted.has(stem)).length;
  return NAMED_IN_DESCRIPTION * Math.min(2, shared);
}

function usesOf({ situation, tool, covers }: Candidate, aim: Subtype): string[] {
  return ['slot', `situation:${situation}`, `about:${tool?.name}`, `category:${categoryOf(aim)}`, `subtype:${aim}`, ...covers];
}

