import { collectSpans, type Finder, type RedactedKind, type Span } from './span.ts';

/**
 * Shapes are narrow on purpose: ids, dates, times, amounts and versions fill the transcripts of agents. A number that only
 * what stands before it makes personal ("phone: 5551234567") needs that.
 */
const NUMBERS: Finder[] = [
  { kind: 'ssn', pattern: /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-]|\.\d)/g },
  {
    kind: 'phone',
    pattern: /(?<![\w.+-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])\d{3}[ .-]\d{4}(?![\w-]|\.\d)/g,
  },
  {
    kind: 'phone',
    pattern: /\+(?<!\w\+)(?:1[ .-]?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}|[2-9](?:(?:[ .-]|\) ?| ?\()?\d){7,14})(?!\d)/g,
  },
  // Not behind a product's name (`Chrome/120.0.0.0`) or the word version.
  {
    kind: 'ip',
    pattern:
      /(?<![\w.]|\w\/|\bversion:? |\bver\.? |\brelease |\bsection )(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\w|\.\d)/gi,
  },
];
const EMAIL: Finder = {
  kind: 'email',
  pattern: /@(?<=(?<before>[\p{L}\p{N}._%+-]{1,64})@)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu,
};
const IPV6: Finder = {
  kind: 'ip',
  pattern: /(?<![\w:.])[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi,
  accept: isIpv6,
};
const CARD =
  /(?<![\w.+-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{4,5})(?![\w-]|\.\d)/g;
/** Schemes start with 3 to 6, or with 2221–2720 at 16 digits: a timestamp in milliseconds (1…) is not a card. */
const CARD_SCHEME = /^(?:[3-6]|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$)/;

const NUMBER_RUN = /\+?\(?\d[\d ().-]{5,18}\d/g;
const PHONE_NAME = '(?<!REDACTED:)(?:phone|mobile|fax|whatsapp|(?<![a-z])tel)(?:[-_ ]?(?:number|no))?';
const SSN_NAME = '(?<!REDACTED:)(?:(?<![a-z])ssn|social[-_ ]?security(?:[-_ ]?(?:number|no))?)';
const UP_TO_NUMBER = '\\W{0,6}(?:is\\W{1,2})?$';
const PHONE_BEFORE = new RegExp(PHONE_NAME + UP_TO_NUMBER, 'i');
const SSN_BEFORE = new RegExp(SSN_NAME + UP_TO_NUMBER, 'i');
const SSN_AT_START = /^\d{3}[ -]?\d\d[ -]?\d{4}(?!\d)/;
const PHONE_KEY = new RegExp(`${PHONE_NAME}$`, 'i');
const SSN_KEY = new RegExp(`${SSN_NAME}$`, 'i');
const LONGEST_NAME = 40;

export function findPersonalData(text: string): Span[] {
  const spans: Span[] = [];
  if (text.includes('@')) collectSpans(text, EMAIL, spans);
  if (text.includes('::') || /:(?:[0-9a-f]{1,4}:){6}/i.test(text)) collectSpans(text, IPV6, spans);
  if (!/\d{3}|\d\.\d/.test(text)) return spans;
  collectCards(text, spans);
  for (const finder of NUMBERS) collectSpans(text, finder, spans);
  collectNamedNumbers(text, spans);
  return spans;
}

/** The kind of personal number that stands under this key of an object, if the value has its shape. */
export function personalDataUnderKey(key: string, value: string): RedactedKind | undefined {
  if (SSN_KEY.test(key) && SSN_AT_START.exec(value)?.[0] === value) return 'ssn';
  return PHONE_KEY.test(key) && /^\+?[\d ().-]{7,24}$/.test(value) && isPhone(value) ? 'phone' : undefined;
}

/** A card number: its first digits belong to a card scheme and its check digit is right (Luhn, ISO/IEC 7812-1). */
export function isCard(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length >= 13 && digits.length <= 19 && CARD_SCHEME.test(digits) && luhnSum(digits) % 10 === 0;
}

/** A group behind the card number may be its security code and not its end. */
function collectCards(text: string, spans: Span[]): void {
  CARD.lastIndex = 0;
  for (let match = CARD.exec(text); match; match = CARD.exec(text)) {
    const whole = match[0];
    const shorter = whole.slice(0, Math.max(whole.lastIndexOf(' '), whole.lastIndexOf('-'), 0));
    const card = [whole, shorter].find(isCard);
    if (card) spans.push({ start: match.index, end: match.index + card.length, kind: 'card' });
  }
}

function collectNamedNumbers(text: string, spans: Span[]): void {
  NUMBER_RUN.lastIndex = 0;
  for (let match = NUMBER_RUN.exec(text); match; match = NUMBER_RUN.exec(text)) {
    const start = match.index;
    const before = text.slice(Math.max(0, start - LONGEST_NAME), start);
    const ssn = SSN_BEFORE.test(before) ? SSN_AT_START.exec(match[0])?.[0] : undefined;
    const phone = PHONE_BEFORE.test(before) ? phoneAtStart(match[0]) : undefined;
    if (ssn) spans.push({ start, end: start + ssn.length, kind: 'ssn' });
    else if (phone) spans.push({ start, end: start + phone.length, kind: 'phone' });
  }
}

/** The groups of digits up to the tenth digit: what follows may be another number. */
function phoneAtStart(run: string): string | undefined {
  let phone = '';
  for (const [group] of run.matchAll(/\D*\d+/g)) {
    phone += group;
    if (digitsOf(phone).length >= 10) break;
  }
  return isPhone(phone) ? phone : undefined;
}

function luhnSum(digits: string): number {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = digit * 2;
    if (index % 2 === 0) sum += digit;
    else sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum;
}

function isPhone(text: string): boolean {
  const { length } = digitsOf(text);
  return length >= 7 && length <= 15 && !/^(?:\d{4}-\d\d-\d\d|\d\d[.-]\d\d[.-]\d{4})/.test(text);
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** Eight groups, or `::` in their place behind a first group of four: `12:30:45` and `a::b` are something else. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length === 1) return !text.endsWith(':') && text.split(':').length === 8;
  return halves.length === 2 && /^[0-9a-f]{4}:/i.test(text) && /\d/.test(text);
}
