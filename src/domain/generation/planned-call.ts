import { dayAfter, ISO_DAY } from './calendar.ts';
import type { PlannedCall } from './case-plan.ts';
import { type Making, makeValue } from './make-value.ts';
import { type Parameter, parameterOf } from './parameter.ts';
import { singular } from './sample-values.ts';
import { schemaProblem } from './schema-problem.ts';
import type { ToolFacts } from './tool-facts.ts';

/** What the calls of one case share: an order that is looked up and then cancelled is one order. */
export type Shared = Map<string, unknown>;

export type CallMaking = Omit<Making, 'noun' | 'root'> & {
  shared: Shared;
  /** How many optional arguments are given, and how often one was given before. */
  extras: number;
  timesGiven: (tool: string, parameter: string) => number;
};

type Given = { fixed?: Record<string, unknown>; learned?: string[] };

/** A call with arguments that its schema allows; undefined where a required one cannot be made up. */
export function plannedCall(tool: ToolFacts, making: CallMaking, given: Given = {}): PlannedCall | undefined {
  const { fixed = {}, learned = [] } = given;
  const inside = { ...making, noun: singular(tool.noun), root: tool.schema };
  const values: [string, unknown][] = [];
  for (const parameter of wanted(tool, making, fixed)) {
    const value = Object.hasOwn(fixed, parameter.name)
      ? fixed[parameter.name]
      : valueFor(parameter, inside, making.shared);
    if (value !== undefined) values.push([parameter.name, apart(value, values, { parameter, tool, making })]);
    else if (parameter.required) return undefined;
  }
  const call = { tool: tool.name, arguments: Object.fromEntries(inOrder(values, tool, fixed)), learned };
  return schemaProblem(call.arguments, tool.schema) === undefined ? call : undefined;
}

type Between = { parameter: Parameter; tool: ToolFacts; making: CallMaking };

/** Nobody goes from a place to that very place, or pays from an account into itself. */
function apart(value: unknown, before: [string, unknown][], { parameter, tool, making }: Between): unknown {
  const isSame = parameter.role === 'to' && before.some(([, other]) => other === value);
  return isSame ? (otherValue(parameter, tool, making, value) ?? value) : value;
}

const ARRIVAL = /\barriv/;
const PAIRS: readonly (readonly [RegExp, RegExp])[] = [
  [ARRIVAL, /\bdepart/],
  [
    /\b(?:start|from|check ?in|pick ?up|departure|begin|after)\b/,
    /\b(?:end|to|until|check ?out|drop ?off|return|before)\b/,
  ],
  [/\bmin(?:imum)?\b/, /\bmax(?:imum)?\b/],
  [/^(?!total\b)(?=.*\b(?:bags?|baggages?|guests|items|seats|people|nights)$)/, /^total\b/],
];
const STAY_DAYS = 4;
const COMPARED = new Set<Parameter['role']>(['date', 'moment', 'time', 'count', 'money']);

/** The start before the end, the least below the most, a part below the total: two values the wrong way round change places. */
function inOrder(values: [string, unknown][], { parameters }: ToolFacts, fixed: object): [string, unknown][] {
  const ordered = new Map(values);
  const comparable = parameters.filter(
    ({ role, name }) => COMPARED.has(role) && ordered.has(name) && !Object.hasOwn(fixed, name),
  );
  for (const [low, high] of PAIRS) {
    const found = [low, high].map((label) => comparable.findIndex((one) => label.test(one.label)));
    if (found.includes(-1) || found[0] === found[1]) continue;
    // A hotel lists the arrival first and a flight the departure: what is listed first, comes first.
    const inTime = low === ARRIVAL ? found.toSorted((one, other) => one - other) : found;
    const [first = '', last = ''] = inTime.map((at) => comparable[at]?.name);
    const [start, end] = [ordered.get(first), ordered.get(last)];
    if (typeof start !== typeof end) continue;
    if ((start as string) > (end as string)) ordered.set(first, end).set(last, start);
    if (start === end && typeof end === 'string' && ISO_DAY.test(end)) ordered.set(last, dayAfter(end, STAY_DAYS));
  }
  return [...ordered];
}

/** All that is required, and of the rest what was given least often. */
function wanted(
  { name: tool, parameters }: ToolFacts,
  { random, extras, timesGiven }: CallMaking,
  fixed: object,
): Parameter[] {
  const isSet = ({ name, required }: Parameter) => required || Object.hasOwn(fixed, name);
  const rest = random.shuffled(parameters.filter((one) => !isSet(one) && isWorthSaying(one)));
  const rare = rest.toSorted((one, other) => timesGiven(tool, one.name) - timesGiven(tool, other.name));
  const chosen = new Set(rare.slice(0, extras));
  return parameters.filter((one) => isSet(one) || chosen.has(one));
}

/** Paging and the like are the agent's business. */
function isWorthSaying({ label, role }: Parameter): boolean {
  return (
    role !== 'group' &&
    !/\b(?:page|offset|cursor|sort|limit|token|metadata|dry run|verbose|debug|locale|timestamp)\b/.test(label)
  );
}

/** An event and a task of one message have titles of their own. */
const OWN_WORDS = new Set<Parameter['role']>(['title', 'text', 'reason', 'query']);

function valueFor(parameter: Parameter, making: Making, shared: Shared): unknown {
  const key = sharedKey(parameter, making.noun);
  const known = OWN_WORDS.has(parameter.role) ? undefined : shared.get(key);
  if (known !== undefined && schemaProblem(known, parameter.shape.schema, making.root) === undefined) return known;
  const value = makeValue(parameter, making);
  if (value !== undefined) shared.set(key, value);
  return value;
}

function sharedKey({ role, entity, label }: Parameter, noun: string): string {
  return role === 'id' || role === 'self' ? `${entity || noun} ID` : label;
}

const TRIES = 8;
const OTHER_DAYS = 3;

/** A second value for the same argument: another order, another day. */
export function otherValue(parameter: Parameter, tool: ToolFacts, making: CallMaking, known: unknown): unknown {
  for (let turn = 1; turn <= TRIES; turn++) {
    const fresh = { row: making.row + turn, day: dayAfter(making.day, turn * OTHER_DAYS), unusual: false };
    const inside = { ...making, ...fresh, noun: singular(tool.noun), root: tool.schema };
    const value = makeValue(parameter, inside);
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(known)) return value;
  }
  return undefined;
}

type Many = { making: CallMaking; count: number };

/** A list of just so many items, whatever the schema allows. */
export function listOf({ name, shape }: Parameter, tool: ToolFacts, { making, count }: Many): unknown {
  const { minItems: _least, maxItems: _most, ...schema } = shape.schema;
  const asMany = { ...shape, schema, minItems: count, maxItems: count };
  const value = makeValue(parameterOf(name, asMany, true), { ...making, noun: singular(tool.noun), root: tool.schema });
  return Array.isArray(value) && value.length === count ? value : undefined;
}

/** The calls of a chain over shared values; identifiers of what an earlier step finds or makes are learned from it. */
export function chainedCalls(tools: readonly ToolFacts[], making: CallMaking): PlannedCall[] | undefined {
  const calls: PlannedCall[] = [];
  const before: ToolFacts[] = [];
  const told = new Set<string>();
  for (const tool of tools) {
    const learned = tool.parameters.filter((one) => isLearned(one, tool, before, told)).map(({ name }) => name);
    const call = plannedCall(tool, making, { learned });
    if (!call) return undefined;
    for (const one of tool.parameters) if (!learned.includes(one.name)) told.add(sharedKey(one, singular(tool.noun)));
    calls.push(call);
    before.push(tool);
  }
  return calls;
}

function isLearned(parameter: Parameter, tool: ToolFacts, before: ToolFacts[], told: ReadonlySet<string>): boolean {
  if (!parameter.required || (parameter.role !== 'id' && parameter.role !== 'self')) return false;
  const entity = parameter.entity || singular(tool.noun);
  if (entity === '' || told.has(`${entity} ID`)) return false;
  return before.some(({ noun, deed }) => {
    const finds = deed === 'make' || deed === 'look' || deed === 'find';
    // A search has many results; which one is meant, the user has to say.
    return finds && noun === entity;
  });
}
