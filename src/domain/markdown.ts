/** Foreign text inside our own Markdown: what could mean something there is escaped, so that it reads as it was written. */

/** Punctuation that begins or ends something in GitHub-flavoured Markdown, wherever it stands. */
const MEANINGFUL = /[\\`*_{}[\]<>#|~$&!]/g;
/** What begins a list, a quote or a heading rule at the start of a line, and what turns a bare address into a link. */
const AT_THE_START = /^([-+=]|\d{1,9}(?=[.)]))/;
const BARE_ADDRESS = /(https?|ftp)(?=:\/\/)|www(?=\.)/gi;
/** Controls, and what makes text read differently from what it is. */
const HIDING = /[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** One line of text, for a cell of a table too. */
export function markdownText(text: string): string {
  const line = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(HIDING, (char) => `[U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`);
  return line
    .replace(MEANINGFUL, '\\$&')
    .replace(AT_THE_START, (start) => (/\d/.test(start) ? `&#${start.charCodeAt(0)};${start.slice(1)}` : `\\${start}`))
    .replace(BARE_ADDRESS, (scheme) => `&#${scheme.charCodeAt(0)};${scheme.slice(1)}`);
}
