import type { ResultStatus } from '../fields.ts';
import type { Message, RunResult, ToolCall } from '../result.ts';

/** What every report format is turned into. */

export const REPORT_FORMATS = ['native', 'ctrf', 'junit', 'messages', 'promptfoo', 'otel'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Cases that one report may hold: as many as a run may announce. */
export const MAX_REPORTED_CASES = 100_000;
/** Levels of nesting, of elements and of JSON values alike. */
export const MAX_DEPTH = 100;
export const MAX_NAME_CHARS = 1000;
/** Of a failure's text; the rest of a longer one is cut off, with a warning. */
export const MAX_MESSAGE_CHARS = 16 * 1024;

/**
 * One test of a report. `index` is 0-based over all items of the report, refused ones included. `scenarioId` is what the report says
 * (`sc_…` or `sc_…_n`), unchecked. `verdict` is the report's own; null where the format carries none. `flaky` says that it passed only on
 * a retry. `latencyMs` is how long it took, in milliseconds. `attempt` is 1 for a first try. What a format does not carry is null.
 * `native` is the result object itself, as it came, for the native format only.
 */
export type ReportedCase = {
  index: number;
  name: string;
  suite: string | null;
  scenarioId: string | null;
  verdict: ResultStatus | null;
  flaky: boolean;
  message: string | null;
  latencyMs: number | null;
  attempt: number | null;
  trial: number | null;
  userMessage: string | null;
  agentResponse: string | null;
  toolsCalled: ToolCall[] | null;
  messages: Message[] | null;
  usage: NonNullable<RunResult['usage']> | null;
  native: Record<string, unknown> | null;
};

/** An item that could not be read, by its place in the report. `message` is whole sentences. */
export type RejectedCase = { index: number; code: 'INVALID_RESULTS'; message: string };

export type ReportItem = { kind: 'case'; case: ReportedCase } | { kind: 'rejected'; rejected: RejectedCase };

/** What a report claims about itself; null where it claims nothing. */
export type DeclaredTotals = { tests: number | null; failed: number | null };

/**
 * What a report says beside its tests. Complete only after the last item: a report may name itself after its tests. `startedAt` is
 * epoch milliseconds; `shard` counts from 1. `declared` is never counted with; `tests` is what was in the report, refused items included.
 */
export type ReportFacts = {
  format: ReportFormat;
  reportId: string | null;
  runId: string | null;
  shardId: string | null;
  shardTotal: number | null;
  startedAt: number | null;
  declared: DeclaredTotals;
  tests: number;
  rejected: number;
  warnings: string[];
};

const NOTHING = {
  suite: null,
  scenarioId: null,
  verdict: null,
  flaky: false,
  message: null,
  latencyMs: null,
  attempt: null,
  trial: null,
  userMessage: null,
  agentResponse: null,
  toolsCalled: null,
  messages: null,
  usage: null,
  native: null,
} satisfies Omit<ReportedCase, 'index' | 'name'>;

/** A case of which only what is given is known; its index is set when it joins the others. */
export function reportedCase(known: Partial<ReportedCase> & { name: string }): ReportedCase {
  return { index: 0, ...NOTHING, ...known };
}

const ID_IN_NAME = /\[(sc_[0-9a-z]{1,40}(?:_[1-9][0-9]{0,5})?)[\],;: -]/i;

/** `sc_…` out of `refunds an order [sc_…]`; parameters of a test may follow it in the brackets. */
export function scenarioIdInName(name: string): string | null {
  return ID_IN_NAME.exec(name)?.[1] ?? null;
}
