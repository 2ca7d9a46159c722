import type { Making } from './make-value.ts';
import type { Parameter } from './parameter.ts';
import type { Random } from './random.ts';
import { MONEY_POOLS, NUMBER_POOLS, OTHER_NUMBERS } from './value-pools.ts';
import type { ValueShape } from './value-shape.ts';

const CENTS = [0, 0.5, 0.95, 0.25];
const MONEY = { low: 14, high: 460 };
const ID = { low: 10_233, high: 98_765 };
const DEFAULT_SPAN = 40;

/** Numbers as people name them, those that the schema allows first. */
export function makeNumber(parameter: Parameter, { random, unusual }: Making): number[] {
  const { shape, ceiling } = parameter;
  const { low, high } = rangeOf(parameter);
  const boundary = [shape.minimum, lowest(shape.maximum, ceiling)].filter((value) => value !== undefined);
  const usual = usualNumber(parameter, random);
  const inside = within(low, high, random);
  const drawn = unusual ? [...random.shuffled(boundary), usual, inside] : [usual, inside, ...boundary];
  return drawn.map((value) => stepped(value, shape)).flatMap((value) => [value, Math.round(value)]);
}

function rangeOf({ shape, ceiling }: Parameter): { low: number; high: number } {
  const top = lowest(shape.maximum, ceiling);
  const low = shape.minimum ?? Math.min(1, top ?? 1);
  return { low, high: top ?? low + DEFAULT_SPAN };
}

function lowest(...values: (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length > 0 ? Math.min(...given) : undefined;
}

function usualNumber({ role, label, shape }: Parameter, random: Random): number {
  if (role === 'id' || role === 'self') return random.int(ID.low, ID.high);
  const large = role === 'money' && MONEY_POOLS.find((range) => range.label.test(label));
  if (large) return random.pick(large.values);
  if (role === 'money') return random.int(MONEY.low, MONEY.high) + (shape.type === 'integer' ? 0 : random.pick(CENTS));
  const pool = NUMBER_POOLS.find((range) => range.label.test(label));
  return random.pick(pool?.values ?? OTHER_NUMBERS);
}

/** Away from the ends, where there is room. */
function within(low: number, high: number, random: Random): number {
  return low + (high - low) * (0.3 + 0.4 * random.next());
}

const DECIMALS = 2;

function stepped(value: number, { type, step, minimum }: ValueShape): number {
  const unit = step && step > 0 ? step : undefined;
  if (unit) return Number((Math.round(value / unit) * unit).toFixed(6));
  if (type === 'integer') return Math.round(value);
  const small = Math.abs(value) < 1 && (minimum ?? 0) !== value;
  return Number(value.toFixed(small ? DECIMALS + 1 : DECIMALS));
}
