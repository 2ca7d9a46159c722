import { patternIn } from '../patterns.ts';
import { type Deviates, holds, MAX_EVIDENCE, type Ruling } from '../ruling.ts';
import type { Heard, Scene } from '../scene.ts';
import { type Classification, filedUnder, SEEN } from '../taxonomy.ts';
import { phraseOf, SearchedText } from '../tokens.ts';
import type { Evidence } from '../verdict.ts';
import { clip, inWords } from '../wording.ts';

type Found = { step: number; quote: string };

const FACT_CHARS = 120;
const CONTEXT_CHARS = 60;

/** Rule 7: what the agent has to say, anywhere in the conversation. */
export function requiredFacts(scene: Scene): Ruling | undefined {
  const facts = scene.expectations.required_facts;
  if (!facts || facts.length === 0) return undefined;
  const { heard } = scene;
  const evidence: Evidence[] = [];
  for (const fact of facts) {
    const found = find(fact, heard);
    if (!found) return unsaid(scene, fact, heard);
    evidence.push(quoted(scene, fact, found));
  }
  return holds('required_facts', evidence.slice(0, MAX_EVIDENCE));
}

/** Rule 7: what the agent must not say. */
export function forbiddenClaims(scene: Scene): Ruling | undefined {
  const claims = scene.expectations.forbidden_claims;
  if (!claims || claims.length === 0) return undefined;
  const { heard } = scene;
  for (const claim of claims) {
    const found = find(claim, heard);
    if (found) return said(scene, claim, found);
  }
  return holds('forbidden_claims');
}

function find(fact: string, heard: readonly Heard[]): Found | undefined {
  const seek = seeker(fact);
  for (const { step, words } of heard) {
    const quote = seek(words);
    if (quote !== undefined) return { step, quote };
  }
  return undefined;
}

/** A `/pattern/` runs on the text as it was said; words are compared as words; signs without a word, as they stand. */
function seeker(fact: string): (words: SearchedText) => string | undefined {
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

const QUOTE_CHARS = 300;

function quoted(scene: Scene, fact: string, { step, quote }: Found): Evidence {
  return {
    ...(scene.messages.length > 0 ? { step } : {}),
    expected: clip(fact, QUOTE_CHARS),
    quote: clip(quote, QUOTE_CHARS),
  };
}

function unsaid(scene: Scene, fact: string, heard: readonly Heard[]): Deviates {
  const source = resultWith(scene, fact);
  const last = heard.at(-1)?.words.text ?? '';
  return {
    outcome: 'deviates',
    status: 'failed',
    rule: 'required_facts',
    reason: `The agent had to say ${inWords(fact, FACT_CHARS)}; it is in none of its messages.`,
    evidence: [
      {
        expected: clip(fact, QUOTE_CHARS),
        quote: clip(last, QUOTE_CHARS),
        note: 'the quote is the last thing the agent said',
      },
      ...(source === undefined ? [] : [{ call: source, note: 'the result of this call holds it' }]),
    ],
    seen: seenInSilence(scene, { fact, source, heard }),
    step: scene.lastAgentStep,
  };
}

/** The call whose result holds the fact that the agent did not pass on. */
function resultWith(scene: Scene, fact: string): number | undefined {
  const seek = seeker(fact);
  const holding = scene.calls?.find(({ result }) => {
    const text = typeof result === 'string' ? result : inWords(result ?? '', MAX_RESULT_CHARS);
    return seek(new SearchedText(text)) !== undefined;
  });
  return holding?.index;
}

const MAX_RESULT_CHARS = 262_144;
const HAS_DIGIT = /\d/;

type Silence = { fact: string; source: number | undefined; heard: readonly Heard[] };

/** Known and not told; told without having been looked up; or merely left out. */
function seenInSilence(scene: Scene, { fact, source, heard }: Silence): Classification {
  if (source !== undefined) return SEEN.misreadToolOutput;
  const lookedUp = !scene.calls || scene.calls.some(({ tool }) => tool.kind === 'read');
  const invents = HAS_DIGIT.test(fact) && heard.some(({ words }) => HAS_DIGIT.test(words.text));
  if (!lookedUp && invents && scene.tools.hasRead()) return SEEN.factualHallucination;
  return scene.targetCategory ? filedUnder(scene.targetCategory, 'missing_fact') : SEEN.incompleteExecution;
}

function said(scene: Scene, claim: string, found: Found): Deviates {
  return {
    outcome: 'deviates',
    status: 'failed',
    rule: 'forbidden_claims',
    reason: `The agent must not say ${inWords(claim, FACT_CHARS)}; it said: ${inWords(found.quote, FACT_CHARS)}.`,
    evidence: [quoted(scene, claim, found)],
    seen: scene.targetCategory ? filedUnder(scene.targetCategory, 'forbidden_claim') : SEEN.constraintViolation,
    step: found.step,
  };
}
