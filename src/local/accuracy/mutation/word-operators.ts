import type { FailureCategory } from '../../../domain/fields.ts';
import { effectNames } from './effect-operators.ts';
import { claimsOf } from './false-claims.ts';
import { inserted, type Mutant, type Operator, type Subject, without } from './subject.ts';
import { isAgentTurn, isUserTurn, type Turn } from './turns.ts';

/**
 * Applies to each required fact that is plain text: every sentence of the agent that holds it goes. Section 5 has no line for silence: it
 * is filed where the case aims, as a misread result where a tool result holds the value, or as an incomplete job where there was one.
 */
export const deleteFact: Operator = (subject) =>
  (subject.expectations.required_facts ?? []).flatMap((fact): Mutant[] => {
    if (/^\/.*\/[a-z]*$/s.test(fact)) return [];
    const turns = subject.turns.flatMap((turn) => withoutFact(turn, fact));
    const read = subject.turns.some((turn) => turn.kind === 'called' && tells(turn.result, fact));
    const categories: FailureCategory[] = [subject.target, read ? 'context_failure' : 'instruction_failure'];
    return [{ turns, categories, change: `"${fact}" unsaid` }];
  });

function withoutFact(turn: Turn, fact: string): Turn[] {
  if (!isAgentTurn(turn) || !holds(turn.text, fact)) return [turn];
  const text = sentencesOf(turn.text)
    .filter((sentence) => !holds(sentence, fact))
    .join(' ');
  return text === '' || holds(text, fact) ? [] : [{ ...turn, text }];
}

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?])\s+|\n+/);
}

/** A result says less around a number than a sentence does: `3.2 GB` is told by `{"left_gb": 3.2}`. */
function tells(result: unknown, fact: string): boolean {
  const [text, numbers] = [String(result), plain(fact).match(NUMBER) ?? []];
  return holds(text, fact) || (numbers.length > 0 && numbers.every((number) => holds(text, number)));
}

const NUMBER = /\d+(?:\.\d+)?/g;

/** Numbers by value, words by their letters. */
function holds(text: string, fact: string): boolean {
  const [said, due] = [plain(text), plain(fact)];
  if (/^\d+(?:\.\d+)?$/.test(due)) return (said.match(NUMBER) ?? []).some((number) => Number(number) === Number(due));
  return said.includes(due);
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\d)[,'\u2009\u202f ](?=\d{3}\b)/g, '')
    .replace(/[$€£¥*_"“”]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Applies to the first call that needs a confirmation: the agent's question before it goes, and the user's answer, so that it acts unasked.
 * Not where the question is the only place that tells a required fact, which would be another fault.
 */
export const skipConfirmation: Operator = ({ turns, made, expectations }) => {
  const first = made.find(({ call }) => call.tool.needsConfirmation && !call.failed);
  const agreed = turns.findLastIndex((turn, at) => at < (first?.at ?? 0) && isUserTurn(turn));
  const asked = turns.findLastIndex((turn, at) => at < agreed && isAgentTurn(turn));
  const question = turns[asked];
  if (!first || !isAgentTurn(question) || !question.text.includes('?')) return [];
  const text = sentencesOf(question.text)
    .filter((sentence) => !sentence.includes('?'))
    .join(' ');
  const changed = turns.with(asked, { ...question, text });
  const left = without(changed, agreed, ...(text === '' ? [asked] : []));
  const isLost = (fact: string) => !left.some((turn) => isAgentTurn(turn) && holds(turn.text, fact));
  if (expectations.required_facts?.some(isLost)) return [];
  return [{ turns: left, categories: ['safety_failure'], change: `${first.turn.name} without asking` }];
};

/**
 * Applies to each effect the agent could have and nothing like it had: its last words say that it did. Not where the case forbids claims of
 * its own, which the words might be.
 */
export const claimFalsely: Operator = (subject) => {
  if (subject.expectations.forbidden_claims) return [];
  const done = effectNames(subject);
  return writable(subject).flatMap((name, i) =>
    claimsOf(name, done).map((claim) => ({
      turns: withLastWords(subject, claim(subject.turns.length + i)),
      categories: ['communication_failure'],
      change: `${name} claimed`,
    })),
  );
};

function writable({ tools, info }: Subject): string[] {
  return tools.map(({ name }) => name).filter((name) => info(name).kind === 'effect' && !info(name).guessed);
}

/** Said before the user's farewell, where there is one. */
function withLastWords({ turns }: Subject, text: string): Turn[] {
  const last = turns.at(-1);
  const at = isUserTurn(last) ? turns.length - 1 : turns.length;
  return inserted(turns, at, { kind: 'said', role: 'assistant', text });
}
