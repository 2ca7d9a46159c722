import { dayAfter, dayAs } from './calendar.ts';
import { DOMAIN_TEXTS } from './domain-texts.ts';
import type { Making } from './make-value.ts';
import type { Parameter } from './parameter.ts';
import { textMatching } from './pattern-text.ts';
import { dealt, type Random } from './random.ts';
import {
  FIRST_NAMES,
  HOME_ROOMS,
  LAST_NAMES,
  MAIL_DOMAINS,
  OTHER_TEXTS,
  RARE_NAMES,
  TEXT_POOLS,
} from './value-pools.ts';
import type { ValueShape } from './value-shape.ts';

const LATER_DAYS = 7;
const PATTERN_TRIES = 3;

/** Texts that a person could mean by this parameter, the likeliest first; which of them the schema allows is for the caller to see. */
export function makeText(parameter: Parameter, making: Making): string[] {
  const { random } = making;
  const { shape } = parameter;
  const likely = [likelyText(parameter, making), random.pick(textsFor(parameter, making))];
  const formatted = shape.format ? [formattedText(shape.format, parameter.label, making)] : [];
  return [...formatted, ...likely, ...patterned(shape, random), ...likely.map((text) => fitted(text, shape))];
}

function likelyText(parameter: Parameter, making: Making): string {
  const { label, role, shape } = parameter;
  const { random, person } = making;
  switch (role) {
    case 'email':
      return mailOf(making);
    case 'phone':
      return `+1 ${random.int(201, 989)} 555 01${random.int(10, 99)}`;
    case 'url':
      return `https://www.${random.pick(MAIL_DOMAINS)}/${random.pick(['team', 'orders', 'news', 'help'])}`;
    case 'moment':
      return momentOf(label, making);
    case 'date':
      return dayAs(dayOf(label, making), shape.description);
    case 'time':
      return timeOf(random);
    case 'self':
    case 'id':
      return identifierOf(parameter, making);
    case 'from':
    case 'to':
      return endOf(parameter, making);
    case 'person':
      return personOf(label, making);
    default:
      if (/^(?:customer|client|user|patient|employee|contact|recipient|payee)$/.test(label))
        return `${person.first} ${person.last}`;
      return random.pick(textsFor(parameter, making));
  }
}

function textsFor({ label, role }: Parameter, { domain, random }: Making): readonly string[] {
  if (domain === 'general' && label === 'room') return HOME_ROOMS;
  const own = TEXT_POOLS.find((pool) => pool.label.test(label))?.values;
  if (own) return own;
  const { query, title, text, reason } = DOMAIN_TEXTS[domain];
  const byRole = { query, title, text, reason };
  // "Shelf 4" is a shelf, whatever a shelf is to this agent.
  return role in byRole ? byRole[role as keyof typeof byRole] : [`${label} ${random.int(2, 9)}`];
}

function formattedText(format: string, label: string, making: Making): string {
  const { random } = making;
  switch (format) {
    case 'email':
      return mailOf(making);
    case 'date':
      return dayOf(label, making);
    case 'date-time':
      return momentOf(label, making);
    case 'time':
      return `${timeOf(random)}:00`;
    case 'uuid':
      return 'xxxxxxxx-xxxx-4xxx-9xxx-xxxxxxxxxxxx'.replace(/x/g, () => random.int(0, 15).toString(16));
    case 'uri':
    case 'url':
      return `https://www.${random.pick(MAIL_DOMAINS)}/${random.pick(['team', 'orders', 'news', 'help'])}`;
    case 'ipv4':
      return `10.${random.int(1, 40)}.${random.int(0, 255)}.${random.int(2, 250)}`;
    default:
      return random.pick(OTHER_TEXTS);
  }
}

function mailOf({ person, random }: Making): string {
  const name = `${person.first}.${person.last}`.normalize('NFD').replace(/[^A-Za-z.-]/g, '');
  return `${name}@${random.pick(MAIL_DOMAINS)}`.toLowerCase();
}

function dayOf(label: string, { day, random }: Making): string {
  if (/birth|dob/.test(label)) return `${random.int(1951, 2003)}-${two(random.int(1, 12))}-${two(random.int(1, 28))}`;
  if (/\b(?:since|last|past)\b/.test(label)) return dayAfter(day, -random.int(30, 60));
  return /\b(?:end|until|return|check ?out|expir\w*|due|deadline)\b/.test(label)
    ? dayAfter(day, random.int(1, LATER_DAYS))
    : day;
}

function timeOf(random: Random): string {
  return `${two(random.int(8, 17))}:${random.pick(['00', '15', '30', '45'])}`;
}

function momentOf(label: string, making: Making): string {
  return `${dayOf(label, making)}T${timeOf(making.random)}:00Z`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function personOf(label: string, { person, random, unusual }: Making): string {
  if (/first name|given name/.test(label)) return person.first;
  if (/last name|surname|family name/.test(label)) return person.last;
  const isOwn = /customer|full|user|passenger|patient|guest|contact|applicant/.test(label);
  if (isOwn) return `${person.first} ${person.last}`;
  if (unusual) return random.pick(RARE_NAMES);
  const other = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
  if (/doctor|physician/.test(label)) return `Dr. ${other}`;
  return other;
}

/** Where something goes or comes from: an account, a town, a mailbox, a person. */
function endOf(parameter: Parameter, making: Making): string {
  const { random, noun } = making;
  const { label } = parameter;
  if (/account|wallet|IBAN/.test(label)) return String(random.int(4_100_000_000, 8_999_999_999));
  if (/mail|message|invit|newsletter/.test(noun)) return mailOf(making);
  const pool = TEXT_POOLS.find((texts) => texts.label.test(label));
  return pool ? random.pick(pool.values) : `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
}

const PREFIX_CHARS = 3;

/** `ORD-48213` for an order, `nadia_keller_48` for a user; a "number" of something has only digits. */
function identifierOf({ label, entity, role }: Parameter, { random, person, noun }: Making): string {
  if (role === 'self' && /user|login|my/.test(label))
    return `${person.first}_${person.last}_${random.int(11, 98)}`.toLowerCase();
  if (/account number|phone number|card number|IBAN$/.test(label))
    return String(random.int(4_100_000_000, 8_999_999_999));
  if (label === 'PIN') return String(random.int(1_013, 9_874));
  const pool = TEXT_POOLS.find((texts) => texts.label.test(label));
  if (/code$/.test(label) && pool) return random.pick(pool.values);
  if (/tag$|handle$|slug$|key$|hash$|sha$/.test(label) && pool) return random.pick(pool.values);
  const said = (entity || noun || 'ref').replace(/[^A-Za-z]/g, '');
  const prefix = said.slice(0, PREFIX_CHARS).toUpperCase();
  return `${prefix || 'REF'}-${random.int(10_233, 98_765)}`;
}

/** As much of a text as fits, or more words after it where it is too short. */
function fitted(text: string, { minLength, maxLength }: ValueShape): string {
  const long = text.length < minLength ? lengthened(text, Math.min(minLength, MAX_LENGTHENED)) : text;
  if (long.length <= maxLength) return long;
  const letters = long.replace(/[^A-Za-z0-9]/g, '');
  return letters.slice(-maxLength);
}

const MAX_LENGTHENED = 110;

function lengthened(text: string, length: number): string {
  let long = text;
  for (let turn = 0; long.length < length; turn++) {
    const more = dealt(OTHER_TEXTS, text, turn);
    // Words may end in a blank when cut, which no one would say.
    long = `${long} ${more}`.slice(0, Math.max(length, long.length + more.length + 1));
  }
  return long;
}

function patterned({ pattern }: ValueShape, random: Random): string[] {
  if (pattern === undefined) return [];
  const texts = Array.from({ length: PATTERN_TRIES }, () => textMatching(pattern, random));
  return texts.filter((text) => text !== undefined);
}
