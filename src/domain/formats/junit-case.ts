import type { ResultStatus } from '../fields.ts';
import { carriedFields, plainName } from './carried-fields.ts';
import { ItemFault } from './fault.ts';
import { jsonOf } from './loose-values.ts';
import { conversation } from './messages-of.ts';
import { type ReportedCase, reportedCase, scenarioIdInName } from './reported-case.ts';

/** One test of a JUnit report, from what its element holds. */

export type Outcome = { kind: OutcomeKind; message: string; text: string };
export type OutcomeKind = 'failed' | 'error' | 'pending' | 'rerun' | 'flaky';

export type JunitTest = {
  attributes: ReadonlyMap<string, string>;
  outcomes: Outcome[];
  properties: ReadonlyMap<string, string>;
  /** The scenario that its suite names, and what that suite is called. */
  inherited: string | null;
  suite: string | null;
};

const STATUSES: Record<string, ResultStatus> = {
  failed: 'failed',
  fail: 'failed',
  failure: 'failed',
  error: 'error',
  errored: 'error',
  broken: 'error',
  aborted: 'error',
  crashed: 'error',
  timeout: 'failed',
  timedout: 'failed',
  skipped: 'pending',
  skip: 'pending',
  ignored: 'pending',
  disabled: 'pending',
  pending: 'pending',
  todo: 'pending',
  notrun: 'pending',
  notexecuted: 'pending',
  suppressed: 'pending',
  inconclusive: 'pending',
};
const MAX_MESSAGES = 5;
const SECOND_MS = 1000;
const MAX_TIME_CHARS = 40;

/** @throws ItemFault for a test without any name. */
export function junitCase(test: JunitTest): ReportedCase {
  const { attributes, outcomes } = test;
  const { properties } = test;
  const exact = exactTexts(properties);
  const name = exact.name ?? filled(attributes.get('name'));
  const classname = exact.suite ?? filled(attributes.get('classname')) ?? test.suite;
  if (name === null && classname === null) throw new ItemFault('The test has no name');
  const { scenarioId, ...carried } = carriedFields([Object.fromEntries(properties), Object.fromEntries(attributes)]);
  const said = conversation(carried.messages ?? []);
  const verdict = verdictOf(outcomes, attributes);
  const reruns = outcomes.filter(({ kind }) => kind === 'rerun' || kind === 'flaky').length;
  return reportedCase({
    ...said,
    ...carried,
    name: name ?? classname ?? '',
    suite: classname,
    scenarioId: scenarioId ?? scenarioIdInName(name ?? '') ?? test.inherited,
    verdict,
    flaky: isTrue(properties.get('flaky') ?? attributes.get('flaky')) || (verdict === 'passed' && reruns > 0),
    message: exact.message ?? messageOf(outcomes),
    latencyMs: carried.latencyMs ?? duration(attributes.get('time') ?? attributes.get('duration') ?? ''),
    attempt: carried.attempt ?? (reruns > 0 ? reruns + 1 : null),
  });
}

/** A failure outweighs an error, because it is what the test was made to see. */
function verdictOf(outcomes: readonly Outcome[], attributes: ReadonlyMap<string, string>): ResultStatus {
  const seen = new Set(outcomes.map(({ kind }) => kind));
  for (const kind of ['failed', 'error', 'pending'] as const) if (seen.has(kind)) return kind;
  if (seen.has('flaky')) return 'passed';
  const written = ['result', 'status', 'outcome'].map((key) => plainName(attributes.get(key) ?? ''));
  const status = written.find((word) => Object.hasOwn(STATUSES, word));
  if (status) return STATUSES[status] ?? 'passed';
  if (plainName(attributes.get('executed') ?? '') === 'false') return 'pending';
  return plainName(attributes.get('success') ?? '') === 'false' ? 'failed' : 'passed';
}

function messageOf(outcomes: readonly Outcome[]): string | null {
  const rank: OutcomeKind[] = ['failed', 'error', 'flaky', 'rerun', 'pending'];
  const decisive = rank.find((kind) => outcomes.some((outcome) => outcome.kind === kind));
  const texts = outcomes.filter(({ kind }) => kind === decisive).map(textOf);
  return (
    texts
      .filter((text) => text !== '')
      .slice(0, MAX_MESSAGES)
      .join('\n') || null
  );
}

/** Most writers repeat the message at the head of the text. */
function textOf({ message, text }: Outcome): string {
  const body = text.trim();
  if (message.includes(body)) return message;
  return body.includes(message.trim()) ? body : `${message}\n${body}`;
}

function isTrue(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === 'true';
}

/**
 * Milliseconds from seconds as `1.5`, `1,234.5`, `0,005`, `1.5s` or `20ms`. A comma beside a point parts thousands; alone it is the decimal
 * comma of a locale.
 */
export function duration(written: string): number | null {
  if (written.length > MAX_TIME_CHARS) return null;
  const match = /^([0-9][0-9.,]*(?:e-?[0-9]{1,3})?)\s*(ms|s|sec|seconds)?$/i.exec(written.trim());
  const digits = match?.[1];
  if (!digits) return null;
  const grouped = digits.includes('.') || digits.indexOf(',') !== digits.lastIndexOf(',');
  const value = Number(grouped ? digits.replaceAll(',', '') : digits.replace(',', '.'));
  if (!Number.isFinite(value)) return null;
  const milliseconds = match[2]?.toLowerCase() === 'ms' ? value : value * SECOND_MS;
  return Math.round(milliseconds * SECOND_MS) / SECOND_MS;
}

function filled(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text;
}

/** Properties of our own export that repeat, as JSON, a text which XML cannot hold. */
export const EXACT_TEXT = 'invarium.json.';

function exactTexts(properties: ReadonlyMap<string, string>): {
  name: string | null;
  suite: string | null;
  message: string | null;
} {
  const exact = (field: string) => {
    const text = jsonOf(properties.get(EXACT_TEXT + field));
    return typeof text === 'string' ? text : null;
  };
  return { name: exact('name'), suite: exact('suite'), message: exact('message') };
}
