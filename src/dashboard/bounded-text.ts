import { grouped } from '../domain/formatting.ts';

/** A piece of foreign text that fits, and how many characters of it were left out. */
export type Clip = { text: string; cut: number };

/** Takes from a common store of bytes: at most so many characters, and at most this share of what is left. */
export type Take = (text: string, maxChars: number, share?: number) => Clip;

/** The tags around one piece of text, roughly; counted so that many small pieces do not weigh nothing. */
const MARKUP_BYTES = 40;

/** Texts that share `bytes` on the wire, counted after escaping. Who asks first is served first. */
export function allowance(bytes: number): Take {
  let left = bytes;
  return (text, maxChars, share = 1) => {
    const clipped = clip(text, maxChars, left * share);
    left -= clipped.bytes + MARKUP_BYTES;
    return { text: visible(clipped.text), cut: clipped.cut };
  };
}

/** The text, with a sign where it goes on. */
export function shown({ text, cut }: Clip): string {
  return cut > 0 ? `${text}…` : text;
}

/** Whether nothing of a text was let through although there was some. */
export function isLost({ text, cut }: Clip): boolean {
  return text === '' && cut > 0;
}

/** What stands where a text was cut, or nothing. */
export function cutNote({ cut }: Clip): string | undefined {
  return cut > 0 ? `Cut here: ${grouped(cut)} more characters are not shown.` : undefined;
}

/** The beginning of a text within both limits, never half a character. Reads no more of a long text than it keeps. */
function clip(text: string, maxChars: number, maxBytes: number) {
  let end = 0;
  let bytes = 0;
  for (const char of text) {
    const weight = escapedBytes(char.codePointAt(0) ?? 0);
    if (end + char.length > maxChars || bytes + weight > maxBytes) break;
    end += char.length;
    bytes += weight;
  }
  return { text: text.slice(0, end), cut: text.length - end, bytes };
}

/** Bytes of &amp; &lt; &gt; &quot; &#39; by code point. */
const ESCAPED_BYTES = new Map([
  [0x26, 5],
  [0x3c, 4],
  [0x3e, 4],
  [0x22, 6],
  [0x27, 5],
]);
const WRITTEN_OUT_BYTES = '[U+202E]'.length;

function escapedBytes(code: number): number {
  if (code === 0x09 || code === 0x0a || code === 0x0d) return 1;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return WRITTEN_OUT_BYTES;
  if (code < 0x80) return ESCAPED_BYTES.get(code) ?? 1;
  if (code >= 0x202a && code <= 0x2069) return WRITTEN_OUT_BYTES;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

/** Controls that make text read differently from what it is: bidirectional overrides and isolates, and the unprintable. */
const HIDING = /(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** More marks on one letter than any language needs: they would be drawn over the lines around it, and no line can break between them. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** Text as an honest reader wants it: hidden controls are written out, `[U+202E]`, and piles of combining marks are cut. */
export function visible(text: string): string {
  return text
    .replace(HIDING, (char) => `[U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`)
    .replace(PILED_MARKS, '$1');
}
