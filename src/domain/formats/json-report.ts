import { ctrf } from './ctrf.ts';
import type { JsonDialect, Reading } from './dialect.ts';
import { ItemFault, ReportFault } from './fault.ts';
import { JsonText } from './json-text.ts';
import type { Path } from './json-values.ts';
import { messageLists } from './message-lists.ts';
import { native } from './native.ts';
import { otel } from './otel.ts';
import { promptfoo } from './promptfoo.ts';
import type { Recognised } from './recognise.ts';
import type { ReportedCase, ReportFormat } from './reported-case.ts';

/** Takes what a report holds: `make` answers a case, or throws ItemFault where it cannot be read. */
export type Found = (make: () => ReportedCase | null) => void;

const DIALECTS: Record<Exclude<ReportFormat, 'junit'>, (reading: Reading) => JsonDialect> = {
  native,
  ctrf,
  messages: messageLists,
  promptfoo,
  otel,
};

/** A report in JSON: one document, or with `lines` one a line, where a line that is no JSON is refused and the others stand. */
export class JsonReport {
  readonly #dialect: JsonDialect;
  readonly #items: readonly Path[];
  readonly #found: Found;
  readonly #lines: boolean;
  #document: JsonText;
  #line = '';
  #lineNumber = 0;

  constructor({
    found,
    recognised,
    reading,
    lines,
  }: { found: Found; recognised: Recognised; reading: Reading; lines: boolean }) {
    const { format, items } = recognised;
    // Recognised as XML is what never comes here.
    this.#dialect = DIALECTS[format === 'junit' ? 'native' : format](reading);
    this.#items = items;
    this.#found = found;
    this.#lines = lines;
    this.#document = this.#newDocument();
  }

  write(chunk: Uint8Array | string): void {
    if (!this.#lines) this.#document.write(chunk);
    else if (typeof chunk === 'string') this.#readLines(chunk);
  }

  end(): void {
    if (!this.#lines) this.#document.end();
    else if (this.#line.trim() !== '') this.#readLine(this.#line);
    for (const reported of this.#dialect.rest?.() ?? []) this.#found(() => reported);
  }

  #newDocument(): JsonText {
    const { facts = [], item, fact } = this.#dialect;
    return new JsonText([...facts, ...this.#items], {
      value: (path, value, fault) => {
        if (!this.#items.includes(path)) return fact?.(path, fault === null ? value : null);
        this.#found(() => {
          if (fault !== null) throw new ItemFault(`It holds ${fault}`);
          return item(value, path);
        });
      },
    });
  }

  #readLines(chunk: string): void {
    const [first = '', ...rest] = chunk.split('\n');
    this.#line += first;
    if (this.#line.length > MAX_LINE_CHARS) throw longLine(this.#lineNumber + 1);
    for (const next of rest) {
      this.#readLine(this.#line);
      this.#line = next;
    }
  }

  #readLine(line: string): void {
    this.#lineNumber += 1;
    if (line.trim() === '') return;
    try {
      this.#document.line(line);
    } catch (error) {
      if (!(error instanceof ReportFault)) throw error;
      this.#document = this.#newDocument();
      this.#found(() => {
        throw new ItemFault(`Line ${this.#lineNumber} cannot be read`);
      });
    }
  }
}

const MAX_LINE_CHARS = 8 * 1024 * 1024;

function longLine(line: number): ReportFault {
  const message = `Line ${line} is over ${MAX_LINE_CHARS / 1024 / 1024} MB`;
  return new ReportFault('too_large', { message, hint: 'Write one result a line.', line });
}
