import type { Claim } from './claims.ts';
import type { Scene } from './scene.ts';
import { textOf } from './transcript.ts';
import { inWords } from './wording.ts';

const MAX_RESULT_CHARS = 262_144;
const FACT = "(?:was|were|been|got|is|are|being|already|have|has|had|he|she|they|who|i|we|it's)";

/**
 * Whether "has been cancelled" may tell a state that the agent was told of, by its user or by a look-up, instead of claiming a deed. Where
 * it is not known what look-ups returned, it may, unless the user had asked for it.
 */
export function mayBeTold(scene: Scene, { verb, deeds, object }: Claim): boolean {
  const heard = userWords(scene);
  if (new RegExp(`\\b${FACT} (?:[a-z]+ly )?${verb}\\b`).test(heard)) return true;
  const isAsked = deeds.some(({ alike }) => alike.some((asked) => heard.includes(asked)));
  const calls = scene.calls ?? [];
  if (!isAsked && calls.some(({ tool, result }) => tool.kind === 'read' && (result === undefined || result === null)))
    return true;
  const light = deeds.every((deed) => deed.light);
  return calls.some(({ result }) => {
    const told = typeof result === 'string' ? result : inWords(result ?? '', MAX_RESULT_CHARS);
    const states = hasWord(told, verb);
    if (!light || object === undefined) return states;
    return hasWord(told, object) && (states || !isAsked);
  });
}

function userWords({ result, messages }: Scene): string {
  const said = messages.filter(({ role }) => role === 'user').map(textOf);
  return [result.user_message, ...said].join('\n').toLowerCase();
}

/** Names such as `refund_status` and `refundStatus` hold the word "refund", `refundable` does not. */
function hasWord(text: string, word: string): boolean {
  return new RegExp(`(?<![a-z])${word}(?![a-z])`, 'i').test(text.replace(/([a-z])(?=[A-Z])/g, '$1 '));
}
