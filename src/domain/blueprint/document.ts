import { EVENT_ID } from 'js-yaml';
import { invalidBlueprint } from './problems.ts';
import { coreValue } from './yaml-core.ts';
import { yamlEvents } from './yaml-events.ts';
import { Lines, TOO_DEEP, UNKNOWN_TAG, UNPRINTABLE, yamlRefusal } from './yaml-faults.ts';
import { type YamlAlias, type YamlMap, type YamlNode, type YamlScalar, yamlTree } from './yaml-tree.ts';

export const MAX_BLUEPRINT_BYTES = 512_000;
const BYTES_PER_KB = 1024;
/** Far above any JSON Schema a person writes, far below what fills a call stack. */
const MAX_DEPTH = 64;
/** Nodes and characters that aliases may add; a document of the largest size written out once more. */
const MAX_ALIAS_COST = MAX_BLUEPRINT_BYTES;

/** A control character other than tab and line breaks, or half of a surrogate pair: YAML allows neither outside an escape. */
const NEVER_PRINTED = /[^\P{Cc}\t\n\r\u007f-\u009f]|\p{Cs}/u;

/** `!` alone, or a name of the core schema as `!!name` or `!<tag:yaml.org,2002:name>`. */
const TAG = /^!(?:$|!(\w+)$|<tag:yaml\.org,2002:(\w+)>$)/;

export type BlueprintDocument = { text: string; lines: Lines; root: YamlNode | null; value: unknown };

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
  const lines = new Lines(text);
  const offset = text.search(NEVER_PRINTED);
  if (offset >= 0) throw yamlRefusal(lines, offset, UNPRINTABLE);
  // The root is a level of its own; `[a: 1]` is a level that only the reader counts.
  const events = yamlEvents({ text, lines, maxDepth: MAX_DEPTH + 1 });
  const [first] = events;
  if (first?.type !== EVENT_ID.DOCUMENT) return { text, lines, root: null, value: null };
  const { root, next } = yamlTree(text, events);
  const documents = events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length;
  if (documents > 1) throw yamlRefusal(lines, next, 'more than one document');
  const ownTags = first.directives.some(({ kind }) => kind === 'tag');
  return { text, lines, root, value: new PlainReader(lines, ownTags).read(root, 0) };
}

/** Turns a tree into plain data in one pass. Anchors become known after their value is read, so that no alias can contain itself. */
class PlainReader {
  readonly #lines: Lines;
  /** The document gives tags meanings of its own: none of them is what it looks like. */
  readonly #ownTags: boolean;
  readonly #anchors = new Map<string, YamlNode>();
  #aliasDepth = 0;
  #aliasCost = 0;

  constructor(lines: Lines, ownTags: boolean) {
    this.#lines = lines;
    this.#ownTags = ownTags;
  }

  read(node: YamlNode, depth: number): unknown {
    if (depth > MAX_DEPTH) throw this.#refusal(node, TOO_DEEP);
    if (node.kind === 'alias') return this.#alias(node, depth);
    this.#spend(node);
    const value = node.kind === 'scalar' ? this.#scalar(node) : this.#collection(node, depth);
    if (node.anchor && this.#aliasDepth === 0) this.#anchors.set(node.anchor, node);
    return value;
  }

  #collection(node: Exclude<YamlNode, YamlAlias | YamlScalar>, depth: number): unknown {
    const tag = this.#tag(node);
    const usual = node.kind === 'map' ? 'map' : 'seq';
    if (tag !== undefined && tag !== '' && tag !== usual) throw this.#unknownTag(node);
    return node.kind === 'map' ? this.#map(node, depth) : node.items.map((item) => this.read(item, depth + 1));
  }

  #scalar(node: YamlScalar): unknown {
    const tag = this.#tag(node);
    if (tag === '' || tag === 'str' || (tag === undefined && !node.plain)) return node.text;
    const value = coreValue(node.text);
    if (tag !== undefined && tag !== kindOf(value, tag)) throw this.#unknownTag(node);
    if (typeof value !== 'number') return value;
    // JSON writes minus zero as zero.
    if (Number.isFinite(value)) return value === 0 ? 0 : value;
    throw this.#refusal(node, 'a number that is not finite');
  }

  #map(map: YamlMap, depth: number): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    for (const { key, value } of map.pairs) {
      const name = this.#key(key);
      if (entries.has(name)) throw this.#refusal(key, 'a key that stands twice in one mapping');
      entries.set(name, this.read(value, depth + 1));
    }
    return Object.fromEntries(entries);
  }

  /** A key is its text: `null`, `yes` and `1` are names like any other. */
  #key(key: YamlNode): string {
    if (key.kind !== 'scalar' || !['', 'str', undefined].includes(this.#tag(key))) {
      throw this.#refusal(key, 'a key that is not a plain text');
    }
    if (key.text === '__proto__') throw this.#refusal(key, 'a key that is reserved');
    if (key.text === '<<') throw this.#refusal(key, 'a merge key, which is not supported; write the fields out');
    return key.text;
  }

  /** The name of a tag of the core schema, empty for `!`; nothing without a tag. */
  #tag(node: Exclude<YamlNode, YamlAlias>): string | undefined {
    if (!node.tag) return undefined;
    const match = TAG.exec(node.tag.text);
    if (!match || this.#ownTags) throw this.#unknownTag(node);
    return match[1] ?? match[2] ?? '';
  }

  #alias(alias: YamlAlias, depth: number): unknown {
    const target = this.#anchors.get(alias.anchor);
    if (!target) throw this.#refusal(alias, 'an alias that names no anchor before it');
    this.#aliasDepth += 1;
    const value = this.read(target, depth + 1);
    this.#aliasDepth -= 1;
    return value;
  }

  #spend(node: YamlNode) {
    if (this.#aliasDepth === 0) return;
    this.#aliasCost += 1 + (node.kind === 'scalar' ? node.text.length : 0);
    if (this.#aliasCost > MAX_ALIAS_COST) throw this.#refusal(node, 'aliases that expand to more than 500 KB');
  }

  #unknownTag(node: Exclude<YamlNode, YamlAlias>) {
    return yamlRefusal(this.#lines, node.tag?.start ?? node.start, UNKNOWN_TAG);
  }

  #refusal(node: YamlNode, words: string) {
    return yamlRefusal(this.#lines, node.start, words);
  }
}

/** The core schema's name for a value's kind; a whole number is also what `!!float` asks for. */
function kindOf(value: string | number | boolean | null, wanted: string): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'str';
  return wanted === 'int' && Number.isInteger(value) ? 'int' : 'float';
}

/** Where in the document an offset lies, as keys and indexes from the top; nothing for a comment. */
export function pathAt({ root }: BlueprintDocument, offset: number): (string | number)[] | undefined {
  const path: (string | number)[] = [];
  let node = root;
  while (node && covers(node, offset)) {
    if (node.kind === 'scalar') return path;
    const step = childAt(node, offset);
    if (!step) return undefined;
    path.push(step.key);
    node = step.value;
  }
  return undefined;
}

function childAt(node: YamlNode, offset: number): { key: string | number; value: YamlNode } | undefined {
  if (node.kind === 'list') {
    const index = node.items.findIndex((item) => covers(item, offset));
    const value = node.items[index];
    return value && { key: index, value };
  }
  if (node.kind !== 'map') return undefined;
  const pair = node.pairs.find(({ key, value }) => covers(key, offset) || covers(value, offset));
  if (!pair) return undefined;
  // A secret may be a key: the path then ends in it, and whoever prints paths redacts them.
  const key = pair.key.kind === 'scalar' ? pair.key.text : '';
  return { key, value: covers(pair.key, offset) ? pair.key : pair.value };
}

function covers({ start, end }: YamlNode, offset: number): boolean {
  return start <= offset && offset < end;
}

/** The document under another name: what is kept says what the agent is registered as, comments and layout untouched. */
export function renamedText({ text, root }: BlueprintDocument, name: string): string {
  if (root?.kind !== 'map') return text;
  const { pairs, flow, start } = root;
  const named = (field: string) => pairs.find(({ key }) => key.kind === 'scalar' && key.text === field);
  const pair = named('agent_name') ?? named('name');
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
  if (pair) {
    const { start: from, end } = pair.value;
    const rest = text.slice(end);
    // A key without a colon has no value to replace.
    if (from === pair.key.end) return `${text.slice(0, from)}${flow ? '' : `\n${indent}`}: "${name}"${rest}`;
    // An empty value begins right behind the colon, a list may begin where its key does; a block of lines owns its last line break.
    const before = end > from && pair.value.kind !== 'list' ? '' : ' ';
    const after = text.slice(from, end).endsWith('\n') ? '\n' : '';
    return `${text.slice(0, from)}${before}"${name}"${after}${rest}`;
  }
  if (flow) return `${text.slice(0, start + 1)}"agent_name": "${name}", ${text.slice(start + 1)}`;
  return `${text.slice(0, start)}agent_name: "${name}"\n${indent}${text.slice(start)}`;
}
