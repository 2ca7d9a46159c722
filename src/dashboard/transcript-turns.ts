import type { Call } from '../domain/verdict/calls.ts';
import { textOf } from '../domain/verdict/transcript.ts';
import { inWords } from '../domain/verdict/wording.ts';
import { allowance, type Clip, type Take } from './bounded-text.ts';
import type { CaseView } from './case-view.ts';
import { fitQuoted, type QuotedText } from './quoted-text.tsx';

/** One turn of a conversation as its page shows it; `step` is its message from 0, null for what no transcript holds. */
export type Turn = {
  step: number | null;
  role: Clip;
  /** Whose turn it is, for its looks. */
  side: 'user' | 'agent' | 'tool';
  text: QuotedText | null;
  calls: CallText[];
  /** The verdict rests on it, or the conversation first deviates here. */
  isPointed: boolean;
  deviates: boolean;
};
export type CallText = {
  index: number;
  name: Clip;
  brief: Clip;
  sent: Clip;
  /** What it returned, where no message of the transcript says so. */
  returned: Clip | null;
  failed: boolean;
  isPointed: boolean;
  deviates: boolean;
};
/** Turns in their order, and how many are left out where a number stands. */
export type Transcript = { shown: (Turn | number)[]; total: number };

const TRANSCRIPT_BYTES = 9_000;
const TURNS_SHOWN = 18;
const CALLS_SHOWN = 18;
const POINTED_CHARS = 2_000;
const OTHER_CHARS = 600;
const VALUE_CHARS = 500;
const BRIEF_CHARS = 90;
const NAME_CHARS = 64;
const ROLE_CHARS = 30;
/** Share of what is left that one text may take: a long system prompt leaves room for the rest. */
const SHARE = 0.25;

/** What is said and called, before it is fitted. */
type Raw = { step: number | null; role: string; text: string; calls: readonly Call[] };

/** The conversation: as its messages tell it, else what was asked, called and answered. */
export function fitTranscript(view: CaseView): Transcript {
  const raw = rawTurns(view);
  const wanted = chosen(raw, view);
  const take = allowance(TRANSCRIPT_BYTES);
  let calls = CALLS_SHOWN;
  const fitted = new Map<number, Turn>();
  for (const at of wanted) {
    const turn = raw[at];
    if (!turn) continue;
    const kept = someCalls(turn.calls, calls, view);
    fitted.set(at, fitTurn({ ...turn, calls: kept }, view, take));
    calls -= kept.length;
  }
  const shown: (Turn | number)[] = [];
  for (const at of raw.keys()) {
    const turn = fitted.get(at);
    const last = shown.at(-1);
    if (turn) shown.push(turn);
    else if (typeof last === 'number') shown[shown.length - 1] = last + 1;
    else shown.push(1);
  }
  return { shown, total: raw.length };
}

/** At most so many, those that the verdict points at before others, in their order. */
function someCalls(calls: readonly Call[], most: number, { pointed }: CaseView): Call[] {
  const weight = ({ index }: Call) => Number(!pointed.calls.has(index));
  const kept = [...calls].sort((one, other) => weight(one) - weight(other)).slice(0, most);
  return kept.sort((one, other) => one.index - other.index);
}

/** The calls that have a place to jump to. */
export function callsShown({ shown }: Transcript): Set<number> {
  return new Set(shown.flatMap((turn) => (typeof turn === 'number' ? [] : turn.calls.map(({ index }) => index))));
}

function rawTurns({ sent, calls }: CaseView): Raw[] {
  const messages = sent.messages ?? [];
  const all = calls ?? [];
  if (messages.length === 0) {
    const made = all.map((call): Raw => ({ step: null, role: 'agent', text: '', calls: [call] }));
    return [asked(sent.user_message), ...made, answered(sent.agent_response)];
  }
  const turns = messages.map((message, step): Raw => {
    const own = all.filter((call) => call.step === step);
    return { step, role: message.role, text: textOf(message), calls: own };
  });
  const loose = all.filter(({ step }) => step === undefined);
  const reported = loose.map((call): Raw => ({ step: null, role: 'reported call', text: '', calls: [call] }));
  const isTold = turns.some(({ text }) => text.includes(sent.agent_response.trim()));
  return [...turns, ...reported, ...(isTold ? [] : [answered(sent.agent_response)])];
}

const asked = (text: string): Raw => ({ step: null, role: 'user', text, calls: [] });
const answered = (text: string): Raw => ({ step: null, role: 'answer', text, calls: [] });

/** Those that the verdict points at with what stands around them, the beginning and the end; then the others from the front, while there is room. */
function chosen(raw: readonly Raw[], view: CaseView): number[] {
  const pointed = [...raw.keys()].filter((at) => isPointed(raw[at], view));
  const around = pointed.flatMap((at) => [at - 1, at + 1]);
  const order = [...pointed, 0, raw.length - 1, ...around, ...raw.keys()];
  return [...new Set(order)].filter((at) => at >= 0 && at < raw.length).slice(0, TURNS_SHOWN);
}

function isPointed(turn: Raw | undefined, view: CaseView): boolean {
  if (!turn) return false;
  return (
    (turn.step !== null && view.pointed.messages.has(turn.step)) || deviates(turn, view) || hasPointedCall(turn, view)
  );
}

function hasPointedCall({ calls }: Raw, { pointed }: CaseView): boolean {
  return calls.some(({ index }) => pointed.calls.has(index));
}

function deviates({ step, calls }: Raw, { result, sent }: CaseView): boolean {
  const first = result.status === 'passed' ? undefined : result.first_deviation;
  if (first === undefined) return false;
  return sent.messages?.length ? step === first : calls.some(({ index }) => index === first);
}

function sideOf(role: string): Turn['side'] {
  if (role === 'user') return 'user';
  return role === 'tool' || role === 'function' ? 'tool' : 'agent';
}

function fitTurn(turn: Raw, view: CaseView, take: Take): Turn {
  const { step, role, text, calls } = turn;
  const evidence = [...(step === null ? [] : (view.pointed.messages.get(step) ?? []))];
  const anywhere = sideOf(role) === 'tool' ? [] : view.result.evidence.filter((item) => item.step === undefined);
  const quotes = [...evidence, ...anywhere].flatMap(({ quote }) => quote ?? []);
  const pointed = isPointed(turn, view);
  const maxChars = pointed ? POINTED_CHARS : OTHER_CHARS;
  const shareOf: Take = (piece, chars) => take(piece, chars, SHARE);
  return {
    ...{ step, role: take(role, ROLE_CHARS), side: sideOf(role), isPointed: pointed, deviates: deviates(turn, view) },
    text: text === '' ? null : fitQuoted({ text, quotes, maxChars, take: shareOf }),
    calls: calls.map((call) => fitCall(call, view, shareOf)),
  };
}

function fitCall(call: Call, view: CaseView, take: Take): CallText {
  const { result, sent } = view;
  const told = sent.messages?.length && call.step !== undefined;
  const first = result.status === 'passed' ? undefined : result.first_deviation;
  const returned = call.failure ?? call.result;
  return {
    index: call.index,
    name: take(call.name, NAME_CHARS),
    brief: take(inWords(call.arguments, BRIEF_CHARS), BRIEF_CHARS),
    sent: take(written(call.arguments), VALUE_CHARS),
    returned: told || returned === undefined ? null : take(written(returned), VALUE_CHARS),
    failed: call.failed,
    isPointed: view.pointed.calls.has(call.index),
    deviates: !sent.messages?.length && call.index === first,
  };
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 1) ?? String(value));
}
