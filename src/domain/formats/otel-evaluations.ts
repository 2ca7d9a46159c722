import { isObject } from '../verdict/equality.ts';
import { carriedFields } from './carried-fields.ts';
import { scalarText } from './loose-values.ts';
import { attributesOf } from './otel-attributes.ts';
import { evaluationOf } from './otel-span.ts';
import { EVALUATION_EVENT } from './print-evaluations.ts';
import { type ReportedCase, reportedCase } from './reported-case.ts';

/** A log record that is an evaluation, as a case; null for any other record. */
export function evaluatedCase(record: unknown): ReportedCase | null {
  if (!isObject(record)) return null;
  const attributes = attributesOf(record.attributes);
  const event = record.eventName ?? attributes.get('event.name');
  if (event !== EVALUATION_EVENT) return null;
  const { verdict, explanation } = evaluationOf(record);
  const name = scalarText(attributes.get('test.case.name') ?? attributes.get('gen_ai.evaluation.name'));
  return reportedCase({
    ...carriedFields([Object.fromEntries(attributes)]),
    name: name ?? '',
    suite: scalarText(attributes.get('test.suite.name')),
    verdict,
    flaky: attributes.get('invarium.flaky') === true,
    message: explanation,
  });
}
