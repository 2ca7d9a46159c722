import { COMPLEXITIES, type FailureCategory } from '../fields.ts';
import { type AgentFacts, agentFacts, canBeBroken } from './agent-facts.ts';
import { SUITS } from './aims.ts';
import { dayAfter } from './calendar.ts';
import { type Candidate, candidates, covered } from './candidates.ts';
import type { CasePlan, GenerationRequest } from './case-plan.ts';
import { type Staged, stage } from './intents.ts';
import type { CallMaking } from './planned-call.ts';
import { Random } from './random.ts';
import { stemsOf } from './rules.ts';
import { categoryOf, type Subtype } from './subtypes.ts';
import { FIRST_NAMES, LAST_NAMES, RARE_NAMES } from './value-pools.ts';

/** What a slot is worth by what it covers for the first time. */
const WORTH = {
  chain: 12,
  rule: 11,
  tool: 7,
  change: 10,
  confirmation: 6,
  conduct: 7,
  limit: 3,
  category: 8,
  subtype: 3,
  situation: 2,
  argument: 2,
};
/** What it loses for each time that the same came before. */
const WEARS = { situation: 1.5, tool: 1, category: 1.2, rule: 4, subtype: 1 };
/** For each word of the request's description that a candidate is about, and for each that the blueprint hints at. */
const NAMED = { description: 4, hint: 0.7 };
const MOST_NAMED = 2;
const CHANCE = 1.5;
/** A slot can cover more than one thing. */
const ROOM = 1.5;

/** Where slots are scarce, what has to be covered weighs more than everything else together. */
const DUE = 5;
const MOST_HEEDED = 5;

type Level = CasePlan['complexity'];
const LEVELS = COMPLEXITIES.filter((level) => level !== 'mixed');

/** Without a clock, dates are counted from here. */
const SOME_DAY = '2026-09-01';
const SOON = { from: 3, to: 30 };

/**
 * The cases to write, the most telling first. Greedy over what is not covered yet: state-changing tools, chains, rules and failure categories
 * weigh most; a slot is never spent on repetition while one of these is left. Plans do not depend on `existing`.
 */
export function plansFor(request: GenerationRequest): CasePlan[] {
  const planner = new Planner(request, agentFacts(request.blueprint));
  return Array.from({ length: request.count }, (_, slot) => planner.next(slot)).filter((plan) => plan !== undefined);
}

type Item = { key: string; worth: number };
/** A candidate made ready for being weighed again and again. */
type Option = {
  candidate: Candidate;
  items: Item[];
  aims: { subtype: Subtype; category: FailureCategory }[];
  /** Arguments of its tool that may be left out. */
  optional: string[];
  situation: string;
  about: string;
  weight: number;
};
type Chosen = { option: Option; subtype: Subtype; score: number };

class Planner {
  readonly #request: GenerationRequest;
  readonly #facts: AgentFacts;
  readonly #options: Set<Option>;
  /** What has to be covered and is not yet. */
  readonly #due: Set<string>;
  readonly #uses = new Map<string, number>();
  #left: number;

  constructor(request: GenerationRequest, facts: AgentFacts) {
    this.#request = request;
    this.#facts = facts;
    this.#left = request.count;
    // Every category has a situation that needs no tool, so some options are left.
    this.#options = new Set(optionsFor(request, facts).filter(({ aims }) => aims.length > 0));
    this.#due = new Set([...this.#options].flatMap(({ items }) => items.filter(isMust).map(({ key }) => key)));
  }

  next(slot: number): CasePlan | undefined {
    const level = this.#levelOf(slot);
    const making = makingFor(this.#request, this.#facts, { slot, level });
    for (let chosen = this.#best(level); chosen; chosen = this.#best(level)) {
      const staged = stage({
        candidate: chosen.option.candidate,
        facts: this.#facts,
        making: {
          ...making,
          shared: new Map(),
          timesGiven: (tool, parameter) => this.#used(given(tool, parameter)),
        },
      });
      if (staged) return this.#settle(chosen, staged, level);
      this.#options.delete(chosen.option);
    }
    return undefined;
  }

  #levelOf(slot: number): Level {
    const { complexity } = this.#request;
    return complexity === 'mixed' ? (LEVELS[slot % LEVELS.length] ?? 'moderate') : complexity;
  }

  #settle({ option, subtype }: Chosen, { twist, intent }: Staged, level: Level): CasePlan {
    const turn = this.#used(option.situation);
    const called = intent.calls.map(({ tool }) => covered.tool(tool));
    const heeds = this.#heededBy(intent);
    const items = [...option.items.map(({ key }) => key), ...called, ...heeds.map(covered.rule)];
    const covers = [...new Set(items)];
    const names = intent.calls.flatMap((call) => Object.keys(call.arguments).map((name) => given(call.tool, name)));
    for (const use of [option.situation, option.about, categoryOf(subtype), subtype, ...covers, ...names]) {
      this.#uses.set(use, this.#used(use) + 1);
      this.#due.delete(use);
    }
    this.#left--;
    const { persona } = this.#request;
    return { category: categoryOf(subtype), subtype, persona, complexity: level, twist, intent, covers, heeds, turn };
  }

  /** Rules that no check can decide go along with a case of their tool, or with any, for whoever judges what is said. */
  #heededBy({ duty, calls }: CasePlan['intent']): number[] {
    if (duty !== 'act' && duty !== 'tell') return [];
    const tools = new Set(calls.map(({ tool }) => tool));
    const open = this.#facts.rules.filter(
      (rule) =>
        !canBeBroken(rule) &&
        this.#used(covered.rule(rule.number)) === 0 &&
        (rule.tool === undefined || tools.has(rule.tool.name)),
    );
    // Those of the tool first: the others find a place anywhere.
    const first = open.toSorted((one, other) => Number(one.tool === undefined) - Number(other.tool === undefined));
    return first.slice(0, MOST_HEEDED).map(({ number }) => number);
  }

  #used(use: string): number {
    return this.#uses.get(use) ?? 0;
  }

  #best(level: Level): Chosen | undefined {
    const isShort = this.#isShort();
    let best: Chosen | undefined;
    for (const option of this.#options) {
      const chosen = this.#scored(option, level);
      if (isShort) chosen.score += DUE * this.#dueWorth(option);
      if (best === undefined || chosen.score > best.score) best = chosen;
    }
    return best;
  }

  /** Whether what has to be covered could need all slots that are left, and could still find room in them. */
  #isShort(): boolean {
    return this.#due.size >= this.#left - 1 && this.#due.size <= this.#left * ROOM;
  }

  #dueWorth({ items }: Option): number {
    return items.reduce((sum, { key, worth }) => sum + (this.#due.has(key) ? worth : 0), 0);
  }

  #scored(option: Option, level: Level): Chosen {
    const { candidate, items, situation, about, weight } = option;
    let score = weight + (SUITS[level][candidate.situation] ?? 0);
    for (const { key, worth } of items) {
      const used = this.#used(key);
      score += used === 0 ? worth : candidate.rule ? -WEARS.rule * used : 0;
    }
    const before = this.#used(situation);
    score += before === 0 ? WORTH.situation : -WEARS.situation * before;
    score -= WEARS.tool * this.#used(about);
    if (option.optional.some((argument) => this.#used(argument) === 0)) score += WORTH.argument;
    const aimed = this.#bestAim(option);
    return { option, subtype: aimed.subtype, score: score + aimed.score };
  }

  #bestAim({ aims }: Option): { subtype: Subtype; score: number } {
    let best: { subtype: Subtype; score: number } | undefined;
    for (const { subtype, category } of aims) {
      const [filed, aimed] = [this.#used(category), this.#used(subtype)];
      const first = (filed === 0 ? WORTH.category : 0) + (aimed === 0 ? WORTH.subtype : 0);
      const score = first - WEARS.category * filed - WEARS.subtype * aimed;
      if (best === undefined || score > best.score) best = { subtype, score };
    }
    if (!best) throw new RangeError('An option has an aim');
    return best;
  }
}

function optionsFor(request: GenerationRequest, facts: AgentFacts): Option[] {
  const { seed, description, failureCategory, blueprint } = request;
  const random = new Random(`${seed}/options`);
  const wanted = stemsOf(description);
  const hinted = stemsOf([...(blueprint.failure_modes ?? []), ...(blueprint.expected_behaviors ?? [])].join(' '));
  return candidates(facts, request).map((candidate) => ({
    candidate,
    items: candidate.covers.map((key) => ({ key, worth: worthOf(key, facts) })),
    aims: candidate.aims
      .map((subtype) => ({ subtype, category: categoryOf(subtype) }))
      .filter(({ category }) => failureCategory === null || category === failureCategory),
    optional: (candidate.tool?.parameters ?? [])
      .filter(({ required }) => !required)
      .map(({ name }) => given(candidate.tool?.name ?? '', name)),
    situation: `situation:${candidate.situation}`,
    about: `about:${candidate.tool?.name}`,
    weight: CHANCE * random.next() + named(candidate, { wanted, hinted }),
  }));
}

function worthOf(key: string, facts: AgentFacts): number {
  const kind = key.slice(0, key.indexOf(':'));
  if (kind !== 'tool') return WORTH[kind as 'chain' | 'rule' | 'conduct' | 'confirmation' | 'limit'];
  return facts.byName.get(key.slice('tool:'.length))?.kind === 'effect' ? WORTH.change : WORTH.tool;
}

function isMust({ worth }: Item): boolean {
  return worth >= WORTH.tool;
}

type Hints = { wanted: ReadonlySet<string>; hinted: ReadonlySet<string> };

function named(candidate: Candidate, { wanted, hinted }: Hints): number {
  if (wanted.size + hinted.size === 0) return 0;
  const { tool, parameter, chain, bundle, rule, situation, aims } = candidate;
  const tools = [tool, ...(chain?.tools ?? []), ...(bundle ?? [])];
  const about = [...tools.map((one) => one?.name), parameter?.label, chain?.name, rule?.text, situation, ...aims];
  const stems = [...stemsOf(about.join(' '))];
  const shared = (words: ReadonlySet<string>) => Math.min(MOST_NAMED, stems.filter((stem) => words.has(stem)).length);
  return NAMED.description * shared(wanted) + NAMED.hint * shared(hinted);
}

function given(tool: string, parameter: string): string {
  return `argument:${tool}.${parameter}`;
}

function personFor(random: Random, level: Level): CallMaking['person'] {
  const [first, last] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
  if (level !== 'edge_case') return { first, last };
  const [rare = first, ...rest] = random.pick(RARE_NAMES).split(' ');
  return { first: rare, last: rest.join(' ') };
}

type Place = { slot: number; level: Level };
const EXTRAS: Readonly<Record<Level, number>> = { simple: 1, moderate: 1, complex: 2, adversarial: 1, edge_case: 1 };
const MOST_ROWS = 40;

/** What the values of one case are made from; the same for a slot whatever came before it. */
function makingFor(
  { seed, today = SOME_DAY }: GenerationRequest,
  facts: AgentFacts,
  { slot, level }: Place,
): Omit<CallMaking, 'shared' | 'timesGiven'> {
  const random = new Random(`${seed}/values/${slot}`);
  return {
    random,
    samples: facts.samples,
    domain: facts.domain,
    row: random.int(0, MOST_ROWS),
    day: dayAfter(facts.exampleDay ?? today, random.int(SOON.from, SOON.to)),
    person: personFor(random, level),
    unusual: level === 'edge_case',
    extras: EXTRAS[level],
  };
}
