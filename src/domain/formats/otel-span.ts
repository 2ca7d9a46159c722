import type { ResultStatus } from '../fields.ts';
import type { ToolCall } from '../result.ts';
import { parseCaseId } from '../scenario.ts';
import { isObject } from '../verdict/equality.ts';
import { plainName } from './carried-fields.ts';
import { amountOf, countOf, jsonOf, scalarText } from './loose-values.ts';
import { type Attributes, attributesOf, firstOf } from './otel-attributes.ts';
import { type Said, saidIn, withDetails } from './otel-messages.ts';
import { EVALUATION_EVENT } from './print-evaluations.ts';
import { argumentsOf } from './tool-calls-of.ts';

/** What a span stands for: OpenTelemetry's GenAI conventions, and those of SDKs that predate them. */

export type SpanRole = 'tool' | 'agent' | 'model' | 'other';

/** What is kept of a span. Times are nanoseconds since 1970. `failure` is null where it did not fail. */
export type Span = {
  id: string;
  parentId: string;
  name: string;
  role: SpanRole;
  start: bigint;
  end: bigint;
  failure: string | null;
  tool: ToolCall | null;
  said: Said | null;
  inputTokens: number;
  outputTokens: number;
  about: Pick<Labels, 'scenarioId' | 'trial' | 'title'>;
  evaluations: Evaluation[];
};
export type Labels = { scenarioId: string | null; trial: number | null; title: string | null };
export type Evaluation = { verdict: ResultStatus | null; explanation: string | null };

const TOOL_NAMES = ['gen_ai.tool.name', 'ai.toolCall.name', 'tool.name', 'tool_name', 'traceloop.entity.name'];
const TOOL_INPUTS = [
  'gen_ai.tool.call.arguments',
  'tool_arguments',
  'gen_ai.tool.input',
  'ai.toolCall.args',
  'ai.toolCall.input',
  'traceloop.entity.input',
  'input.value',
  'tool.parameters',
];
const TOOL_OUTPUTS = [
  'gen_ai.tool.call.result',
  'tool_response',
  'gen_ai.tool.output',
  'ai.toolCall.result',
  'ai.toolCall.output',
  'traceloop.entity.output',
  'output.value',
];
const MODEL_OPERATIONS = new Set(['chat', 'text_completion', 'generate_content']);
const PASS_LABELS = new Set(['pass', 'passed', 'true', 'yes', 'correct', 'success', 'ok']);
const FAIL_LABELS = new Set(['fail', 'failed', 'false', 'no', 'incorrect', 'failure', 'notok']);
const OTHER_LABELS: Partial<Record<string, ResultStatus>> = { error: 'error', pending: 'pending' };

/** @throws ItemFault for messages that are none. */
export function readSpan(raw: Record<string, unknown>): Span {
  const events = Array.isArray(raw.events) ? raw.events.filter(isObject) : [];
  const attributes = withDetails(attributesOf(raw.attributes), events);
  const name = scalarText(raw.name) ?? '';
  const role = roleOf(attributes, name);
  const failure = failureOf(raw, attributes, events);
  const start = nanoseconds(raw.startTimeUnixNano);
  const end = nanoseconds(raw.endTimeUnixNano);
  const span = {
    id: String(raw.spanId ?? ''),
    parentId: String(raw.parentSpanId ?? ''),
    name,
    role,
    start,
    end,
    failure,
  };
  return {
    ...span,
    tool: role === 'tool' ? toolCall(attributes, span) : null,
    said: role === 'agent' || role === 'model' ? saidIn(attributes, events) : null,
    inputTokens: amountOf(firstOf(attributes, ['gen_ai.usage.input_tokens', 'llm.token_count.prompt'])) ?? 0,
    outputTokens: amountOf(firstOf(attributes, ['gen_ai.usage.output_tokens', 'llm.token_count.completion'])) ?? 0,
    about: labelsOf(attributes),
    evaluations: events.filter((event) => event.name === EVALUATION_EVENT).map(evaluationOf),
  };
}

function roleOf(attributes: Attributes, name: string): SpanRole {
  const operation = String(attributes.get('gen_ai.operation.name') ?? '');
  const kind = String(firstOf(attributes, ['openinference.span.kind', 'traceloop.span.kind']) ?? '').toLowerCase();
  const vercel = String(attributes.get('ai.operationId') ?? name);
  if (operation === 'execute_tool' || kind === 'tool' || vercel.startsWith('ai.toolCall')) return 'tool';
  if (operation === '' && kind === '' && (attributes.has('gen_ai.tool.name') || name.startsWith('execute_tool ')))
    return 'tool';
  if (operation === 'invoke_agent' || operation === 'invoke_workflow') return 'agent';
  if (['agent', 'chain', 'workflow'].includes(kind)) return 'agent';
  if (MODEL_OPERATIONS.has(operation) || kind === 'llm' || attributes.has('llm.request.type')) return 'model';
  const isAiSdk = /^ai\.(?:generate|stream)(?:Text|Object)(\.do)?/.exec(vercel);
  if (isAiSdk) return isAiSdk[1] ? 'model' : 'agent';
  return operation === '' && (attributes.has('gen_ai.input.messages') || attributes.has('gen_ai.prompt.0.role'))
    ? 'model'
    : 'other';
}

type Timed = Pick<Span, 'name' | 'failure' | 'start' | 'end'>;

function toolCall(attributes: Attributes, { name, failure, start, end }: Timed): ToolCall {
  const sent = firstOf(attributes, TOOL_INPUTS);
  const result = jsonOf(firstOf(attributes, TOOL_OUTPUTS));
  return {
    name: scalarText(firstOf(attributes, TOOL_NAMES)) ?? name.replace(/^(?:execute_tool|running tool:?) /, ''),
    ...(sent === undefined ? {} : { parameters: unwrappedArguments(argumentsOf(sent)) }),
    ...(result === undefined ? {} : { result }),
    ...(failure === null ? {} : { error: failure, status: 'failed' as const }),
    ...(start > 0n ? { started_at: milliseconds(start) } : {}),
    ...(end >= start && start > 0n ? { duration_ms: milliseconds(end - start) } : {}),
  };
}

/** Traceloop writes the call of the decorated function: its arguments stand under `kwargs` or `inputs`. */
function unwrappedArguments(sent: Record<string, unknown>): Record<string, unknown> {
  const inner = [sent.kwargs, sent.inputs].find((value) => isObject(value) && Object.keys(value).length > 0);
  return isObject(inner) ? inner : sent;
}

function failureOf(
  raw: Record<string, unknown>,
  attributes: Attributes,
  events: Record<string, unknown>[],
): string | null {
  const status = isObject(raw.status) ? raw.status : {};
  const isError = [2, '2', 'STATUS_CODE_ERROR', 'ERROR'].includes(status.code as string | number);
  if (!isError && !attributes.has('error.type')) return null;
  const exception = events.find(({ name }) => name === 'exception');
  const thrown = exception ? attributesOf(exception.attributes).get('exception.message') : undefined;
  return (
    scalarText(status.message) || scalarText(thrown) || scalarText(attributes.get('error.type')) || 'The span failed'
  );
}

function labelsOf(attributes: Attributes): Labels {
  const labels: Labels = { scenarioId: null, trial: null, title: null };
  const metadata = jsonOf(attributes.get('metadata'));
  for (const [key, value] of [...attributes, ...(isObject(metadata) ? Object.entries(metadata) : [])]) {
    const name = plainName(key);
    const text = scalarText(value)?.trim() ?? '';
    const isId = name === 'scenarioid' || ((name === 'caseid' || key === 'test.case.id') && parseCaseId(text));
    if (isId && text !== '') labels.scenarioId ??= text;
    else if (name === 'trial') labels.trial ??= countOf(value);
    else if (key === 'test.case.name' && text !== '') labels.title ??= text;
  }
  return labels;
}

export function evaluationOf(event: Record<string, unknown>): Evaluation {
  const attributes = attributesOf(event.attributes);
  const label = plainName(scalarText(attributes.get('gen_ai.evaluation.score.label')) ?? '');
  const verdict = PASS_LABELS.has(label) ? 'passed' : FAIL_LABELS.has(label) ? 'failed' : (OTHER_LABELS[label] ?? null);
  return { verdict, explanation: scalarText(attributes.get('gen_ai.evaluation.explanation')) };
}

/** 64-bit numbers are texts in OTLP/JSON; some writers print them as numbers all the same. */
function nanoseconds(value: unknown): bigint {
  const digits = typeof value === 'number' ? Math.round(value).toString() : String(value ?? '');
  return /^\d{1,20}$/.test(digits) ? BigInt(digits) : 0n;
}

export function milliseconds(duration: bigint): number {
  return Number(duration / 1000n) / 1000;
}
