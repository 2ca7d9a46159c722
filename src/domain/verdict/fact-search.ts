import { patternIn } from './patterns.ts';
import type { Heard } from './scene.ts';
import { phraseOf, type SearchedText } from './tokens.ts';

export type FoundFact = { step: number; quote: string };

const CONTEXT_CHARS = 60;

/** The first text that states a fact: a phrase, or a `/pattern/`. */
export function findFact(fact: string, heard: readonly Heard[]): FoundFact | undefined {
  const seek = factSeeker(fact);
  for (const { step, words } of heard) {
    const quote = seek(words);
    if (quote !== undefined) return { step, quote };
  }
  return undefined;
}

/** A `/pattern/` runs on the text as it was said; words are compared as words; signs without a word, as they stand. */
export function factSeeker(fact: string): (words: SearchedText) => string | undefined {
  const pattern = patternIn(fact);
  if (pattern) return ({ text }) => around(text, pattern(text));
  const phrase = phraseOf(fact);
  if (phrase !== '') return (words) => words.find(phrase);
  const sign = fact.trim();
  return ({ text }) => {
    const start = text.indexOf(sign);
    return around(text, start < 0 ? undefined : { start, end: start + sign.length });
  };
}

function around(text: string, span: { start: number; end: number } | undefined): string | undefined {
  return span && text.slice(Math.max(0, span.start - CONTEXT_CHARS), span.end + CONTEXT_CHARS).trim();
}
