/** Days without a clock: cases speak of dates from a day that the request names. */

const DAY_MS = 86_400_000;

export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `2026-03-14` as people write it; every way names the same day to a reader from anywhere. */
export type DayStyle = 'month first' | 'day first' | 'digits';
export const DAY_STYLES: readonly DayStyle[] = ['month first', 'day first', 'digits'];

export function dayInWords(day: string, style: DayStyle): string {
  const [year = '', month = '', date = ''] = day.split('-');
  const name = MONTHS[Number(month) - 1] ?? month;
  const plain = String(Number(date));
  if (style === 'digits') return day;
  return style === 'month first' ? `${name} ${plain}, ${year}` : `${plain} ${name} ${year}`;
}

/** A day in the notation that a description asks for, ISO where it asks for none. */
export function dayAs(day: string, description: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  if (/MM\/DD\/YYYY/i.test(description)) return `${month}/${date}/${year}`;
  if (/DD\/MM\/YYYY/i.test(description)) return `${date}/${month}/${year}`;
  if (/DD\.MM\.YYYY/i.test(description)) return `${date}.${month}.${year}`;
  if (/YYYYMMDD/i.test(description)) return `${year}${month}${date}`;
  return day;
}

export const ISO_DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
