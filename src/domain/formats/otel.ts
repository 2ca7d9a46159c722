import { isObject } from '../verdict/equality.ts';
import type { JsonDialect, Reading } from './dialect.ts';
import { ItemFault } from './fault.ts';
import { scalarText } from './loose-values.ts';
import { firstLine } from './message-lists.ts';
import { attributesOf, firstOf } from './otel-attributes.ts';
import { evaluatedCase } from './otel-evaluations.ts';
import { type Labels, milliseconds, readSpan, type Span } from './otel-span.ts';
import { type ReportedCase, reportedCase, scenarioIdInName } from './reported-case.ts';

/**
 * Spans in OTLP/JSON: one trace is one result. Its calls are the spans of tools in the order in which they began, its transcript is the
 * longest that one of its spans carries, its verdict comes from `gen_ai.evaluation.result` events, and an agent's span that failed is an
 * error. Traces may be mixed, so what is kept of them is held until the end.
 */

type Trace = { spans: Span[] };

const MAX_ANCESTORS = 20;

export function otel({ facts, warnings }: Reading): JsonDialect {
  const traces = new Map<string, Trace>();
  return {
    facts: ['resourceSpans', 'resourceLogs', 'batches'].flatMap((root) => [
      [root, '*', 'resource'],
      ['*', root, '*', 'resource'],
    ]),
    fact: (_path, value) => {
      const attributes = attributesOf(isObject(value) ? value.attributes : undefined);
      facts.runId ??= scalarText(firstOf(attributes, ['cicd.pipeline.run.id', 'test.run.id']));
    },
    item: (value, path) => {
      if (path.at(-2) === 'logRecords') return evaluatedCase(value);
      if (!isObject(value) || typeof value.traceId !== 'string') throw new ItemFault('The span has no traceId');
      const trace = traces.get(value.traceId) ?? { spans: [] };
      traces.set(value.traceId, trace);
      trace.spans.push(readSpan(value));
      return null;
    },
    rest: () => {
      const all = [...traces.values()].map(sorted);
      const telling = all.filter(({ spans }) =>
        spans.some(({ role, evaluations }) => role !== 'other' || evaluations[0]),
      );
      for (let i = telling.length; i < all.length; i++)
        warnings.note('A trace has no span of an agent, a model or a tool');
      return telling.sort((a, b) => compare(startOf(a), startOf(b))).map(caseOf);
    },
  };
}

function sorted({ spans }: Trace): Trace {
  return { spans: spans.toSorted((a, b) => compare(a.start, b.start)) };
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function startOf({ spans }: Trace): bigint {
  return spans[0]?.start ?? 0n;
}

function caseOf({ spans }: Trace): ReportedCase {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const root =
    spans.find(({ role }) => role === 'agent') ?? spans.find(({ parentId }) => !byId.has(parentId)) ?? spans[0];
  const tools = spans.filter((span) => span.tool && !isInsideItself(span, byId));
  const talks = spans.flatMap(({ said }) => said ?? []);
  const longest = talks.reduce(
    (best, talk) => (talk.messages.length >= best.length ? talk.messages : best),
    talks[0]?.messages ?? [],
  );
  const userMessage = root?.said?.userMessage ?? talks.find((talk) => talk.userMessage)?.userMessage ?? null;
  const agentResponse =
    root?.said?.agentResponse ?? talks.findLast((talk) => talk.agentResponse)?.agentResponse ?? null;
  const labels = labelsOf(spans);
  const name = labels.title ?? (root?.name || firstLine(userMessage ?? ''));
  const models = spans.filter(({ role }) => role === 'model');
  const inputTokens = models.reduce((sum, span) => sum + span.inputTokens, 0);
  const outputTokens = models.reduce((sum, span) => sum + span.outputTokens, 0);
  return reportedCase({
    name,
    scenarioId: labels.scenarioId ?? scenarioIdInName(name),
    trial: labels.trial,
    ...outcomeOf(spans, root),
    latencyMs: root && root.start > 0n && root.end >= root.start ? milliseconds(root.end - root.start) : null,
    userMessage,
    agentResponse,
    toolsCalled: tools.length > 0 ? tools.flatMap(({ tool }) => tool ?? []) : null,
    messages: longest.length > 0 ? longest : null,
    usage: inputTokens + outputTokens > 0 ? { input_tokens: inputTokens, output_tokens: outputTokens } : null,
  });
}

/** Two libraries may both have traced a call: the inner span of the same tool is the same call. */
function isInsideItself(span: Span, byId: ReadonlyMap<string, Span>): boolean {
  let above = byId.get(span.parentId);
  for (let i = 0; above && i < MAX_ANCESTORS; i++) {
    if (above !== span && above.tool?.name === span.tool?.name && above.tool) return true;
    above = byId.get(above.parentId);
  }
  return false;
}

function labelsOf(spans: readonly Span[]): Labels {
  const abouts = spans.map(({ about }) => about);
  return {
    scenarioId: abouts.find(({ scenarioId }) => scenarioId)?.scenarioId ?? null,
    trial: abouts.find(({ trial }) => trial)?.trial ?? null,
    title: abouts.find(({ title }) => title)?.title ?? null,
  };
}

function outcomeOf(spans: readonly Span[], root: Span | undefined): Pick<ReportedCase, 'verdict' | 'message'> {
  const evaluations = spans.flatMap((span) => span.evaluations);
  for (const verdict of ['error', 'failed', 'passed'] as const) {
    const evaluation = evaluations.find((one) => one.verdict === verdict);
    if (evaluation) return { verdict, message: evaluation.explanation };
  }
  return root && root.failure !== null ? { verdict: 'error', message: root.failure } : { verdict: null, message: null };
}
