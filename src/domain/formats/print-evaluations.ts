import type { RunReport } from '../report.ts';
import { exportedCases } from './exported-case.ts';
import type { ReportedCase } from './reported-case.ts';

/** OpenTelemetry's name of the event (semantic conventions for GenAI). */
export const EVALUATION_EVENT = 'gen_ai.evaluation.result';
const SCORES = { passed: 1, failed: 0, error: 0, pending: null } as const;

type Value = { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean };
type Attribute = { key: string; value: Value };

/** A run's verdicts as `gen_ai.evaluation.result` events in OTLP/JSON, one log record a result. */
export function printEvaluations(report: RunReport): string {
  const { run } = report;
  const timeUnixNano = `${run.completed_at ?? run.started_at}000000`;
  const logRecords = exportedCases(report).map((one) => ({
    timeUnixNano,
    eventName: EVALUATION_EVENT,
    attributes: [text('gen_ai.evaluation.name', 'invarium'), ...attributesOf(one)],
  }));
  const resource = { attributes: [text('gen_ai.agent.name', run.agent_name), text('test.run.id', run.id)] };
  return JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'invarium' }, logRecords }] }] });
}

function attributesOf(one: ReportedCase): Attribute[] {
  const score = SCORES[one.verdict ?? 'pending'];
  return [
    text('test.case.name', one.name),
    text('test.suite.name', one.suite),
    text('scenario_id', one.scenarioId),
    text('gen_ai.evaluation.score.label', one.verdict),
    number('gen_ai.evaluation.score.value', score),
    text('gen_ai.evaluation.explanation', one.message),
    number('invarium.latency_ms', one.latencyMs),
    number('invarium.trial', one.trial),
    number('invarium.attempt', one.attempt),
    ...(one.flaky ? [{ key: 'invarium.flaky', value: { boolValue: true } }] : []),
  ].filter((attribute) => attribute !== null) as Attribute[];
}

function text(key: string, value: string | null): Attribute | null {
  return value === null ? null : { key, value: { stringValue: value } };
}

function number(key: string, value: number | null): Attribute | null {
  return value === null
    ? null
    : { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
}
