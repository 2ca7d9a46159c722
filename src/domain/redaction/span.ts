/** What a redacted value was; it stands in `[REDACTED:{kind}]` and is the key of the counts. */
export type RedactedKind = 'api_key' | 'token' | 'private_key' | 'password' | 'email' | 'phone' | 'card' | 'ssn' | 'ip';

/** A part of a text to be replaced: from `start` up to, not including, `end`. */
export type Span = { start: number; end: number; kind: RedactedKind };

/**
 * What to look for. `pattern` is global and linear on hostile text: a repetition is bounded, or nothing after it can fail, or its
 * lookbehind keeps a second start out of the same run of characters. It begins with a rare character, so that clean text costs
 * little, and looks back at what must stand before: a group `before` belongs to the finding too. A group `value` is the finding
 * where the match is more than that; it ends the match.
 */
export type Finder = { kind: RedactedKind; pattern: RegExp; accept?: (value: string) => boolean };

/** Adds every finding to `spans`. A loop over `exec`, because `matchAll` copies the pattern for each text. */
export function collectSpans(text: string, { kind, pattern, accept }: Finder, spans: Span[]): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const { before = '', value = before + match[0] } = match.groups ?? {};
    if (accept && !accept(value)) continue;
    const end = match.index + match[0].length;
    spans.push({ start: end - value.length, end, kind });
  }
}

/** Spans in the order of the text; overlapping ones become one, named after the one that begins first (a tie: the one found first). */
export function mergeSpans(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}
