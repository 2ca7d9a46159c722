import type { RunResult } from '../result.ts';
import { isObject } from '../verdict/equality.ts';
import { clip } from '../verdict/wording.ts';
import { carriedFields } from './carried-fields.ts';
import type { JsonDialect, Reading } from './dialect.ts';
import { ItemFault } from './fault.ts';
import { amountOf, scalarText } from './loose-values.ts';
import { conversation, messagesOf } from './messages-of.ts';
import { type ReportedCase, reportedCase, scenarioIdInName } from './reported-case.ts';

/** Lists of chat messages: one transcript a result, either bare or under `messages` beside its metadata. */
export function messageLists(_reading: Reading): JsonDialect {
  return { item: readTranscript };
}

/** @throws ItemFault for what is neither a list of messages nor an object with one. */
export function readTranscript(value: unknown): ReportedCase {
  const about = isObject(value) ? value : {};
  const list = Array.isArray(value) ? value : (about.messages ?? about.transcript ?? about.conversation);
  if (!Array.isArray(list)) throw new ItemFault('There is no list of messages');
  if (list.length === 0) throw new ItemFault('The list of messages is empty');
  const messages = messagesOf(list);
  const metadata = isObject(about.metadata) ? about.metadata : {};
  const carried = carriedFields([metadata, { ...about, messages: null }]);
  const name = scalarText(about.name ?? about.title ?? metadata.name ?? about.id ?? metadata.id) ?? '';
  const said = conversation(messages);
  const failure = scalarText(about.error ?? metadata.error ?? metadata.error_message);
  return reportedCase({
    ...said,
    ...carried,
    messages,
    name: name || firstLine(said.userMessage ?? ''),
    scenarioId: carried.scenarioId ?? scenarioIdInName(name),
    verdict: verdictOf(about.passed ?? metadata.passed ?? metadata.success, failure),
    message: failure ?? scalarText(about.notes ?? metadata.notes),
    usage: usageOf(about.usage ?? metadata.usage),
  });
}

function verdictOf(passed: unknown, failure: string | null): ReportedCase['verdict'] {
  if (failure) return 'error';
  return passed === true ? 'passed' : passed === false ? 'failed' : null;
}

/** Token counts as OpenAI, Anthropic and promptfoo name them. */
export function usageOf(usage: unknown): NonNullable<RunResult['usage']> | null {
  if (!isObject(usage)) return null;
  const found = {
    input_tokens: amountOf(usage.input_tokens ?? usage.prompt_tokens ?? usage.prompt),
    output_tokens: amountOf(usage.output_tokens ?? usage.completion_tokens ?? usage.completion),
    cost_usd: amountOf(usage.cost_usd ?? usage.cost),
  };
  const known = Object.entries(found).filter(([, count]) => count !== null);
  return known.length > 0 ? Object.fromEntries(known) : null;
}

const MAX_TITLE_CHARS = 120;

/** What a transcript without a name goes by. */
export function firstLine(text: string): string {
  return clip(text.trim().split('\n', 1)[0] ?? '', MAX_TITLE_CHARS);
}
