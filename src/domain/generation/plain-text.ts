/** Blueprint text on its way into a message: one line, without what looks like a hole in a form. Text is data here and nothing more. */

const CONTROLS = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu;
const FORM_MARKS = /[{}<>`[\]|\\]+|\$(?=\{)/g;
const HOLES =
  /\{\{|\}\}|\$\{|<[a-z][a-z_ ]*>|\[(?:insert|your|enter|todo|placeholder|name)\b[^\]]*\]|\[object \w+\]|lorem ipsum|\btest (?:value|string|data)\b|\bplaceholder\b/i;

/** Cut at the end of a word where it is too long. */
export function plainText(text: string, maxChars: number): string {
  const line = text
    .slice(0, maxChars * 4)
    .replace(CONTROLS, ' ')
    .replace(FORM_MARKS, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= maxChars) return line;
  const cut = line.slice(0, maxChars);
  const end = cut.lastIndexOf(' ');
  return (end > maxChars / 2 ? cut.slice(0, end) : cut).replace(/[\s,;:]+$/, '');
}

/** Whether a text reads like a form that nobody filled in. */
export function hasHole(text: string): boolean {
  return HOLES.test(text);
}

const MAX_VALUE_CHARS = 120;

/** Whether a text that was found in a blueprint can stand in a message as it is. */
export function isSayable(text: string): boolean {
  return (
    text.trim() === text &&
    text !== '' &&
    text.length <= MAX_VALUE_CHARS &&
    plainText(text, MAX_VALUE_CHARS) === text &&
    !hasHole(text)
  );
}
