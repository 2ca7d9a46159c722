import { shown, type Take } from '../bounded-text.ts';

/** The first letters as wide as two others: East Asian scripts, and pictures. */
const WIDE_FROM = 0x1100;

/** The beginning of a foreign text that fits beside a mark or into a box, measured in letters of usual width. */
export function label(take: Take, text: string, letters: number): string {
  const whole = shown(take(text, letters));
  let room = letters;
  let fitting = '';
  for (const char of whole) {
    room -= (char.codePointAt(0) ?? 0) >= WIDE_FROM && char !== '…' ? 2 : 1;
    if (room < 0) return `${fitting.replace(/…$/, '')}…`;
    fitting += char;
  }
  return fitting;
}
