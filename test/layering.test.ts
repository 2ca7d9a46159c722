import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const SRC = path.join(ROOT, 'src');

/** Which rows a row may import from, beside itself. `worker` and `env` are single files. */
const MAY_IMPORT: Record<string, string[]> = {
  worker: ['env', 'http', 'tools', 'agent', 'store', 'dashboard', 'domain'],
  env: ['agent', 'domain'],
  http: ['env', 'tools', 'agent', 'store', 'dashboard', 'tracer', 'domain'],
  tools: ['env', 'agent', 'store', 'tracer', 'domain'],
  agent: ['env', 'store', 'dashboard', 'domain'],
  store: ['domain'],
  dashboard: ['domain'],
  domain: [],
  tracer: [],
  local: ['store', 'domain'],
};

/** Rows that may name another row's types, which leaves nothing of that row in what runs. */
const MAY_NAME_TYPES_OF: Record<string, string[]> = {
  store: ['env'],
  local: Object.keys(MAY_IMPORT),
};

/** Pure libraries for parsing and layout: no platform, no clock, no randomness. */
const DOMAIN_PACKAGES = ['zod', 'js-yaml', '@dagrejs/dagre', 'saxes', '@streamparser/json'];

/** A peer of `agents` and a client in tests: it would add 300 KiB to the bundle for a protocol era that v2 serves too. */
const NOT_IN_THE_WORKER = ['@modelcontextprotocol/sdk', '@modelcontextprotocol/client'];

const READS_CLOCK_OR_CHANCE = ['http', 'agent', 'local'];
const CLOCK_AND_CHANCE = [
  'Date.now',
  'performance.now',
  'Math.random',
  'crypto.randomUUID',
  'crypto.getRandomValues',
  'randomUUID',
  'randomBytes',
  'randomInt',
];

const MAX_LINES = 300;
const VAGUE_NAMES = ['utils', 'util', 'helpers', 'helper', 'shared', 'common', 'misc', 'lib', 'index'];
const TOP_LEVEL = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'wrangler.toml',
  'src',
  'test',
  'README.md',
  'LICENSE',
  'node_modules',
];

type Node = { type: string; [key: string]: unknown };
type Import = { from: string; typeOnly: boolean };
type Source = { file: string; row: string; lines: number; imports: Import[]; nodes: Node[] };

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function walk(value: unknown, found: Node[] = []): Node[] {
  if (Array.isArray(value)) for (const item of value) walk(item, found);
  else if (isNode(value)) {
    found.push(value);
    for (const child of Object.values(value)) walk(child, found);
  }
  return found;
}

/** Imports and re-exports, dynamic ones and `import('…')` in types too. */
function importsOf(nodes: Node[]): Import[] {
  return nodes.flatMap((node) => {
    if (!isNode(node.source) || typeof node.source.value !== 'string') return [];
    const names = (node.specifiers ?? []) as Node[];
    const typeOnly =
      node.type === 'TSImportType' ||
      node.importKind === 'type' ||
      node.exportKind === 'type' ||
      (names.length > 0 && names.every((name) => name.importKind === 'type' || name.exportKind === 'type'));
    return [{ from: node.source.value, typeOnly }];
  });
}

function rowOf(file: string): string {
  const [first = ''] = path.relative(SRC, file).split(path.sep);
  return first.replace(/\.(d\.)?tsx?$/, '');
}

function readSource(file: string): Source {
  const text = readFileSync(file, 'utf8');
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  const nodes = walk(program);
  return { file, row: rowOf(file), lines: text.trimEnd().split('\n').length, imports: importsOf(nodes), nodes };
}

function filesUnder(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

const files = filesUnder(SRC);
const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts')).map((file) => readSource(file));

const show = (file: string) => path.relative(ROOT, file);
const isRelative = (from: string) => from.startsWith('.');
const packageOf = (from: string) => from.split('/', from.startsWith('@') ? 2 : 1).join('/');

/** `Date.now` for the expression `Date.now`, also behind `globalThis.`. */
function dotted(node: unknown): string {
  if (!isNode(node)) return '';
  if (node.type === 'Identifier') return String(node.name);
  if (node.type !== 'MemberExpression') return '';
  return `${dotted(node.object)}.${dotted(node.property)}`.replace(/^globalThis\./, '');
}

function readsClockOrChance(node: Node): boolean {
  const called = dotted(node.callee);
  if (node.type === 'NewExpression') return called === 'Date' && (node.arguments as unknown[]).length === 0;
  if (node.type === 'CallExpression' && called === 'Date') return true;
  // A mention is enough: `const clock = Date.now` reads it as well.
  return CLOCK_AND_CHANCE.includes(dotted(node)) || CLOCK_AND_CHANCE.includes(called);
}

test('a file imports its own row and rows to the right of it', () => {
  const wrong = sources.flatMap(({ file, row, imports }) =>
    imports
      .filter(({ from }) => isRelative(from))
      .filter(({ from, typeOnly }) => {
        const target = rowOf(path.resolve(path.dirname(file), from));
        const allowed = [row, ...(MAY_IMPORT[row] ?? []), ...(typeOnly ? (MAY_NAME_TYPES_OF[row] ?? []) : [])];
        return !allowed.includes(target);
      })
      .map(({ from }) => `${show(file)} imports ${from}`),
  );
  expect(wrong).toEqual([]);
});

test('every file lies in a known row', () => {
  const strays = sources.filter(({ row }) => !(row in MAY_IMPORT)).map(({ file }) => show(file));
  expect(strays).toEqual([]);
});

test('domain knows no platform', () => {
  const wrong = sources
    .filter(({ row }) => row === 'domain')
    .flatMap(({ file, imports }) =>
      imports
        .filter(({ from }) => !isRelative(from) && !DOMAIN_PACKAGES.includes(packageOf(from)))
        .map(({ from }) => `${show(file)} imports ${from}`),
    );
  expect(wrong).toEqual([]);
});

test('the Worker carries no MCP client', () => {
  const wrong = sources
    .filter(({ row }) => row !== 'local')
    .flatMap(({ file, imports }) =>
      imports
        .filter(({ from, typeOnly }) => !typeOnly && NOT_IN_THE_WORKER.includes(packageOf(from)))
        .map(({ from }) => `${show(file)} imports ${from}`),
    );
  expect(wrong).toEqual([]);
});

test('zod is imported whole, because a named import drags in every locale', () => {
  const wrong = sources
    .filter(({ nodes }) =>
      nodes.some(
        (node) =>
          node.type === 'ImportDeclaration' &&
          isNode(node.source) &&
          node.source.value === 'zod' &&
          (node.specifiers as Node[]).some((name) => name.type !== 'ImportNamespaceSpecifier'),
      ),
    )
    .map(({ file }) => show(file));
  expect(wrong).toEqual([]);
});

test('only http, agent and local read the clock or chance', () => {
  const wrong = sources
    .filter(({ row, nodes }) => !READS_CLOCK_OR_CHANCE.includes(row) && nodes.some(readsClockOrChance))
    .map(({ file }) => show(file));
  expect(wrong).toEqual([]);
});

test('no type is given up and nothing is imported late', () => {
  const wrong = sources.flatMap(({ file, nodes }) =>
    nodes
      .filter(({ type }) => type === 'TSAnyKeyword' || type === 'ImportExpression')
      .map(({ type }) => `${show(file)}: ${type}`),
  );
  expect(wrong).toEqual([]);
});

test('no file passes on what another one exports', () => {
  const wrong = sources
    .filter(({ nodes }) => nodes.some((node) => node.type.startsWith('Export') && isNode(node.source)))
    .map(({ file }) => show(file));
  expect(wrong).toEqual([]);
});

test('no source file is over 300 lines', () => {
  expect(sources.filter(({ lines }) => lines > MAX_LINES).map(({ file }) => show(file))).toEqual([]);
});

test('every file and folder has a name that says something', () => {
  const vague = files.filter((file) =>
    path
      .relative(SRC, file)
      .split(path.sep)
      .some((part) => VAGUE_NAMES.includes(part.replace(/\..*$/, ''))),
  );
  expect(vague.map(show)).toEqual([]);
});

test('the top level holds nothing new', () => {
  const names = readdirSync(ROOT).filter((name) => !name.startsWith('.'));
  expect(names.filter((name) => !TOP_LEVEL.includes(name))).toEqual([]);
});
