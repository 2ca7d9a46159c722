import type { Call } from '../calls.ts';
import { type FoundFact as Found, factSeeker, findFact } from '../fact-search.ts';
import { failedTries } from '../failed-tries.ts';
import { type Invention, inventedValue } from '../invented-value.ts';
import { type Deviates, holds, MAX_EVIDENCE, type Ruling } from '../ruling.ts';
import type { Heard, Scene } from '../scene.ts';
import { type Classification, filedUnder, SEEN } from '../taxonomy.ts';
import { phraseOf, SearchedText } from '../tokens.ts';
import type { Evidence } from '../verdict.ts';
import { clip, inWords } from '../wording.ts';

const FACT_CHARS = 120;

/** Rule 7: what the agent has to say, anywhere in the conversation. */
export function requiredFacts(scene: Scene): Ruling | undefined {
  const facts = scene.expectations.required_facts;
  if (!facts || facts.length === 0) return undefined;
  const { heard } = scene;
  const evidence: Evidence[] = [];
  for (const fact of facts) {
    const found = findFact(fact, heard);
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
    const found = findFact(claim, heard);
    if (found) return said(scene, claim, found);
  }
  return holds('forbidden_claims');
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
  const invented = source ? undefined : inventedInstead(scene, fact);
  const last = heard.at(-1)?.words.text ?? '';
  const shown: Evidence = invented
    ? { quote: clip(invented.quote, QUOTE_CHARS), actual: invented.value, note: 'stated, and nobody had told it' }
    : { quote: clip(last, QUOTE_CHARS), note: 'the quote is the last thing the agent said' };
  return {
    outcome: 'deviates',
    status: 'failed',
    rule: 'required_facts',
    reason: `The agent had to say ${inWords(fact, FACT_CHARS)}; it is in none of its messages.`,
    evidence: [
      { expected: clip(fact, QUOTE_CHARS), ...shown },
      ...(source ? [{ call: source.index, note: 'the result of this call holds it' }] : []),
    ],
    seen: seenInSilence(scene, source, invented),
    step: invented?.step ?? stepAfter(scene, source),
    ...(couldNotKnow(scene) ? { agentFault: false } : {}),
  };
}

/** The call whose result holds the fact that the agent did not pass on, or at least its numbers: "3.2 GB" may be a bare 3.2 there. */
function resultWith(scene: Scene, fact: string): Call | undefined {
  const seek = factSeeker(fact);
  const numbers = (fact.match(TELLING_NUMBER) ?? []).map(phraseOf);
  const results = (scene.calls ?? []).map((call) => {
    const { result } = call;
    const words = new SearchedText(typeof result === 'string' ? result : inWords(result ?? '', MAX_RESULT_CHARS));
    return { call, words };
  });
  const holds = results.find(({ words }) => seek(words) !== undefined);
  if (holds || numbers.length === 0 || fact.startsWith('/')) return holds?.call;
  return results.find(({ words }) => numbers.every((number) => words.find(number) !== undefined))?.call;
}

const TELLING_NUMBER = /\d[\d,]*\.\d+|\d[\d,]+/g;
const MAX_RESULT_CHARS = 262_144;

/** Known and not told; told without having been looked up; or merely left out. */
function seenInSilence(scene: Scene, source: Call | undefined, invented: Invention | undefined): Classification {
  if (source !== undefined) return SEEN.misreadToolOutput;
  if (invented) return SEEN.factualHallucination;
  return filedUnder(scene.targetCategory, 'missing_fact');
}

/** A value was due and stated, and there was a way to look it up that was not taken. */
function inventedInstead(scene: Scene, fact: string): Invention | undefined {
  const lookedUp = !scene.calls || scene.calls.some(({ tool }) => tool.kind === 'read');
  return !lookedUp && HAS_DIGIT.test(fact) && scene.tools.hasRead() ? inventedValue(scene) : undefined;
}

const HAS_DIGIT = /\d/;

/** Every look-up failed for a reason outside of the agent, which said that it did not know. */
function couldNotKnow(scene: Scene): boolean {
  const lookups = scene.calls?.filter(({ tool }) => tool.kind === 'read') ?? [];
  return lookups.length > 0 && lookups.every(({ failed }) => failed) && failedTries(scene, lookups).blameless;
}

/** The agent's first words after it had learnt the fact. */
function stepAfter(scene: Scene, source: Call | undefined): number {
  const told = source?.step === undefined ? undefined : scene.said.find(({ step }) => step > (source.step ?? 0));
  return told?.step ?? scene.lastAgentStep;
}

function said(scene: Scene, claim: string, found: Found): Deviates {
  return {
    outcome: 'deviates',
    status: 'failed',
    rule: 'forbidden_claims',
    reason: `The agent must not say ${inWords(claim, FACT_CHARS)}; it said: ${inWords(found.quote, FACT_CHARS)}.`,
    evidence: [quoted(scene, claim, found)],
    seen: filedUnder(scene.targetCategory, 'forbidden_claim'),
    step: found.step,
  };
}
