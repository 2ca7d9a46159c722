import { RESULT_STATUSES, type ResultStatus } from '../fields.ts';
import { isObject } from '../verdict/equality.ts';
import { carriedFields, plainName } from './carried-fields.ts';
import type { JsonDialect, Reading } from './dialect.ts';
import { ItemFault } from './fault.ts';
import { amountOf, countOf, scalarText, timeOf } from './loose-values.ts';
import { conversation } from './messages-of.ts';
import { type ReportedCase, reportedCase, scenarioIdInName } from './reported-case.ts';

/**
 * Common Test Report Format (https://ctrf.io, schema 0.0.0 and later). A test needs a name and a status; everything else may be missing or
 * misspelt, which is a warning. Totals are counted by the reader, never taken from `summary`.
 */

type Raw = Record<string, unknown>;

const STATUSES: Record<string, ResultStatus> = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'pending',
  pending: 'pending',
  other: 'pending',
};
/** Statuses that are none of the format's, but that reporters write. */
const SLIPS: Record<string, ResultStatus> = {
  pass: 'passed',
  success: 'passed',
  ok: 'passed',
  fail: 'failed',
  failure: 'failed',
  timedout: 'failed',
  error: 'error',
  broken: 'error',
  crashed: 'error',
  todo: 'pending',
  disabled: 'pending',
  ignored: 'pending',
  skip: 'pending',
};

const FACTS = ['reportId', 'runId', 'shardId', 'shardTotal', 'timestamp', 'environment', 'extra', 'shard'];
const RESULTS_FACTS = ['summary', 'environment', 'extra', 'tool', 'shard', 'shardId', 'shardTotal'];

export function ctrf(reading: Reading): JsonDialect {
  return {
    facts: [...FACTS.map((key) => [key]), ...RESULTS_FACTS.map((key) => ['results', key]), ['summary']],
    fact: (path, value) => readFact(reading, path.at(-1) ?? '', value),
    item: (value) => readTest(value, reading),
  };
}

function readFact(reading: Reading, key: string, value: unknown): void {
  const { facts } = reading;
  if (key === 'summary' && isObject(value)) {
    facts.startedAt ??= timeOf(value.start);
    facts.declared = { tests: wholeNumber(value.tests), failed: wholeNumber(value.failed) };
  } else if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) readIdentity(reading, name, inner);
  } else readIdentity(reading, key, value);
}

function readIdentity({ facts }: Reading, key: string, value: unknown): void {
  const name = plainName(key);
  if (name === 'reportid') facts.reportId ??= scalarText(value);
  else if (name === 'runid') facts.runId ??= scalarText(value);
  else if (name === 'shardid' || name === 'shardindex') facts.shardId ??= scalarText(value);
  else if (name === 'shardtotal' || name === 'totalshards' || name === 'shardcount')
    facts.shardTotal ??= countOf(value);
  else if (name === 'timestamp') facts.startedAt ??= timeOf(value);
}

function wholeNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}

function readTest(value: unknown, reading: Reading): ReportedCase {
  if (!isObject(value)) throw new ItemFault('The test is not a JSON object');
  const name = scalarText(value.name);
  if (!name?.trim()) throw new ItemFault('The test has no name');
  const carried = carriedFields([value.labels, value.extra, value.parameters, value]);
  const said = conversation(carried.messages ?? []);
  return reportedCase({
    ...said,
    ...carried,
    name,
    suite: suiteOf(value.suite),
    scenarioId: carried.scenarioId ?? scenarioIdIn(value.tags) ?? scenarioIdInName(name),
    ...outcomeOf(value, reading),
    latencyMs: carried.latencyMs ?? durationOf(value, reading),
    attempt: carried.attempt ?? attemptOf(value),
  });
}

function outcomeOf(test: Raw, reading: Reading): Pick<ReportedCase, 'verdict' | 'flaky' | 'message'> {
  const verdict = verdictOf(test, reading);
  const tries = Array.isArray(test.retryAttempts) ? test.retryAttempts.filter(isObject) : [];
  const failedTry = tries.find(({ status }) => status === 'failed');
  const retried = failedTry !== undefined || countOf(test.retries ?? test.retry) !== null;
  const text = test.message ?? test.trace ?? failedTry?.message ?? failedTry?.trace;
  return {
    verdict,
    flaky: test.flaky === true || test.flake === true || (verdict === 'passed' && retried),
    message: scalarText(text) || null,
  };
}

function verdictOf(test: Raw, { warnings, nextIndex }: Reading): ResultStatus {
  const own = RESULT_STATUSES.find((one) => isObject(test.extra) && test.extra.invarium_status === one);
  if (own) return own;
  const written = scalarText(test.status);
  if (!written) throw new ItemFault('The test has no status');
  const status = plainName(written);
  const raw = plainName(scalarText(test.rawStatus) ?? '');
  if (status === 'other' && SLIPS[raw] === 'error') return 'error';
  const verdict = lookup(STATUSES, written);
  if (verdict) return verdict;
  const meant = lookup(STATUSES, status) ?? lookup(SLIPS, status);
  if (!meant) throw new ItemFault('The status is none of passed, failed, skipped, pending and other');
  warnings.note('A status is not spelt as CTRF spells it', nextIndex());
  return meant;
}

function lookup(table: Record<string, ResultStatus>, key: string): ResultStatus | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function durationOf(test: Raw, { warnings, nextIndex }: Reading): number | null {
  // Our own export, which has no duration to tell and must write one.
  if (isObject(test.extra) && test.extra.invarium_status !== undefined) return null;
  const duration = amountOf(test.duration);
  if (duration !== null) return duration;
  warnings.note('A test has no duration in milliseconds', nextIndex());
  const [start, stop] = [amountOf(test.start), amountOf(test.stop)];
  return start !== null && stop !== null && stop >= start ? stop - start : null;
}

/** Which try this result is of. The list of tries may or may not hold the last one. */
function attemptOf(test: Raw): number | null {
  const retries = countOf(test.retries ?? test.retry);
  if (retries !== null) return retries + 1;
  const tries = Array.isArray(test.retryAttempts) ? test.retryAttempts.filter(isObject) : [];
  const last = tries.at(-1);
  if (!last) return null;
  const highest = Math.max(tries.length, ...tries.map(({ attempt }) => countOf(attempt) ?? 0));
  return last.status === test.status ? highest : highest + 1;
}

function suiteOf(suite: unknown): string | null {
  if (!Array.isArray(suite)) return scalarText(suite);
  return suite.filter((part) => typeof part === 'string').join(' > ') || null;
}

function scenarioIdIn(tags: unknown): string | null {
  if (!Array.isArray(tags)) return null;
  const id = tags.find((tag) => typeof tag === 'string' && tag.startsWith('sc_'));
  return typeof id === 'string' ? id : null;
}
