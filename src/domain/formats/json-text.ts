import Tokenizer, { TokenizerError } from '@streamparser/json/tokenizer.js';
import TokenType from '@streamparser/json/utils/types/tokenType.js';
import { ReportFault } from './fault.ts';
import { type JsonValueHandlers, JsonValues, type Path, tooLarge } from './json-values.ts';

/** Bytes of one text or number. */
const MAX_TOKEN_BYTES = 4 * 1024 * 1024;

type Token = Parameters<Tokenizer['onToken']>[0];

/** One JSON document that comes in chunks, bytes in UTF-8 or text, and leaves as the values at the wanted paths. */
export class JsonText {
  readonly #tokenizer = new Tokenizer({ separator: '' });
  readonly #values: JsonValues;
  #written = 0;
  #lastToken = 0;
  #taking = false;

  constructor(wanted: readonly Path[], handlers: JsonValueHandlers) {
    this.#values = new JsonValues(wanted, handlers);
    this.#tokenizer.onToken = (token) => {
      this.#taking = true;
      this.#take(token);
      this.#taking = false;
    };
  }

  /** @throws ReportFault; what the handlers throw passes through. */
  write(chunk: Uint8Array | string): void {
    this.#guard(() => this.#tokenizer.write(chunk));
    this.#written += chunk.length;
    if (this.#written - this.#lastToken > MAX_TOKEN_BYTES) throw tooLarge(this.#lastToken);
    this.#values.assertSize(this.#written);
  }

  /** @throws ReportFault where the document is cut off. */
  end(): void {
    this.#guard(() => this.#tokenizer.end());
    if (!this.#values.complete) throw cutOff(this.#written);
  }

  /** Reads one of several documents, whole; making a tokenizer for each would cost more than reading it. @throws ReportFault */
  line(text: string): void {
    // The line end finishes a number.
    this.write(`${text}\n`);
    if (!this.#values.complete) throw cutOff(this.#written);
    this.#values.restart();
  }

  #take({ token, value, offset }: Token): void {
    const values = this.#values;
    this.#lastToken = offset;
    if (values.complete) throw secondDocument(offset);
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET)
      values.open(token === TokenType.LEFT_BRACE, offset);
    else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET)
      values.close(token === TokenType.RIGHT_BRACE, offset);
    else if (token === TokenType.COLON) values.colon(offset);
    else if (token === TokenType.COMMA) values.comma(offset);
    else if (typeof value === 'string') values.text(value, offset);
    else values.scalar(value as number | boolean | null, offset);
  }

  /** The tokenizer throws an error of its own for bad JSON and the decoder's TypeError for bad UTF-8; what was thrown while taking a token is neither. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      const ofTheText = error instanceof TokenizerError || error instanceof TypeError;
      throw ofTheText && !this.#taking ? this.#unreadable(error) : error;
    }
  }

  #unreadable(error: Error): ReportFault {
    const offset = Number(/absolute position "(\d+)"/.exec(error.message)?.[1] ?? this.#lastToken);
    if (/middle of a token/.test(error.message)) return cutOff(this.#written);
    const what = error instanceof TypeError ? 'a text that is not UTF-8' : 'a character that JSON does not allow';
    const message = `The report cannot be read: ${what} at or after byte ${offset}`;
    const hint = 'Send JSON in UTF-8; NaN, comments and trailing commas are not JSON.';
    return new ReportFault('unparseable', { message, hint, offset });
  }
}

function cutOff(offset: number): ReportFault {
  const message = `The report ends in the middle, after ${offset} bytes`;
  return new ReportFault('unparseable', { message, hint: 'Check that the file was written completely.', offset });
}

function secondDocument(offset: number): ReportFault {
  const message = `The report goes on at byte ${offset} after its JSON document is complete`;
  const hint = 'For one JSON document a line send it as application/x-ndjson.';
  return new ReportFault('unparseable', { message, hint, offset });
}
