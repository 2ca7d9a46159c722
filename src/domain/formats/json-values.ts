import { ReportFault } from './fault.ts';
import { MAX_DEPTH } from './reported-case.ts';

/** Where a value lies: keys of objects, and `*` for any place in an array. */
export type Path = readonly string[];

type JsonValue = unknown;
type Container = Record<string, JsonValue> | JsonValue[];

/** Paths that are wanted, as a tree. `path` is set where one of them ends. */
type Branch = { path: Path | null; next: Map<string, Branch> };

/** An object or array that is open. `value` is null where nothing of it is wanted. */
type Frame = { keys: Set<string> | null; key: string; value: Container | null; branch: Branch | null; start: number };

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma' | 'nothing';

/** Bytes of one wanted value. */
const MAX_VALUE_BYTES = 8 * 1024 * 1024;
/** Keys and values in one wanted value: a value may take some 300 bytes of memory for two of text. */
const MAX_MEMBERS = 100_000;

export type JsonValueHandlers = {
  /** A wanted value is complete; `fault` says what is wrong in it, though it is JSON. */
  value?: (path: Path, value: unknown, fault: string | null) => void;
  /** A key was read; `path` is where it lies. Only while it is not more than a few levels deep. */
  key?: (path: Path) => void;
};
/** Levels down to which keys are told. */
const TOLD_LEVELS = 7;

/**
 * Puts JSON tokens together into the values at the wanted paths and forgets everything else as it passes, so that memory holds one such
 * value at a time. Stricter than `JSON.parse`: no key twice in an object, no `__proto__`, no number beyond a double, no half of a surrogate
 * pair. Inside a wanted value these are the value's fault; elsewhere they are the document's.
 */
export class JsonValues {
  readonly #handlers: JsonValueHandlers;
  readonly #root: Branch = { path: null, next: new Map() };
  readonly #frames: Frame[] = [];
  #expected: Expected = 'value';
  /** The open wanted value that everything now belongs to: its depth, or 0. */
  #wantedDepth = 0;
  #members = 0;
  #fault: string | null = null;

  constructor(wanted: readonly Path[], handlers: JsonValueHandlers) {
    this.#handlers = handlers;
    for (const path of wanted) {
      let branch = this.#root;
      for (const part of path) branch = nextOrNew(branch, part);
      branch.path = path;
    }
  }

  get complete(): boolean {
    return this.#expected === 'nothing';
  }

  /** Makes it ready for another document, after a complete one. */
  restart(): void {
    this.#expected = 'value';
  }

  open(isObject: boolean, offset: number): void {
    const branch = this.#startValue(offset);
    if (this.#frames.length >= MAX_DEPTH) throw tooDeep(offset);
    const isWanted = this.#wantedDepth > 0 || Boolean(branch?.path);
    const value = isWanted ? (isObject ? {} : []) : null;
    this.#frames.push({ keys: isObject ? new Set() : null, key: '*', value, branch, start: offset });
    if (this.#wantedDepth === 0 && isWanted) this.#wantedDepth = this.#frames.length;
    this.#expected = isObject ? 'key or end' : 'value or end';
  }

  close(isObject: boolean, offset: number): void {
    const frame = this.#frames.at(-1);
    const mayEnd = this.#expected === 'comma' || this.#expected === (isObject ? 'key or end' : 'value or end');
    if (!frame || !mayEnd || (frame.keys !== null) !== isObject) throw misplaced(isObject ? '}' : ']', offset);
    this.#frames.pop();
    if (this.#wantedDepth > this.#frames.length) this.#wantedDepth = 0;
    this.#finish(frame.value, frame.branch);
  }

  colon(offset: number): void {
    if (this.#expected !== 'colon') throw misplaced(':', offset);
    this.#expected = 'value';
  }

  comma(offset: number): void {
    const frame = this.#frames.at(-1);
    if (!frame || this.#expected !== 'comma') throw misplaced(',', offset);
    this.#expected = frame.keys ? 'key' : 'value';
  }

  text(value: string, offset: number): void {
    if (!value.isWellFormed()) this.#wrong(`half of a surrogate pair at byte ${offset}`, offset);
    if (this.#expected === 'key' || this.#expected === 'key or end') this.#key(value, offset);
    else this.scalar(value, offset);
  }

  scalar(value: string | number | boolean | null, offset: number): void {
    const branch = this.#startValue(offset);
    if (typeof value === 'number' && !Number.isFinite(value))
      this.#wrong(`a number too large at byte ${offset}`, offset);
    this.#finish(value, branch);
  }

  /** @throws ReportFault where a wanted value that is still open is too large; asked between chunks. */
  assertSize(offset: number): void {
    const wanted = this.#wantedDepth > 0 ? this.#frames[this.#wantedDepth - 1] : undefined;
    if (wanted && offset - wanted.start > MAX_VALUE_BYTES) throw tooLarge(wanted.start);
  }

  #key(key: string, offset: number): void {
    const frame = this.#frames.at(-1);
    if (!frame?.keys) throw misplaced('a key', offset);
    if (frame.keys.has(key)) this.#wrong(`a key that is there twice at byte ${offset}`, offset);
    if (key === '__proto__') this.#wrong(`the key __proto__ at byte ${offset}`, offset);
    frame.keys.add(key);
    frame.key = key;
    this.#expected = 'colon';
    if (this.#handlers.key && this.#frames.length <= TOLD_LEVELS)
      this.#handlers.key(this.#frames.map((open) => open.key));
  }

  #startValue(offset: number): Branch | null {
    if (this.#expected !== 'value' && this.#expected !== 'value or end') throw misplaced('a value', offset);
    const frame = this.#frames.at(-1);
    if (this.#wantedDepth === 0) this.#members = 0;
    else if (++this.#members > MAX_MEMBERS) throw tooMany(offset);
    if (!frame) return this.#root;
    return frame.branch?.next.get(frame.keys ? frame.key : '*') ?? null;
  }

  #finish(value: JsonValue, branch: Branch | null): void {
    const frame = this.#frames.at(-1);
    this.#expected = frame ? 'comma' : 'nothing';
    if (this.#wantedDepth > 0 && frame?.value) put(frame, value);
    else if (branch?.path) {
      const fault = this.#fault;
      this.#fault = null;
      this.#handlers.value?.(branch.path, value, fault);
    }
  }

  #wrong(what: string, offset: number): void {
    if (this.#wantedDepth > 0) this.#fault ??= what;
    else {
      const hint = 'Send JSON whose keys are unique and whose texts and numbers are whole.';
      throw new ReportFault('unparseable', { message: `The report holds ${what}`, hint, offset });
    }
  }
}

function nextOrNew(branch: Branch, part: string): Branch {
  const next = branch.next.get(part) ?? { path: null, next: new Map() };
  branch.next.set(part, next);
  return next;
}

function put({ value, key }: Frame, member: JsonValue): void {
  if (Array.isArray(value)) value.push(member);
  // The name would set the prototype; the item is refused for it anyway.
  else if (value && key !== '__proto__') value[key] = member;
}

function misplaced(what: string, offset: number): ReportFault {
  const message = `The report is not JSON: ${what} stands at byte ${offset}, where it cannot`;
  return new ReportFault('unparseable', { message, hint: 'Check that the file was written completely.', offset });
}

function tooDeep(offset: number): ReportFault {
  const message = `The report is nested more than ${MAX_DEPTH} levels deep at byte ${offset}`;
  return new ReportFault('too_large', { message, hint: 'Send it flatter.', offset });
}

function tooMany(offset: number): ReportFault {
  const message = `A value holds more than ${MAX_MEMBERS} others, at byte ${offset}`;
  return new ReportFault('too_large', { message, hint: 'Leave logs and raw data out of the report.', offset });
}

export function tooLarge(offset: number): ReportFault {
  const message = `A value that begins at byte ${offset} is over ${MAX_VALUE_BYTES / 1024 / 1024} MB`;
  return new ReportFault('too_large', {
    message,
    hint: 'Leave attachments and screenshots out of the report.',
    offset,
  });
}
