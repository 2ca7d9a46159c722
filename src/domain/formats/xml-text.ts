import { SaxesParser } from 'saxes';
import { ReportFault } from './fault.ts';
import { MAX_DEPTH } from './reported-case.ts';
import type { Warnings } from './warnings.ts';

const MAX_ATTRIBUTES = 1000;
/** Characters that XML 1.0 cannot hold. */
export const FORBIDDEN_IN_XML = /[[\p{Cc}\ufffe\uffff]--[\t\n\r\u{7f}-\u{9f}]]/gv;
const REFERENCE = /&#(?:x([0-9a-f]{1,8})|([0-9]{1,8}));/gi;
const FIRST_PRINTABLE = 0x20;
/** Of one text, attribute or comment; what is longer is cut to half of it, because the parser takes up to 64 bytes for each of its characters. */
const MAX_HELD_CHARS = 512 * 1024;
/** Each costs the parser an error of its own. */
const MAX_BAD_REFERENCES = 50_000;

/** Names come without their prefix, in lower case, without hyphens and underscores: `test-case` is `testcase`. */
export type XmlHandlers = {
  open: (name: string, attributes: ReadonlyMap<string, string>) => void;
  text: (text: string) => void;
  close: (name: string) => void;
};

/**
 * A well-formed XML document that comes as text in chunks. No DTD, no entities but the five and numbers; nesting and attributes are capped.
 * Tolerated, because reports have them: control characters, which are replaced, and references to them, which are resolved.
 */
export class XmlText {
  readonly #parser = new SaxesParser();
  readonly #warnings: Warnings;
  readonly #plainNames = new Map<string, string>();
  #depth = 0;
  #attributes = 0;
  /** A reference was met that XML does not allow; the text that holds it comes next. */
  #hasBadReference = false;
  #badReferences = 0;

  constructor(handlers: XmlHandlers, warnings: Warnings) {
    this.#warnings = warnings;
    const parser = this.#parser;
    // Seven handlers and no more: with an eighth V8 keeps the parser as a dictionary, and it reads seven times slower.
    parser.on('error', (error) => this.#tolerate(error.message.replace(/^\d+:\d+: /, '')));
    parser.on('doctype', () => {
      throw this.#fault('unparseable', 'It has a DOCTYPE, which is not read', 'Leave the DOCTYPE out.');
    });
    parser.on('attribute', () => {
      this.#attributes += 1;
      if (this.#attributes > MAX_ATTRIBUTES)
        throw this.#fault('too_large', `An element has more than ${MAX_ATTRIBUTES} attributes`, 'Use properties.');
    });
    parser.on('opentag', ({ name, attributes }) => {
      this.#attributes = 0;
      this.#depth += 1;
      if (this.#depth > MAX_DEPTH)
        throw this.#fault('too_large', `It is nested more than ${MAX_DEPTH} levels deep`, 'Send it flatter.');
      const known = new Map<string, string>();
      for (const key in attributes) known.set(this.#plain(key), this.#restored(attributes[key] ?? ''));
      handlers.open(this.#plain(name), known);
    });
    parser.on('text', (text) => handlers.text(this.#restored(text)));
    parser.on('cdata', (text) => handlers.text(text));
    parser.on('closetag', ({ name }) => {
      this.#depth -= 1;
      handlers.close(this.#plain(name));
    });
  }

  /** @throws ReportFault; what the handlers throw passes through. */
  write(chunk: string): void {
    const clean = chunk.replace(FORBIDDEN_IN_XML, '\ufffd');
    if (clean !== chunk) this.#warnings.note('Control characters, which XML cannot hold, were replaced');
    this.#parser.write(clean);
    this.#cutHeldText();
  }

  /** @throws ReportFault where the document is cut off. */
  end(): void {
    this.#parser.close();
  }

  /** The parser keeps a text until it ends, and has no limit for it. */
  #cutHeldText(): void {
    // The field is private in the types only; without it there would be no cut, and nothing else would break.
    const parser = this.#parser as unknown as { text?: unknown };
    if (typeof parser.text === 'string' && parser.text.length > MAX_HELD_CHARS)
      parser.text = parser.text.slice(0, MAX_HELD_CHARS / 2);
  }

  #tolerate(words: string): void {
    if (words === 'malformed character entity.') {
      this.#hasBadReference = true;
      this.#badReferences += 1;
      if (this.#badReferences > MAX_BAD_REFERENCES)
        throw this.#fault('too_large', 'It refers to control characters too often', 'Leave colours out of the report.');
    } else {
      const isUnknown = words === 'undefined entity.';
      const what = isUnknown
        ? 'It uses an entity that XML does not define'
        : `It is not well-formed XML (${plainWords(words)})`;
      const hint = isUnknown ? 'Use characters or numeric references.' : 'Check that the file was written completely.';
      throw this.#fault('unparseable', what, hint);
    }
  }

  /** References to control characters become these characters; any other that XML does not allow refuses the document. */
  #restored(text: string): string {
    if (!this.#hasBadReference || !text.includes('&#')) return text;
    this.#hasBadReference = false;
    let resolved = 0;
    const restored = text.replace(REFERENCE, (reference, hex, decimal) => {
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
      if (code >= FIRST_PRINTABLE) return reference;
      resolved += 1;
      return String.fromCharCode(code);
    });
    if (resolved === 0) {
      const hint = 'Use references to characters that exist.';
      throw this.#fault('unparseable', 'It refers to a character that does not exist', hint);
    }
    this.#warnings.note('References to control characters, which XML does not allow, were resolved');
    return restored;
  }

  /** The few names of a document come over and over. */
  #plain(name: string): string {
    const known = this.#plainNames.get(name);
    if (known !== undefined) return known;
    const local = name.slice(name.lastIndexOf(':') + 1);
    const plain = local.toLowerCase().replace(/[-_]/g, '');
    if (this.#plainNames.size < MAX_ATTRIBUTES) this.#plainNames.set(name, plain);
    return plain;
  }

  #fault(kind: ReportFault['kind'], what: string, hint: string): ReportFault {
    const { line } = this.#parser;
    const message = `The report cannot be read. ${what}, at line ${line}`;
    return new ReportFault(kind, { message, hint, line });
  }
}

/** The parser's words without names out of the document. */
function plainWords(words: string): string {
  return words.replace(/:.*$/s, '').replace(/\.$/, '');
}
