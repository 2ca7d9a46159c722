import type { Call } from './calls.ts';
import { askIn, echoes, replyIn, type Turn } from './dialogue.ts';
import { verbsOf } from './tool-kind.ts';

/** The turn in which the user agreed, or why there is none. */
export type Consent = { turn: Turn } | { turn: undefined; why: string };

/**
 * Whether the user agreed to a call, made at `step`: the last answer to a question of the agent before it was an agreement. It covers all
 * calls up to the next turn of the user; one that has not been used yet outlives turns that only told the agent something.
 * `used` are the steps of calls that needed an agreement too.
 */
export function consentTo(call: Call, step: number, turns: readonly Turn[], used: readonly number[]): Consent {
  const words = [...verbsOf(call.name), ...verbsOf(call.tool.description)].filter((word) => word.length > 2);
  const before = turns.filter((turn) => turn.step < step);
  const last = before.findLastIndex(({ byUser }) => byUser);
  if (last < 0) return none('the user had said nothing before it');
  if (before.slice(last + 1).some(({ text }) => askIn(text, words) === 'leave'))
    return none('the question before it was not answered');
  let agreed = false;
  for (let at = last; at >= Math.max(0, last - MAX_TURNS_BACK); at--) {
    const turn = before[at] as Turn;
    if (!turn.byUser) continue;
    if (at < last && used.some((other) => other > turn.step && other < (before[last] as Turn).step))
      return none('what the user had agreed to before was another call');
    const { kind, text, isMeant, wantsNo } = askOf(before, at, words);
    const reply = wantsNo && NOTHING.test(turn.text) ? 'agrees' : replyIn(turn.text, kind, words);
    if (reply === 'refuses' && kind === 'leave' && isMeant) return none('the user did not agree');
    const isEcho = kind !== undefined && reply === 'neither' && !turn.text.includes('?') && echoes(turn.text, text);
    const isYes = isEcho || reply === 'agrees' || (agreed && reply === 'neither');
    if (isYes && (kind === 'leave' || (kind === 'question' && at === last))) return { turn };
    agreed ||= reply === 'agrees' && at === last;
  }
  return none('the agent did not ask, or the user did not agree');
}

/** Where a "no" is what agrees. */
const ASKS_FOR_OBJECTIONS =
  /\bany (?:objections?|concerns?)\b|\b(?:do|would) you (?:mind|object)\b|\bmind if\b|\bunless you object\b/;
const NOTHING = /^(?:no|nope|none|nothing|not at all|i don't|i do not)\b/;

/** An agreement from longer ago is none. */
const MAX_TURNS_BACK = 40;

function none(why: string): Consent {
  return { turn: undefined, why };
}

/** What the agent asked for since the user's turn before this one. */
function askOf(turns: readonly Turn[], at: number, words: readonly string[]) {
  let from = at;
  while (from > 0 && !turns[from - 1]?.byUser) from--;
  const texts = turns.slice(from, at).map(({ text }) => text);
  const kinds = texts.map((text) => askIn(text, words));
  const kind = kinds.includes('leave') ? 'leave' : kinds.find((each) => each !== undefined);
  const isMeant = texts.some(
    (text) => /\b(?:proceed|go ahead|confirm|continue)\b/.test(text) || words.some((word) => text.includes(word)),
  );
  const wantsNo = texts.some((text) => ASKS_FOR_OBJECTIONS.test(text));
  return { kind, text: texts.at(-1) ?? '', isMeant, wantsNo } as const;
}
