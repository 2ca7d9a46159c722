import {
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { invalidBlueprint } from './problems.ts';

export const MAX_BLUEPRINT_BYTES = 512_000;
const BYTES_PER_KB = 1024;
/** Far above any JSON Schema a person writes, far below what fills a call stack. */
const MAX_DEPTH = 64;
/** Nodes and characters that aliases may add; a document of the largest size written out once more. */
const MAX_ALIAS_COST = MAX_BLUEPRINT_BYTES;

/** The parser's codes in words of ours: its own messages quote the document. */
const WORDS: Record<ErrorCode, string> = {
  ALIAS_PROPS: 'an alias cannot have an anchor or a tag',
  BAD_ALIAS: 'an alias that names no anchor before it',
  BAD_COLLECTION_TYPE: 'a tag that does not fit its collection',
  BAD_DIRECTIVE: 'a directive that is not known',
  BAD_DQ_ESCAPE: 'an escape that is not known in a quoted string',
  BAD_INDENT: 'wrong indentation or a bracket that is not closed',
  BAD_PROP_ORDER: 'an anchor or tag in the wrong place',
  BAD_SCALAR_START: 'a text that must be quoted because of its first character',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping inside a mapping on one line, or a text with a colon that must be quoted',
  BLOCK_IN_FLOW: 'an indented block inside brackets',
  DUPLICATE_KEY: 'a key that stands twice in one mapping',
  IMPOSSIBLE: 'a structure that cannot be read',
  KEY_OVER_1024_CHARS: 'a key of more than 1024 characters',
  MISSING_CHAR: 'a missing comma, colon, quote, bracket or space',
  MULTILINE_IMPLICIT_KEY: 'a key that goes over more than one line',
  MULTIPLE_ANCHORS: 'more than one anchor on a value',
  MULTIPLE_DOCS: 'more than one document',
  MULTIPLE_TAGS: 'more than one tag on a value',
  NON_STRING_KEY: 'a key that is not a plain text',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'a tab used as indentation',
  TAG_RESOLVE_FAILED: 'a tag that is not supported',
  UNEXPECTED_TOKEN: 'an unexpected character',
};

/** A control character other than tab and line breaks, or half of a surrogate pair: YAML allows neither outside an escape. */
const UNPRINTABLE = /[^\P{Cc}\t\n\r\u007f-\u009f]|\p{Cs}/u;

export type BlueprintDocument = { text: string; lines: LineCounter; root: ParsedNode | null; value: unknown };

/**
 * A YAML 1.2 or JSON text as plain data: null, booleans, finite numbers, strings, arrays and objects.
 * Duplicate and prototype keys, merge keys, tags, several documents and aliases that expand without measure are refused.
 * @throws Refusal INVALID_BLUEPRINT
 */
export function readDocument(given: string): BlueprintDocument {
  const bytes = new TextEncoder().encode(given).length;
  if (bytes > MAX_BLUEPRINT_BYTES) {
    const size = `Document is ${Math.ceil(bytes / BYTES_PER_KB)} KB`;
    throw invalidBlueprint([`${size}. Maximum is ${MAX_BLUEPRINT_BYTES / BYTES_PER_KB} KB`]);
  }
  const text = given.replace(/^\uFEFF/, '');
  const lines = new LineCounter();
  const root = parseTree(text, lines);
  return { text, lines, root, value: new PlainReader(lines).read(root, 0) };
}

function refusalAt(lines: LineCounter, offset: number, words: string) {
  const { line, col } = lines.linePos(offset);
  return invalidBlueprint([`Invalid YAML at line ${line}, column ${col}: ${words}`]);
}

function parseTree(text: string, lines: LineCounter): ParsedNode | null {
  const doc = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Not 'silent': that would hide a second document.
    logLevel: 'error',
    // A `%YAML 1.1` line would otherwise bring back `yes` as true, and merge keys.
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // The parser compares every pair of keys: 20 s on a mapping of 500 KB. PlainReader checks with a set.
    uniqueKeys: false,
  });
  const [problem] = [...doc.errors, ...doc.warnings];
  if (problem) throw refusalAt(lines, problem.pos[0], WORDS[problem.code]);
  const offset = text.search(UNPRINTABLE);
  if (offset >= 0) throw refusalAt(lines, offset, 'a control character that must be written as an escape');
  return doc.contents;
}

/** Turns a tree into plain data in one pass. Anchors become known after their value is read, so that no alias can contain itself. */
class PlainReader {
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, ParsedNode>();
  #aliasDepth = 0;
  #aliasCost = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  read(node: ParsedNode | null, depth: number): unknown {
    if (!node) return null;
    if (depth > MAX_DEPTH) throw this.#refusal(node, WORDS.RESOURCE_EXHAUSTION);
    if (isAlias(node)) return this.#alias(node as ParsedNode & { source: string }, depth);
    this.#spend(node);
    const value = this.#value(node, depth);
    if (node.anchor && this.#aliasDepth === 0) this.#anchors.set(node.anchor, node);
    return value;
  }

  #value(node: ParsedNode, depth: number): unknown {
    if (isSeq(node)) return node.items.map((item) => this.read(item as ParsedNode | null, depth + 1));
    if (isMap(node)) return this.#map(node as YAMLMap.Parsed, depth);
    const value = isScalar(node) ? node.value : null;
    if (typeof value !== 'number') return value;
    // JSON writes minus zero as zero.
    if (Number.isFinite(value)) return value === 0 ? 0 : value;
    throw this.#refusal(node, 'a number that is not finite');
  }

  #map(map: YAMLMap.Parsed, depth: number): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    for (const { key, value } of map.items) {
      const name = this.#key(key);
      if (entries.has(name)) throw this.#refusal(key, WORDS.DUPLICATE_KEY);
      entries.set(name, this.read(value, depth + 1));
    }
    return Object.fromEntries(entries);
  }

  #key(key: ParsedNode): string {
    const name = isScalar(key) ? String(key.value ?? '') : '';
    if (name === '__proto__') throw this.#refusal(key, 'a key that is reserved');
    if (name === '<<') throw this.#refusal(key, 'a merge key, which is not supported; write the fields out');
    return name;
  }

  #alias(alias: ParsedNode & { source: string }, depth: number): unknown {
    const target = this.#anchors.get(alias.source);
    if (!target) throw this.#refusal(alias, WORDS.BAD_ALIAS);
    this.#aliasDepth += 1;
    const value = this.read(target, depth + 1);
    this.#aliasDepth -= 1;
    return value;
  }

  #spend(node: ParsedNode) {
    if (this.#aliasDepth === 0) return;
    this.#aliasCost += 1 + (isScalar(node) && typeof node.value === 'string' ? node.value.length : 0);
    if (this.#aliasCost > MAX_ALIAS_COST) throw this.#refusal(node, 'aliases that expand to more than 500 KB');
  }

  #refusal(node: ParsedNode, words: string) {
    return refusalAt(this.#lines, node.range[0], words);
  }
}

/** Where in the document an offset lies, as keys and indexes from the top; nothing for a comment. */
export function pathAt({ root }: BlueprintDocument, offset: number): (string | number)[] | undefined {
  const path: (string | number)[] = [];
  let node = root;
  while (node && covers(node, offset)) {
    const step = isMap(node) || isSeq(node) ? childAt(node as YAMLMap.Parsed, offset) : undefined;
    if (!step) return isScalar(node) ? path : undefined;
    path.push(step.key);
    node = step.value;
  }
  return undefined;
}

function childAt(node: ParsedNode & { items: unknown[] }, offset: number) {
  if (isSeq(node)) {
    const index = node.items.findIndex((item) => covers(item as ParsedNode | null, offset));
    return index < 0 ? undefined : { key: index, value: node.items[index] as ParsedNode };
  }
  const pairs = (node as YAMLMap.Parsed).items;
  const pair = pairs.find(({ key, value }) => covers(key, offset) || covers(value, offset));
  if (!pair) return undefined;
  // A secret may be a key: the path then ends in it, and whoever prints paths redacts them.
  return {
    key: isScalar(pair.key) ? String(pair.key.value) : '',
    value: covers(pair.key, offset) ? pair.key : pair.value,
  };
}

function covers(node: ParsedNode | null, offset: number): boolean {
  return node !== null && node.range[0] <= offset && offset < node.range[1];
}

/** The document under another name: what is kept says what the agent is registered as, comments and layout untouched. */
export function renamedText({ text, root }: BlueprintDocument, name: string): string {
  if (!isMap(root)) return text;
  const { items, flow, range } = root as YAMLMap.Parsed;
  const named = (field: string) => items.find(({ key }) => isScalar(key) && key.value === field);
  const pair = named('agent_name') ?? named('name');
  if (pair?.value) {
    const [start, end] = pair.value.range;
    // An empty value begins right behind the colon; a block of lines owns its last line break.
    const before = end > start ? '' : ' ';
    const after = text.slice(start, end).endsWith('\n') ? '\n' : '';
    return `${text.slice(0, start)}${before}"${name}"${after}${text.slice(end)}`;
  }
  if (flow) return `${text.slice(0, range[0] + 1)}"agent_name": "${name}", ${text.slice(range[0] + 1)}`;
  const indent = ' '.repeat(range[0] - (text.lastIndexOf('\n', range[0] - 1) + 1));
  return `${text.slice(0, range[0])}agent_name: "${name}"\n${indent}${text.slice(range[0])}`;
}
