import type { Path } from './json-values.ts';
import type { ReportFormat } from './reported-case.ts';

/** Which format a document has, and where its items lie: told by its structure, never by the version it claims. */
export type Recognised = { format: ReportFormat; items: Path[] };

/** Keys seen decide at once where `sure`; the others are what is left when nothing surer comes. */
type Rule = { format: ReportFormat; sure: boolean; seen: (path: Path) => boolean; items: (path: Path) => Path[] };

const SPAN_PATHS: readonly Path[] = ['resourceSpans', 'batches'].flatMap((root) =>
  ['scopeSpans', 'instrumentationLibrarySpans'].map((scope) => [root, '*', scope, '*', 'spans', '*']),
);
const RECORD_PATH: Path = ['resourceLogs', '*', 'scopeLogs', '*', 'logRecords', '*'];
const RESULT_KEYS = new Set(['user_message', 'agent_response']);
const PROMPTFOO_KEYS = new Set(['gradingResult', 'testCase', 'failureReason', 'promptIdx', 'namedScores']);

const lastIs = (keys: ReadonlySet<string>) => (path: Path) =>
  keys.has(path.at(-1) ?? '') && isListOrRoot(path.slice(0, -1));
const startsWith =
  (...start: string[]) =>
  (path: Path) =>
    start.every((part, i) => path[i] === part);
const parent = (path: Path) => [path.slice(0, -1)];

/** The document itself, a list, or a list under one key. */
function isListOrRoot(path: Path): boolean {
  return path.length === 0 || (path.length <= 2 && path.at(-1) === '*' && path[0] !== undefined);
}

const RULES: Rule[] = [
  {
    format: 'otel',
    sure: true,
    seen: isOtlp,
    items: (path) => [...SPAN_PATHS, RECORD_PATH].map((item) => (path[0] === '*' ? ['*', ...item] : item)),
  },
  {
    format: 'ctrf',
    sure: true,
    seen: (path) =>
      startsWith('reportFormat')(path) || ['tests', 'tool', 'summary'].some((key) => startsWith('results', key)(path)),
    items: () => [['results', 'tests', '*']],
  },
  {
    format: 'promptfoo',
    sure: true,
    seen: (path) =>
      startsWith('evalId')(path) ||
      ['results', 'prompts', 'stats', 'table', 'version'].some((key) => startsWith('results', key)(path)),
    items: () => [
      ['results', 'results', '*'],
      ['results', '*'],
    ],
  },
  { format: 'promptfoo', sure: true, seen: lastIs(PROMPTFOO_KEYS), items: parent },
  { format: 'native', sure: true, seen: lastIs(RESULT_KEYS), items: parent },
  { format: 'ctrf', sure: true, seen: (path) => path.join('/') === 'tests/*/status', items: () => [['tests', '*']] },
  { format: 'messages', sure: false, seen: lastIs(new Set(['messages'])), items: parent },
  { format: 'messages', sure: false, seen: isMessageOfList, items: (path) => [path.slice(0, -2)] },
  { format: 'native', sure: false, seen: lastIs(new Set(['scenario_id'])), items: parent },
  { format: 'native', sure: false, seen: startsWith('results'), items: () => [['results', '*']] },
];

function isOtlp(path: Path): boolean {
  const at = path[0] === '*' ? 1 : 0;
  return path[at] === 'resourceSpans' || path[at] === 'resourceLogs' || (path[at] === 'batches' && path.length > 1);
}

/** `role` of a message in the document's own list, in a list of lists, or in one under a key. */
function isMessageOfList(path: Path): boolean {
  return path.at(-1) === 'role' && path.at(-2) === '*' && isListOrRoot(path.slice(0, -2));
}

/** Watches the keys of a JSON document until they say what it is. */
export class Recogniser {
  readonly #rules: readonly Rule[];
  #best: { rule: number; found: Recognised } | null = null;
  #isSure = false;

  /** Only formats that `wanted` names are looked for; null for all. */
  constructor(wanted: ReportFormat | null) {
    this.#rules = wanted ? RULES.filter(({ format }) => format === wanted) : RULES;
  }

  get sure(): boolean {
    return this.#isSure;
  }

  see(path: Path): void {
    if (this.#isSure) return;
    const rule = this.#rules.findIndex(({ seen }) => seen(path));
    const met = this.#rules[rule];
    if (!met || (this.#best && this.#best.rule <= rule)) return;
    this.#best = { rule, found: { format: met.format, items: met.items(path) } };
    this.#isSure = met.sure;
  }

  /** What it is, as far as could be seen; null where it is nothing that is known. */
  get found(): Recognised | null {
    return this.#best?.found ?? null;
  }
}
