import { isoTime } from '../formatting.ts';
import type { RunReport } from '../report.ts';
import { exportedCases } from './exported-case.ts';
import { EXACT_TEXT } from './junit-case.ts';
import type { ReportedCase } from './reported-case.ts';
import { FORBIDDEN_IN_XML } from './xml-text.ts';

const SECOND_MS = 1000;
const ELEMENTS = { failed: 'failure', error: 'error', pending: 'skipped' } as const;
const REFERENCES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * A run as JUnit XML: one suite, one test a result. `scenario_id`, `trial`, `attempt` and `flaky` are properties. A text with characters
 * that XML cannot hold shows U+FFFD for each, and stands exactly, as JSON, in a property `invarium.json.name` or `invarium.json.message`.
 */
export function printJunit(report: RunReport): string {
  const { run } = report;
  const cases = exportedCases(report);
  const count = (verdict: ReportedCase['verdict']) => cases.filter((one) => one.verdict === verdict).length;
  const time = cases.reduce((sum, { latencyMs }) => sum + (latencyMs ?? 0), 0) / SECOND_MS;
  const totals = attributes({
    name: run.name ?? run.agent_name,
    tests: cases.length,
    failures: count('failed'),
    errors: count('error'),
    skipped: count('pending'),
    time,
    timestamp: isoTime(run.started_at),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${totals}>`,
    `<testsuite${totals}>`,
    `<properties>${property('run_id', run.id)}${property('agent', run.agent_name)}</properties>`,
    ...cases.map(printCase),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function printCase(one: ReportedCase): string {
  const { name, suite, verdict, latencyMs } = one;
  const time = latencyMs === null ? undefined : latencyMs / SECOND_MS;
  const open = `<testcase${attributes({ classname: suite ?? undefined, name, time })}>`;
  const properties = [
    property('scenario_id', one.scenarioId),
    property('trial', one.trial),
    property('attempt', one.attempt),
    property('flaky', one.flaky ? 'true' : null),
    exactly('name', name),
    exactly('message', one.message),
  ].join('');
  const outcome = verdict === null || verdict === 'passed' ? '' : printOutcome(ELEMENTS[verdict], one.message);
  return `${open}<properties>${properties}</properties>${outcome}</testcase>`;
}

/** The message stands in both places where readers look for it. */
function printOutcome(element: string, message: string | null): string {
  return message === null ? `<${element}/>` : `<${element}${attributes({ message })}>${escaped(message)}</${element}>`;
}

function property(name: string, value: string | number | null): string {
  return value === null ? '' : `<property${attributes({ name, value })}/>`;
}

function exactly(field: string, text: string | null): string {
  return text !== null && text.search(FORBIDDEN_IN_XML) >= 0 ? property(EXACT_TEXT + field, asciiJson(text)) : '';
}

/** JSON without a character that XML cannot hold; `JSON.stringify` leaves U+FFFE and U+FFFF as they are. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[\ufffe\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16)}`);
}

function attributes(values: Record<string, string | number | undefined>): string {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return known.map(([name, value]) => ` ${name}="${escaped(String(value))}"`).join('');
}

/** Text for an element or an attribute of XML. Line ends are references, because a reader may change those that are not. */
export function escaped(text: string): string {
  const clean = text.replace(FORBIDDEN_IN_XML, '\ufffd');
  return clean.replace(/[&<>"\t\n\r]/g, (one) => REFERENCES[one] ?? `&#${one.charCodeAt(0)};`);
}
