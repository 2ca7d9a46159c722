import { isObject } from './raw.ts';

/** Words and text that begin like nothing else: neither YAML 1.2 nor 1.1 reads a number, a date or a sign into them. */
const PLAIN = /^[\p{L}_(][\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;
const NOT_PLAIN = /: |:$| #| $|[\u2028\u2029]|^(?:null|true|false|yes|no|on|off|y|n|e[-+]?\d+)$/i;
/** What JSON leaves as it is and YAML wants escaped. */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;
/** YAML allows 1024 characters, and only on one line. */
const MAX_PLAIN_KEY = 1000;
const STEP = '  ';

/** Plain data as a YAML document that reads back as the same data; fields without a value are left out. */
export function yamlText(value: unknown): string {
  return `${nested(value, '').trimStart()}\n`;
}

/** What stands behind a colon or a dash: a value on the same line, or lines below. */
function nested(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.length > 0) return `\n${listText(value, indent)}`;
  if (isObject(value) && fields(value).length > 0) return `\n${mapText(value, indent)}`;
  return ` ${leafText(value)}`;
}

function listText(items: unknown[], indent: string): string {
  // The first line of an entry stands behind its dash.
  return items.map((item) => `${indent}- ${nested(item, indent + STEP).trimStart()}`).join('\n');
}

function mapText(map: object, indent: string): string {
  return fields(map)
    .map(([name, value]) => `${indent}${keyText(name, indent)}${nested(value, indent + STEP)}`)
    .join('\n');
}

function fields(map: object): [string, unknown][] {
  return Object.entries(map).filter(([, value]) => value !== undefined);
}

function keyText(name: string, indent: string): string {
  const text = stringText(name);
  return text.length > MAX_PLAIN_KEY ? `? ${text}\n${indent}:` : `${text}:`;
}

function leafText(value: unknown): string {
  if (typeof value === 'string') return stringText(value);
  // YAML 1.1 has no number with an exponent and without a point.
  if (typeof value === 'number') return JSON.stringify(value).replace(/^(-?\d+)e/, '$1.0e');
  return JSON.stringify(value ?? null);
}

function stringText(text: string): string {
  if (PLAIN.test(text) && !NOT_PLAIN.test(text)) return text;
  return JSON.stringify(text).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
