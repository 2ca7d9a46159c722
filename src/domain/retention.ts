import { isoTime } from './formatting.ts';
import type { RunResult } from './result.ts';
import { callsOf } from './verdict/calls.ts';
import { toolTable } from './verdict/tool-table.ts';
import type { Finding, Verdict } from './verdict/verdict.ts';

/**
 * How long texts of results are kept, and what is left of a result afterwards: what was counted, measured and found, the tools it called
 * in their order, and whether each call failed. So scores, comparisons and fingerprints say the same as before.
 */

/** What a workspace may choose, counted from the end of a run, and what it has chosen to begin with. */
export const RETENTION_DAYS = { least: 1, most: 3650, usual: 90 };

const DAY_MS = 24 * 3_600_000;
const NO_TOOLS = toolTable([]);

/** When texts of that time have to go (epoch ms). */
export function removalDue(at: number, days: number): number {
  return at + days * DAY_MS;
}

/** `at`: epoch milliseconds; `days`: for how long the workspace keeps texts; `sameAs` stands for a text, so that equal ones can still be told. */
export type Removal = { at: number; days: number; sameAs: (text: string) => string };

/** `YYYY-MM-DD`. */
export function removalDate(at: number): string {
  return isoTime(at)?.slice(0, 10) ?? '-';
}

/** What a page says of a run or a result without its texts. */
export function removalSentence(at: number): string {
  return `Texts were removed on ${removalDate(at)}, at the end of the time that this workspace keeps them. Verdicts, figures and the order of calls stay.`;
}

/** Stands where a text stood. */
function markOf({ at, days }: Removal): string {
  return `[Text removed on ${removalDate(at)}, after ${days} ${days === 1 ? 'day' : 'days'}]`;
}

/** The result without what anybody said in it: messages, arguments, what calls returned, notes, trace. */
export function withoutTexts(result: RunResult, removal: Removal): RunResult {
  const { scenario_id, trial, attempt, passed, latency_ms, stop_reason, usage, error_message } = result;
  const calls = callsOf(result, NO_TOOLS);
  const mark = markOf(removal);
  return {
    ...{ scenario_id, user_message: mark, agent_response: mark },
    ...(trial == null ? {} : { trial }),
    ...(attempt == null ? {} : { attempt }),
    ...(passed == null ? {} : { passed }),
    ...(latency_ms == null ? {} : { latency_ms }),
    ...(stop_reason == null ? {} : { stop_reason }),
    ...(usage == null ? {} : { usage }),
    // A run that failed for one and the same reason is an outage, also when it is scored again.
    ...(error_message?.trim() ? { error_message: `[Text removed, ${removal.sameAs(error_message.trim())}]` } : {}),
    ...(calls ? { tools_called: calls.map(({ name, failed }) => ({ name, status: failed ? 'failed' : 'ok' })) } : {}),
  };
}

/** The verdict without what it quotes: its reason and its evidence. */
export function verdictWithoutTexts({ instead_of, ...verdict }: Verdict, removal: Removal): Verdict {
  const bare = <F extends Finding>(finding: F): F => ({ ...finding, reason: markOf(removal), evidence: [] });
  return { ...bare(verdict), ...(instead_of ? { instead_of: bare(instead_of) } : {}) };
}
