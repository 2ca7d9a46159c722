import { clip } from '../verdict/wording.ts';
import { TextChunks } from './encoding.ts';
import { ItemFault, ReportFault } from './fault.ts';
import { JsonReport } from './json-report.ts';
import { JunitReading } from './junit.ts';
import {
  MAX_MESSAGE_CHARS,
  MAX_NAME_CHARS,
  MAX_REPORTED_CASES,
  type ReportedCase,
  type ReportFacts,
  type ReportFormat,
  type ReportItem,
} from './reported-case.ts';
import { type ReportHints, type Sniffed, sniff, unknown } from './sniff.ts';
import { Warnings } from './warnings.ts';
import { XmlText } from './xml-text.ts';

/** Bytes that are looked at together, and how many are waited for before it is said what a report is; the second is the last try. */
const CHUNK_BYTES = 64 * 1024;
const HEADS_BYTES = [64 * 1024, 1024 * 1024];

/** Items that may be refused before the whole report is. */
const MAX_REJECTED = 10_000;

/** Formats whose results say themselves which repetition they are. */
const NUMBERS_ITSELF: ReportFormat = 'native';

type Engine = { write: (chunk: Uint8Array) => void; end: () => void };

/**
 * Reads one report, whatever its format, as its bytes come in, and answers its items as they are complete. Memory holds one item at a time,
 * save for traces (what is kept of them is held until the end). Once it has thrown, it is of no further use.
 */
export class ReportReader {
  readonly #hints: ReportHints;
  readonly #warnings = new Warnings();
  readonly #head: Uint8Array[] = [];
  readonly #trials = new Map<string, number>();
  #headBytes = 0;
  #tries = 0;
  #engine: Engine | null = null;
  #items: ReportItem[] = [];
  #index = 0;
  #failed = 0;
  /** What the report says of itself so far; complete after `end`. The format is the sender's word until it is recognised. */
  readonly facts: ReportFacts;

  constructor(hints: ReportHints = {}) {
    this.#hints = hints;
    this.facts = {
      format: hints.format ?? 'native',
      reportId: null,
      runId: null,
      shardId: null,
      shardTotal: null,
      startedAt: null,
      declared: { tests: null, failed: null },
      tests: 0,
      rejected: 0,
      warnings: [],
    };
  }

  /** Items that these bytes complete. @throws ReportFault for a report that cannot be read. */
  push(chunk: Uint8Array): ReportItem[] {
    for (let at = 0; at < chunk.length; at += CHUNK_BYTES) this.#write(chunk.subarray(at, at + CHUNK_BYTES));
    return this.#taken();
  }

  /** The last items. @throws ReportFault for a report that is cut off or of no known format. */
  end(): ReportItem[] {
    if (!this.#engine) this.#recognise(true);
    this.#engine?.end();
    this.facts.warnings = this.#warnings.sentences();
    return this.#taken();
  }

  /** All items of a report, in batches as its bytes come. @throws ReportFault */
  async *read(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<ReportItem[]> {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES) {
        const items = this.push(chunk.subarray(at, at + CHUNK_BYTES));
        if (items.length > 0) yield items;
      }
    }
    const items = this.end();
    if (items.length > 0) yield items;
  }

  #write(chunk: Uint8Array): void {
    if (this.#engine) this.#engine.write(chunk);
    else {
      // A copy: whose bytes they are may write over them.
      this.#head.push(chunk.slice());
      this.#headBytes += chunk.length;
      if (this.#headBytes >= (HEADS_BYTES[this.#tries] ?? 0)) this.#recognise(false);
    }
  }

  #recognise(isAll: boolean): void {
    const head = joined(this.#head, this.#headBytes);
    const sniffed = sniff(head, isAll, this.#hints, this.#warnings);
    this.#tries += 1;
    if (!sniffed.found && !isAll && this.#tries < HEADS_BYTES.length) return;
    this.#engine = this.#engineFor(sniffed);
    this.#head.length = 0;
    for (let at = 0; at < head.length; at += CHUNK_BYTES) this.#engine.write(head.subarray(at, at + CHUNK_BYTES));
  }

  #engineFor(sniffed: Sniffed): Engine {
    const { encoding, found } = sniffed;
    if (!found) throw unknown();
    this.facts.format = found.format;
    const reading = { facts: this.facts, warnings: this.#warnings, nextIndex: () => this.#index };
    if (sniffed.syntax === 'xml') {
      const junit = new JunitReading(reading, { found: (make) => this.#found(make) });
      const xml = decoded(encoding, new XmlText(junit, this.#warnings));
      const end = () => {
        xml.end();
        if (!junit.sawSuite) throw unknown();
        this.#compareTotals();
      };
      return { write: xml.write, end };
    }
    const json = new JsonReport({
      found: (make) => this.#found(make),
      recognised: found,
      reading,
      lines: sniffed.lines,
    });
    // Bytes in UTF-8 are what the tokenizer wants; lines are looked for in text.
    const engine = encoding === 'utf-8' && !sniffed.lines ? plain(json) : decoded(encoding, json);
    const end = () => {
      engine.end();
      this.#compareTotals();
    };
    return { write: engine.write, end };
  }

  #found(make: () => ReportedCase | null): void {
    const index = this.#index;
    try {
      const reported = make();
      if (!reported) return;
      this.#items.push({ kind: 'case', case: this.#finished(reported) });
      if (reported.verdict === 'failed' || reported.verdict === 'error') this.#failed += 1;
    } catch (error) {
      if (!(error instanceof ItemFault)) throw error;
      const message = `${error.message} at index ${index}.`;
      this.#items.push({ kind: 'rejected', rejected: { index, code: 'INVALID_RESULTS', message } });
      this.facts.rejected += 1;
    }
    this.#index += 1;
    this.facts.tests = this.#index;
    if (this.#index > MAX_REPORTED_CASES) throw tooMany(`more than ${MAX_REPORTED_CASES} tests`);
    if (this.facts.rejected > MAX_REJECTED) throw tooMany(`more than ${MAX_REJECTED} tests that cannot be read`);
  }

  #finished(reported: ReportedCase): ReportedCase {
    const { name, message } = reported;
    return {
      ...reported,
      index: this.#index,
      name: this.#clipped(name, MAX_NAME_CHARS, 'A name'),
      suite: reported.suite === null ? null : this.#clipped(reported.suite, MAX_NAME_CHARS, 'The name of a suite'),
      message: message === null ? null : this.#clipped(message, MAX_MESSAGE_CHARS, 'A message'),
      trial: reported.trial ?? this.#trialOf(reported),
    };
  }

  /**
   * A test that comes again in one report, and is not numbered as another try, is another trial of it: taking it for a try would let a pass
   * hide a failure. Null for a first one.
   */
  #trialOf({ name, suite, scenarioId, attempt }: ReportedCase): number | null {
    if (this.facts.format === NUMBERS_ITSELF || (attempt ?? 1) > 1) return null;
    const key = scenarioId ?? `${suite}\n${name}`;
    const trial = (this.#trials.get(key) ?? 0) + 1;
    this.#trials.set(key, trial);
    return trial > 1 ? trial : null;
  }

  #clipped(text: string, limit: number, what: string): string {
    if (text.length <= limit) return text;
    this.#warnings.note(`${what} was cut off after ${limit} characters`, this.#index);
    return clip(text, limit).toWellFormed();
  }

  #compareTotals(): void {
    const { declared, tests } = this.facts;
    if (tests === 0) this.#warnings.note('There is no test in the report');
    if (declared.tests !== null && declared.tests !== tests)
      this.#warnings.note(`The report claims ${declared.tests} tests, and ${tests} are in it`);
    if (declared.failed !== null && declared.failed > this.#failed)
      this.#warnings.note(`The report claims ${declared.failed} failures, and ${this.#failed} are in it`);
  }

  #taken(): ReportItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}

type TextEngine = { write: (chunk: string) => void; end: () => void };

function decoded(encoding: string, engine: TextEngine): Engine {
  const text = new TextChunks(encoding);
  return {
    write: (chunk) => engine.write(text.decode(chunk)),
    end: () => {
      engine.write(text.decode());
      engine.end();
    },
  };
}

function plain(json: JsonReport): Engine {
  return { write: (chunk) => json.write(chunk), end: () => json.end() };
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function tooMany(what: string): ReportFault {
  const message = `The report holds ${what}`;
  return new ReportFault('too_large', { message, hint: 'Split it over several reports.' });
}
