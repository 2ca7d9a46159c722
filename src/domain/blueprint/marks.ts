import { blueprintYaml, parseBlueprint } from './blueprint.ts';
import type { BlueprintDocument } from './document.ts';
import { coreValue } from './yaml-core.ts';
import type { YamlNode, YamlScalar } from './yaml-tree.ts';

/** What a stretch of a document is, for those who colour it; `value` is a number, a truth value or null, and all other text is unmarked. */
export type MarkKind = 'key' | 'value' | 'quoted' | 'comment';
/** From the first character to behind the last, as offsets in the text. */
export type Mark = { kind: MarkKind; start: number; end: number };

/** Marks in the order of the text; none overlaps another. */
export function marksOf({ text, root }: BlueprintDocument): Mark[] {
  const marks: Mark[] = [];
  let end = 0;
  const comments = (until: number) => {
    const gap = text.slice(end, until);
    for (const { index, 0: comment } of gap.matchAll(/#[^\r\n]*/g))
      marks.push({ kind: 'comment', start: end + index, end: end + index + comment.length });
  };
  for (const { node, isKey } of scalars(root)) {
    comments(node.start);
    const kind = isKey ? 'key' : kindOf(node, text);
    if (kind && node.end > node.start) marks.push({ kind, start: node.start, end: node.end });
    end = Math.max(end, node.end);
  }
  comments(text.length);
  return marks;
}

type Scalar = { node: Exclude<YamlNode, { kind: 'list' | 'map' }>; isKey: boolean };

/** Recursive: the parser has bounded the depth. */
function* scalars(node: YamlNode | null, isKey = false): Generator<Scalar> {
  if (node?.kind === 'list') for (const item of node.items) yield* scalars(item);
  else if (node?.kind === 'map')
    for (const { key, value } of node.pairs) {
      yield* scalars(key, true);
      yield* scalars(value);
    }
  else if (node) yield { node, isKey };
}

function kindOf(node: Scalar['node'], text: string): MarkKind | null {
  if (node.kind === 'alias') return 'value';
  if (!node.plain) return '|>'.includes(text[node.start] ?? '') ? null : 'quoted';
  return typeof coreValue(node.text) === 'string' ? null : 'value';
}

const STEP = /[^.[\]]+/g;

/** The line (from 1) on which an audit's finding has its element: a tool, chain or node by name, a path such as `constraints.max_retries`, or null. */
export function lineFinder({ root, lines }: BlueprintDocument): (element: string) => number | null {
  const named = new Map<string, number>();
  for (const path of [['tools'], ['workflow', 'chains'], ['workflow_chains'], ['workflows'], ['graph', 'nodes']]) {
    const list = path.reduce<YamlNode | undefined>((node, step) => child(node, step)?.value, root ?? undefined);
    for (const item of list?.kind === 'list' ? list.items : [])
      for (const field of ['name', 'id']) {
        const node = child(item, field)?.value;
        if (node?.kind === 'scalar' && !named.has(node.text)) named.set(node.text, node.start);
      }
  }
  return (element) => {
    const [first = ''] = element.split(/, | -> | and \d+ more$/, 1);
    const offset = named.get(element) ?? named.get(first) ?? pathStart(root, element);
    if (offset !== undefined) return lines.linePos(offset).line;
    const [, line] = /^line (\d+)$/.exec(element) ?? [];
    return line === undefined ? null : Number(line);
  };
}

/** Where the deepest part of a path that is there begins; nothing where not even its first step is. */
function pathStart(root: YamlNode | null, path: string): number | undefined {
  let node: YamlNode | undefined = root ?? undefined;
  let start: number | undefined;
  for (const step of path.match(STEP) ?? []) {
    const found = child(node, step);
    if (!found) break;
    start = found.start;
    node = found.value;
  }
  return start;
}

function child(node: YamlNode | undefined, step: string): { start: number; value: YamlNode } | undefined {
  if (node?.kind === 'list') {
    const value = node.items[Number(step)];
    return value && { start: value.start, value };
  }
  if (node?.kind !== 'map') return undefined;
  const pair = node.pairs.find(({ key }) => isNamed(key, step));
  return pair && { start: pair.key.start, value: pair.value };
}

function isNamed(key: YamlNode, name: string): key is YamlScalar {
  return key.kind === 'scalar' && key.text === name;
}

/** A blueprint as people read and edit it: JSON becomes the YAML it means, anything else stays as it is. */
export function readableDocument(document: string): string {
  if (!document.trimStart().startsWith('{')) return document;
  try {
    return blueprintYaml(parseBlueprint(document).blueprint);
  } catch {
    return document; // Rules have outgrown it since it was stored.
  }
}
