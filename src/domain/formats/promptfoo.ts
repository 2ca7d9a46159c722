import { isObject } from '../verdict/equality.ts';
import { carriedFields } from './carried-fields.ts';
import type { JsonDialect, Reading } from './dialect.ts';
import { ItemFault } from './fault.ts';
import { amountOf, jsonOf, printed, scalarText, timeOf } from './loose-values.ts';
import { firstLine, usageOf } from './message-lists.ts';
import { conversation, messagesOf } from './messages-of.ts';
import { type ReportedCase, reportedCase, scenarioIdInName } from './reported-case.ts';
import { toolCallsOf } from './tool-calls-of.ts';

/**
 * Results of promptfoo (https://promptfoo.dev), as `promptfoo eval -o results.json` or `.jsonl` writes them: one row a prompt, provider and
 * test. Rows of one scenario are its trials, in the order of the file.
 */

type Raw = Record<string, unknown>;

/** `failureReason` of a row that broke off: 1 is a failed assertion. */
const BROKE_OFF = 2;
const MAX_REASONS = 5;

export function promptfoo({ facts }: Reading): JsonDialect {
  return {
    facts: [['evalId'], ['results', 'timestamp'], ['results', 'stats'], ['stats']],
    fact: (path, value) => {
      if (path.at(-1) === 'evalId') facts.reportId = scalarText(value);
      else if (path.at(-1) === 'timestamp') facts.startedAt = timeOf(value);
      else if (isObject(value)) facts.declared = totalsOf(value);
    },
    item: readRow,
  };
}

function totalsOf({ successes, failures, errors }: Raw): { tests: number | null; failed: number | null } {
  const [passed, failed, broken] = [amountOf(successes), amountOf(failures), amountOf(errors) ?? 0];
  return { tests: passed === null || failed === null ? null : passed + failed + broken, failed };
}

function readRow(value: unknown): ReportedCase {
  if (!isObject(value)) throw new ItemFault('The row is not a JSON object');
  const response = isObject(value.response) ? value.response : {};
  const output = response.output ?? value.output;
  if (output === undefined && value.success === undefined && !isObject(value.gradingResult) && !value.error)
    throw new ItemFault('The row has neither an output nor a verdict');
  const test = isObject(value.testCase) ? value.testCase : {};
  const carried = carriedFields([value.metadata, test.metadata, value.vars, test.vars, response.metadata]);
  const asked = promptOf(value.prompt);
  const answer = answerOf(output);
  const name = scalarText(value.description ?? test.description) ?? '';
  return reportedCase({
    userMessage: asked,
    agentResponse: answer,
    ...carried,
    name: name || firstLine(carried.userMessage ?? asked ?? ''),
    scenarioId: carried.scenarioId ?? scenarioIdInName(name),
    ...outcomeOf(value),
    latencyMs: amountOf(value.latencyMs ?? response.latencyMs),
    toolsCalled: carried.toolsCalled ?? callsOf(value, response, output),
    usage: usageOf({ ...tokensOf(response.tokenUsage ?? value.tokenUsage), cost: value.cost ?? response.cost }),
  });
}

function tokensOf(usage: unknown): Raw {
  return isObject(usage) ? { prompt: usage.prompt, completion: usage.completion } : {};
}

/** The rendered prompt; of a chat, what the user asked. */
function promptOf(prompt: unknown): string | null {
  const raw = isObject(prompt) ? prompt.raw : prompt;
  const chat = jsonOf(raw);
  const messages = Array.isArray(chat) && chat.every((one) => isObject(one) && typeof one.role === 'string');
  if (messages) return conversation(messagesOf(chat)).userMessage;
  return raw === undefined || raw === null ? null : printed(raw);
}

/** What the agent said. An output that is nothing but tool calls says nothing. */
function answerOf(output: unknown): string | null {
  if (output === undefined || output === null) return null;
  if (isObject(output) && 'content' in output) return typeof output.content === 'string' ? output.content : '';
  return typeof output !== 'string' && toolCallsOf(output) ? '' : printed(output);
}

function callsOf(row: Raw, response: Raw, output: unknown): ReportedCase['toolsCalled'] {
  const metadata = [response.metadata, row.metadata].filter(isObject);
  const places = [response, row, ...metadata].flatMap((place) => [place.toolCalls, place.tool_calls]);
  const listed = places.find(Array.isArray) ?? (typeof output === 'string' ? undefined : output);
  return listed === undefined ? null : toolCallsOf(listed);
}

function outcomeOf(row: Raw): Pick<ReportedCase, 'verdict' | 'message'> {
  const grading = isObject(row.gradingResult) ? row.gradingResult : {};
  const passed = row.success ?? grading.pass ?? row.pass;
  const brokeOff =
    row.failureReason === BROKE_OFF || (row.failureReason === undefined && Boolean(row.error) && !grading.reason);
  if (passed === true) return { verdict: 'passed', message: null };
  const reasons = failedReasons(grading.componentResults);
  const message = reasons || scalarText(grading.reason) || scalarText(row.error);
  if (brokeOff) return { verdict: 'error', message: scalarText(row.error) ?? message };
  return { verdict: passed === false ? 'failed' : null, message };
}

function failedReasons(components: unknown): string {
  const failed = Array.isArray(components) ? components.filter(isObject).filter(({ pass }) => pass === false) : [];
  const reasons = failed.map(({ reason }) => scalarText(reason) ?? '').filter((reason) => reason !== '');
  return reasons.slice(0, MAX_REASONS).join('\n');
}
