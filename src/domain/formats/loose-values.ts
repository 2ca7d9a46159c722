/** Values that a careless writer spelt in another type than the format asks for. */

/** A text, a number as its text, or the first of a list of them. */
export function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) && value.length > 0 && !Array.isArray(value[0]) ? scalarText(value[0]) : null;
}

/** A whole number from 1 to `max`, also as a text. */
export function countOf(value: unknown, max = Number.MAX_SAFE_INTEGER): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= max ? number : null;
}

/** A number that is not negative, also as a text. */
export function amountOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : null;
}

/** Epoch milliseconds from a number of them, of seconds, or from an ISO 8601 time. */
export function timeOf(value: unknown): number | null {
  const at = typeof value === 'string' && !/^\d+$/.test(value) ? Date.parse(value) : Number(value ?? Number.NaN);
  if (!Number.isFinite(at) || at <= 0) return null;
  return Math.round(at < LAST_SECONDS ? at * 1000 : at);
}
/** Later than any time in seconds, earlier than any in milliseconds. */
const LAST_SECONDS = 1e11;

/** The value of a text that is JSON; anything else as it is. */
export function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A value as text: texts as they are, everything else as JSON. */
export function printed(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
