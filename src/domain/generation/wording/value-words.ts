import { type DayStyle, dayInWords, ISO_DAY } from '../calendar.ts';
import { argumentOf, type PlannedCall } from '../case-plan.ts';
import { type Parameter, parameterOf } from '../parameter.ts';
import type { ToolFacts } from '../tool-facts.ts';
import { isSchema } from '../value-shape.ts';

/** How a message writes its days, and the currency of a call that has one: "35.50 GBP". */
type Style = { dayStyle: DayStyle; currency?: string | undefined };

export function currencyOf(
  { parameters }: ToolFacts,
  call: PlannedCall,
): { parameter: Parameter; code: string } | undefined {
  const parameter = parameters.find(({ label }) => label === 'currency');
  const code = parameter && argumentOf(call, parameter.name);
  return parameter && typeof code === 'string' && /^[A-Z]{3}$/.test(code) ? { parameter, code } : undefined;
}

/** A value as people write it. Nothing is rounded or left out: whoever reads the words can tell the value exactly. */
export function valueInWords(parameter: Parameter, value: unknown, style: Style): string {
  if (Array.isArray(value)) return listInWords(parameter, value, style);
  if (isSchema(value)) return groupInWords(parameter, value, style);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return numberInWords(parameter, value, style.currency);
  return textInWords(parameter, String(value), style);
}

function numberInWords({ role, label }: Parameter, value: number, currency: string | undefined): string {
  if (role !== 'money') return String(value);
  const amount = Number.isInteger(value) ? String(value) : value.toFixed(2);
  if (currency !== undefined) return `${amount} ${currency}`;
  return /points|credits|tokens/.test(label) ? amount : value < 0 ? `-$${amount.slice(1)}` : `$${amount}`;
}

const CODED = /^[a-z0-9]+(?:[_-][a-z0-9]+)+$/;
const MOMENT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):00Z$/;

function textInWords({ shape }: Parameter, text: string, style: Style): string {
  if (shape.choices && CODED.test(text)) return text.replace(/[_-]/g, ' ');
  const moment = MOMENT.exec(text);
  if (moment) return `${dayInWords(moment[1] ?? '', style.dayStyle)} at ${moment[2]} UTC`;
  if (/^\d\d:\d\d:00$/.test(text)) return text.slice(0, 5);
  if (text.endsWith('-02-30')) return `30 February ${text.slice(0, 4)}`;
  return ISO_DAY.test(text) ? dayInWords(text, style.dayStyle) : text;
}

function listInWords(parameter: Parameter, values: unknown[], style: Style): string {
  const item = itemOf(parameter);
  const said = values.map((value) => valueInWords(item, value, style));
  return values.some((value) => typeof value === 'object' || (typeof value === 'string' && value.includes(',')))
    ? said.join('; ')
    : joined(said);
}

function itemOf(parameter: Parameter): Parameter {
  const { items } = parameter.shape;
  return items ? parameterOf(parameter.name, items, true) : parameter;
}

/** What says by itself what it is stands alone; the rest has its name before it: `Nadia Keller, date of birth 1988-04-02`. */
function groupInWords(parameter: Parameter, value: Record<string, unknown>, style: Style): string {
  const { properties } = parameter.shape;
  const names = [value.first_name, value.last_name].filter((name) => typeof name === 'string');
  const rest = Object.entries(value).filter(
    ([name]) => names.length < 2 || (name !== 'first_name' && name !== 'last_name'),
  );
  const said = rest.map(([name, field]) => {
    const shape = properties.get(name);
    const inner = shape ? parameterOf(name, shape, true) : parameter;
    const words = valueInWords(inner, field, style);
    const isPlain = SPEAKS_FOR_ITSELF.has(inner.role) || /\b(?:kind|type|category)$/.test(inner.label);
    return isPlain ? words : `${inner.label} ${words}`;
  });
  return [...(names.length === 2 ? [names.join(' ')] : []), ...said].join(', ');
}

const SPEAKS_FOR_ITSELF = new Set<Parameter['role']>(['person', 'title', 'email', 'place', 'money', 'text', 'url']);

/** `a`, `a and b`, `a, b and c`. */
export function joined(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Names that end in a single s may be plural; "status" and "address" are not. */
export function isPlural(noun: string): boolean {
  return /[a-z]s$/.test(noun) && !/(?:ss|us|is|news|series)$/.test(noun);
}

const UNCOUNTED =
  /\b(?:weather|inventory|stock|availability|information|info|status|history|feedback|access|funds|money|traffic|data|software|equipment|insurance|music|leave|health|capacity|usage|eligibility|baggage|luggage)$/;

/** "a refund", "an order", "the weather", "direct flights". */
export function withArticle(noun: string): string {
  if (isPlural(noun)) return noun;
  if (UNCOUNTED.test(noun)) return `the ${noun}`;
  return `${/^(?!one\b|eu)[aeio]|^un(?!i)|^up/i.test(noun) ? 'an' : 'a'} ${noun}`;
}
