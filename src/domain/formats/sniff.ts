import { encodingOf, TextChunks } from './encoding.ts';
import { ReportFault } from './fault.ts';
import { JsonText } from './json-text.ts';
import { type Recognised, Recogniser } from './recognise.ts';
import type { ReportFormat } from './reported-case.ts';
import type { Warnings } from './warnings.ts';

/** What the head of a report shows: how to read it, and what it is. `lines` says that each line is a document of its own. */
export type Sniffed = { encoding: string } & (
  | { syntax: 'xml'; found: Recognised }
  | { syntax: 'json'; lines: boolean; found: Recognised | null }
);

/** What the door was told of a report. `format` is what the sender says it is, `contentType` the request's header. */
export type ReportHints = { format?: ReportFormat | null; contentType?: string | null };

const LINES_TYPE = /\b(?:x-ndjson|ndjson|jsonl|jsonlines|json-lines|json-seq|x-jsonl)\b/i;
const SPACE_AT_START = /^[\s\ufeff]*/;

/**
 * Recognises a report by its first bytes; `isAll` says that there are no more. JSON that does not say yet what it is has `found: null`.
 * @throws ReportFault for what is neither XML nor JSON, or not what the sender says it is.
 */
export function sniff(
  head: Uint8Array,
  isAll: boolean,
  { format, contentType }: ReportHints,
  warnings: Warnings,
): Sniffed {
  const encoding = encodingOf(head, warnings);
  const text = lenient(head, encoding).replace(SPACE_AT_START, '');
  if (text === '' && isAll) throw nothing();
  if (text.startsWith('<')) {
    if (format && format !== 'junit') throw otherSyntax(format, 'XML');
    return { encoding, syntax: 'xml', found: { format: 'junit', items: [] } };
  }
  if (!/^[[{]/.test(text)) throw unknown();
  if (format === 'junit') throw otherSyntax(format, 'JSON');
  const lines = LINES_TYPE.test(contentType ?? '') || isLines(text);
  return {
    encoding,
    syntax: 'json',
    lines,
    found: recogniseJson(lines ? firstLine(text) : text, isAll, format ?? null),
  };
}

/** A document in the first line and something after it. */
function isLines(text: string): boolean {
  const line = firstLine(text);
  if (line.length === text.length || text.slice(line.length).trim() === '') return false;
  return isDocument(line);
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}

function isDocument(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function recogniseJson(text: string, isAll: boolean, format: ReportFormat | null): Recognised | null {
  const recogniser = new Recogniser(format);
  const json = new JsonText([], { key: (path) => recogniser.see(path) });
  try {
    json.write(text);
  } catch (error) {
    // What was recognised is read in earnest, where an item may be refused alone.
    if (!recogniser.found) throw error;
  }
  const isEmptyList = isAll && /^\[\s*\]\s*$/.test(text);
  return recogniser.found ?? (isEmptyList ? { format: format ?? 'native', items: [['*']] } : null);
}

/** As much of the text as can be read, to look at only. */
function lenient(head: Uint8Array, encoding: string): string {
  // An encoding that is not known is refused here.
  new TextChunks(encoding);
  return new TextDecoder(encoding).decode(head, { stream: true });
}

function nothing(): ReportFault {
  return new ReportFault('unparseable', { message: 'The report is empty', hint: 'Check that the file was written.' });
}

function otherSyntax(format: ReportFormat, syntax: string): ReportFault {
  const message = `The report is ${syntax}, which ${format} is not`;
  return new ReportFault('unparseable', { message, hint: 'Leave "format" out to have it recognised.' });
}

export function unknown(): ReportFault {
  const message = 'The report is of no known format';
  const hint =
    'Send results as JSON or NDJSON, CTRF, JUnit XML, lists of messages, promptfoo results or OTLP/JSON spans; "format" names it.';
  return new ReportFault('unknown_format', { message, hint });
}
