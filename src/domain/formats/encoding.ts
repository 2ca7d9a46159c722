import { echo } from '../errors.ts';
import { ReportFault } from './fault.ts';
import type { Warnings } from './warnings.ts';

/** How the bytes of a report are to be read as text. */

const DECLARATION_BYTES = 256;
const UTF8 = 'utf-8';

/**
 * The encoding that the first bytes tell: by a byte order mark, by where the zeros lie, or by an XML declaration; otherwise UTF-8.
 * @throws ReportFault for an encoding that is not known.
 */
export function encodingOf(head: Uint8Array, warnings: Warnings): string {
  const [a, b, c, d] = head;
  const isUtf32 = (a === 0 && b === 0) || (c === 0 && d === 0 && head.length >= 4 && (a === 0xff || b === 0));
  if (isUtf32) throw unknownEncoding('utf-32');
  if ((a === 0xff && b === 0xfe) || b === 0) return 'utf-16le';
  if ((a === 0xfe && b === 0xff) || a === 0) return 'utf-16be';
  if (a === 0xef && b === 0xbb && c === 0xbf) return UTF8;
  const start = String.fromCharCode(...head.subarray(0, DECLARATION_BYTES));
  const declared = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]{1,40})["']/i.exec(start)?.[1]?.toLowerCase();
  if (!declared) return UTF8;
  if (/^(?:utf-?16|ucs-?2|unicode)/.test(declared)) {
    warnings.note('It says that it is UTF-16, but it is not; it was read as UTF-8');
    return UTF8;
  }
  return declared;
}

/** A strict decoder: bytes that are no text of the encoding are refused, never replaced. */
export class TextChunks {
  readonly #decoder: TextDecoder;
  readonly #encoding: string;
  #read = 0;

  /** @throws ReportFault for an encoding that this runtime does not know. */
  constructor(encoding: string) {
    this.#encoding = encoding;
    try {
      this.#decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: false });
    } catch {
      throw unknownEncoding(encoding);
    }
  }

  /** The text of the next bytes, or of what is left where there are none. @throws ReportFault */
  decode(chunk?: Uint8Array): string {
    try {
      const text = chunk ? this.#decoder.decode(chunk, { stream: true }) : this.#decoder.decode();
      this.#read += chunk?.length ?? 0;
      return text;
    } catch {
      const where = `between the bytes ${this.#read} and ${this.#read + (chunk?.length ?? 0)}`;
      const message = `The report cannot be read: it is not ${echo(this.#encoding)} ${where}`;
      const hint = 'Declare the encoding that it has, or send UTF-8.';
      throw new ReportFault('unparseable', { message, hint, offset: this.#read });
    }
  }
}

function unknownEncoding(encoding: string): ReportFault {
  const message = `The encoding ${echo(encoding)} is not known`;
  return new ReportFault('unparseable', { message, hint: 'Send the report in UTF-8.' });
}
