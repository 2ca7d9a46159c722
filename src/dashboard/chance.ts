import type { Comparison, Pins } from '../domain/comparison.ts';
import { counted, grouped } from '../domain/formatting.ts';

/** What the figures of a comparison mean, in plain sentences. */

/** What is usually taken as telling. */
const TELLING = 0.05;
/** Five cases that all change sides the same way do so by chance in 6 % of comparisons, so fewer than six prove nothing. */
const FEWEST_TELLING = 6;

/** One sentence on McNemar's p. */
export function chanceSentence({ regressions, fixes, pValue }: Comparison): string {
  const changed = regressions.length + fixes.length;
  if (changed === 0) return 'No case that both runs decided changed its verdict.';
  const seen = `${counted(regressions.length, 'case')} got worse and ${counted(fixes.length, 'case').replace(/^1 case$/, '1')} better`;
  if (changed < FEWEST_TELLING) return `${seen}: fewer than ${FEWEST_TELLING} changes could well be chance.`;
  const often = `if nothing had changed, as one-sided a result would come up in ${share(pValue)} of comparisons`;
  return pValue < TELLING
    ? `${seen}: ${often}, so this is hardly chance.`
    : `${seen}: ${often}, so this could well be chance.`;
}

/** `p = 0.0386`, and never 0: three digits that count. */
export function pText(pValue: number): string {
  return pValue < 0.0001 ? 'p < 0.0001' : `p = ${Number(pValue.toPrecision(3))}`;
}

function share(pValue: number): string {
  if (pValue < 0.001) return 'fewer than 1 in 1,000';
  return `${Number((100 * pValue).toPrecision(2))} %`;
}

/** A hint where the runs did not use the same cases; null where they did. */
export function casesSentence({ added, removed }: Comparison): string | null {
  if (added.length + removed.length === 0) return null;
  const only = `${counted(removed.length, 'case')} only in the earlier one, ${grouped(added.length)} only in the later`;
  return `The two runs did not use the same cases: ${only}. Regressions and fixes are told of those in both; the score is of all.`;
}

const PIN_WORDS: Record<keyof Pins, string> = {
  catalogueRev: 'the test cases',
  toolsVersion: 'the table of tools',
  evaluatorVersion: 'the rules of judging',
};

/** What changed between the two runs beside the agent; null where nothing did. */
export function pinsSentence(differentPins: readonly (keyof Pins)[]): string | null {
  if (differentPins.length === 0) return null;
  const words = differentPins.map((pin) => PIN_WORDS[pin]);
  const list = words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
  return `The two runs were not judged against the same: ${list} changed in between. A difference below may come from that, not from the agent.`;
}
