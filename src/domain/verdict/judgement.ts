import * as z from 'zod';
import type { RunResult } from '../result.ts';
import { targetCategory } from '../scenario.ts';
import { isObject } from './equality.ts';
import type { JudgeInput } from './scene.ts';
import { filedUnder } from './taxonomy.ts';
import { textOf } from './transcript.ts';
import type { Finding, Verdict } from './verdict.ts';
import { clip } from './wording.ts';

/** What a judge has to say about free text: its verdict, why, and words of the conversation that show it. */
export const Judgement = z.object({
  status: z.enum(['passed', 'failed']),
  reason: z.string().trim().min(1),
  quote: z.string().trim().min(1),
});
export type Judgement = z.infer<typeof Judgement>;

/**
 * Whether a result waits for a judge (rule 10): free text is expected and nothing failed before, neither by a rule nor by the client's
 * word. A reviewer has said all there is to say.
 */
export function isJudgeDue(verdict: Verdict, { expectedBehavior, expectations }: JudgeInput): boolean {
  const behavior = expectedBehavior ?? expectations.expected_behavior;
  const isOpen = verdict.status === 'passed' || verdict.status === 'pending';
  return isOpen && Boolean(behavior?.trim()) && verdict.decided_by !== 'judge' && verdict.decided_by !== 'reviewer';
}

/** What is stored while the judge is waited for; it carries what holds if the judge comes to no verdict. */
export function pendingJudgement(verdict: Verdict): Verdict {
  return {
    status: 'pending',
    decided_by: 'rules',
    rule: 'judge_due',
    reason: 'waits for the judge of the expected behaviour',
    evidence: verdict.evidence,
    instead_of: found(verdict),
  };
}

/**
 * The verdict after the judge. Only a quote that is in the conversation counts: without one, with no judgement at all, and where none is
 * due, rules 11 and 12 stand as they decided.
 */
export function withJudgement(verdict: Verdict, judgement: Judgement | undefined, input: JudgeInput): Verdict {
  const standing = verdict.rule === 'judge_due' && verdict.instead_of ? verdict.instead_of : verdict;
  const place = judgement && placeOf(judgement.quote, input.result);
  if (!judgement || !place || !isJudgeDue(standing, input)) return standing;
  const { status, reason, quote } = judgement;
  const step = place.step === undefined ? {} : { step: place.step };
  return {
    status,
    decided_by: 'judge',
    rule: 'judged',
    reason: clip(reason, REASON_CHARS),
    evidence: [{ ...step, quote: clip(quote, QUOTE_CHARS) }, ...standing.evidence].slice(0, MAX_EVIDENCE),
    ...(status === 'failed' ? failure(input, place.step) : {}),
    instead_of: found(standing),
  };
}

const REASON_CHARS = 500;
const QUOTE_CHARS = 500;
const MAX_EVIDENCE = 10;

function failure({ targetCategory: target, expectations }: JudgeInput, step = 0) {
  const category = target ?? targetCategory({ title: '', user_message: '', expectations });
  return { ...filedUnder(category, 'expected_behavior'), first_deviation: step };
}

/** The verdict alone, without the one before it. */
export function found({ instead_of: _, reviewer: __, ...finding }: Verdict): Finding {
  return finding;
}

/** Fewer letters and digits than this prove nothing. */
const MIN_QUOTE = 8;

/** Where a quote stands, the agent's own words first; undefined where nobody said it. */
function placeOf(quote: string, { messages, agent_response, user_message }: RunResult): { step?: number } | undefined {
  const sought = bare(plain(quote));
  const length = sought.replace(/[^\p{L}\p{N}]/gu, '').length;
  const said = (messages ?? []).map((message, step) => ({
    step,
    isAgent: message.role === 'assistant',
    text: plain(wordsIn(message)),
  }));
  const whole = [agent_response, user_message].map(plain);
  const isThere = (text: string) => length > 0 && (length >= MIN_QUOTE ? text.includes(sought) : bare(text) === sought);
  const at = said.find(({ isAgent, text }) => isAgent && isThere(text)) ?? said.find(({ text }) => isThere(text));
  if (at) return { step: at.step };
  return whole.some(isThere) ? {} : undefined;
}

/** Without the marks that a quotation begins and ends with. */
function bare(text: string): string {
  return text.replace(/^["'.… ]{1,20}/, '').replace(/["'.… ]{1,20}$/, '');
}

function wordsIn(message: NonNullable<RunResult['messages']>[number]): string {
  const calls = (message.tool_calls ?? []).map(({ function: { name, arguments: sent } }) => `${name} ${asText(sent)}`);
  const text = textOf(message);
  return [text === '' ? asText(message.content) : text, ...calls].join('\n');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : isObject(value) || Array.isArray(value) ? JSON.stringify(value) : '';
}

/** Without what a model changes when it quotes: width, case, white space, kinds of quotes and dashes, marks of emphasis. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[*_`]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
