import type { CaseDetail } from './case-detail.ts';
import { expectationWords } from './expectation-words.ts';
import { toolPath } from './fingerprint.ts';
import { duration } from './formatting.ts';
import type { Message } from './result.ts';
import { textOf } from './verdict/transcript.ts';
import type { Evidence } from './verdict/verdict.ts';
import { inWords } from './verdict/wording.ts';

/** A result as Markdown, for an issue or a chat: the verdict first, then what proves it. All that is foreign stands in fences or code. */
export function caseMarkdown({ result, run, content, sent }: CaseDetail, url: string): string {
  const filed = result.category ? `${result.category} / ${result.subtype ?? 'other'} (${result.severity})` : null;
  const path = toolPath(sent);
  const parts = [
    `# ${inCode(result.title)}: ${result.status}`,
    fenced(result.reason),
    list([
      ...(filed ? [`Filed under: ${filed}`] : []),
      `Decided by: ${result.reviewer ? inCode(result.reviewer) : result.decided_by} (${result.rule})`,
      `Agent: ${run.agent_name}, run ${run.id}, case ${result.test_case_id}, trial ${result.trial}`,
      ...(sent.latency_ms == null ? [] : [`Latency: ${duration(sent.latency_ms)}`]),
      url,
    ]),
    section('User message', fenced(sent.user_message)),
    section('Agent response', fenced(sent.agent_response)),
    section('Expected', list(expectationWords(content.expectations).map(inCode))),
    section('Tools called', path ? list(path.map(inCode), 'none') : 'The result says nothing of its calls.'),
    section('Evidence', list(result.evidence.map(evidenceLine), 'none')),
    section('Conversation', (sent.messages ?? []).map(messageText).join('\n\n') || 'No transcript was sent.'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

function list(lines: readonly string[], none = ''): string {
  return lines.length > 0 ? lines.map((line) => `- ${line}`).join('\n') : none;
}

function evidenceLine({ call, step, tool, path, expected, actual, quote, note }: Evidence): string {
  return [
    ...(call === undefined ? [] : [`call ${call + 1}`]),
    ...(step === undefined ? [] : [`message ${step + 1}`]),
    ...(tool === undefined ? [] : [inCode(tool)]),
    ...(path === undefined ? [] : [`argument ${inCode(path)}`]),
    ...(expected === undefined ? [] : [`expected ${inCode(inWords(expected))}`]),
    ...(actual === undefined ? [] : [`actual ${inCode(inWords(actual))}`]),
    ...(quote === undefined ? [] : [`“${inCode(quote)}”`]),
    ...(note === undefined ? [] : [inCode(note)]),
  ].join(', ');
}

function messageText(message: Message, index: number): string {
  const calls = (message.tool_calls ?? []).map(({ function: { name, arguments: given } }) => {
    return `${name}(${typeof given === 'string' ? given : inWords(given ?? {})})`;
  });
  const said = [textOf(message), ...calls].filter((text) => text !== '').join('\n');
  return `### ${index + 1}. ${inCode(message.role)}\n\n${fenced(said)}`;
}

/** A fence that nothing in the text can close. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** One line of code, with more backticks around it than it holds. */
function inCode(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim() || ' ';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return longest > 0 ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`;
}
