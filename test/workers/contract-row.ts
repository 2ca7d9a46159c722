import { expect } from 'vitest';
import type { ErrorCode } from '../../src/domain/errors.ts';
import type { Stage } from './contract-scenes.ts';

/** A row of the contract: a call, and the whole text the published contract answers it with. */
export type Row = {
  /** Who says so: the published contract to the letter, known public behaviour, or our own decision. */
  mark: 'fixed' | 'known' | 'ours';
  /** Section of the contract, where it is not the tool's own. */
  see?: string;
  /** What is special about this call, or about what it meets. */
  when: string;
  /** What was done before; a shop with one agent and one scenario where nothing is said. */
  scene?: () => Promise<Stage>;
  /** Names in braces stand for what the scene knows. */
  args?: Record<string, unknown>;
  /** The answer whole; names in braces are what the scene knows, or one of the patterns. */
  text: string;
  code?: ErrorCode;
};

export type ToolContract = { tool: string; section: string; rows: Row[] };

const NAME = /\{([a-z][a-z0-9_]*)\}/g;

/** What no scene can know before: it must look like this, and the same name must be the same text throughout an answer. */
const PATTERNS: Record<string, string> = {
  agent_id: 'ag_[0-9a-f]{16}',
  sc_id: 'sc_[0-9a-f]{16}',
  tr_id: 'tr_[0-9a-f]{16}',
  new_sc_id: 'sc_[0-9a-f]{16}',
  gen_id: 'gen_[0-9a-f]{16}',
  new_gen_id: 'gen_[0-9a-f]{16}',
  one_time_code: '[\\w-]+(?:\\.[\\w-]+){2}',
  version: '\\d+\\.\\d+\\.\\d+',
  score: '\\d{1,3}',
  difference: '[1-9]\\d?',
  earlier_minute: '\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}',
  minute: '\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}',
  day: '\\d{4}-\\d{2}-\\d{2}',
  elapsed: '1[2-9]',
};

/** Arguments with the scene's names put in; other braces are JSON and stay. */
export function filled(value: unknown, names: Record<string, string>): unknown {
  if (typeof value === 'string') return value.replace(NAME, (whole, name: string) => names[name] ?? whole);
  if (Array.isArray(value)) return value.map((item) => filled(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, names)]));
}

/** Fails with both texts side by side; where the only differences are what patterns allow, it passes. */
export function expectText(said: string, published: string, names: Record<string, string>): void {
  const text = published.replace(NAME, (whole, name: string) => names[name] ?? whole);
  const seen = new Set<string>();
  const source = text
    .split(NAME)
    .map((part, index) => (index % 2 === 0 ? escaped(part) : pattern(part, seen)))
    .join('');
  if (!new RegExp(`^${source}$`).test(said)) expect(said).toBe(text);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** What nobody published the words of: lines of the guide and of generated cases, and the guide's paragraphs. */
const PROSE = [
  { name: /^(?:step|title|message|behavior)_\d+$/, looks: '[^\\n]+' },
  { name: /^tools_\d+$/, looks: "(?:'\\w+'(?:, '\\w+')*)?" },
  { name: /^(?:introduction|setup|[a-z]+_rules)$/, looks: '(?:(?!\\n## )[\\s\\S])+' },
];

function pattern(name: string, seen: Set<string>): string {
  const known = PATTERNS[name] ?? PROSE.find((prose) => prose.name.test(name))?.looks;
  if (known === undefined) throw new Error(`Neither the scene nor a pattern knows {${name}}`);
  if (seen.has(name)) return `\\k<${name}>`;
  seen.add(name);
  return `(?<${name}>${known})`;
}

/** The rows of a required text that is left out, blank, or of another type. */
export function requiredText(name: string, args: Record<string, unknown>, code: ErrorCode = 'INVALID_ARGUMENT'): Row[] {
  const missing = `Error: ${name} is required and cannot be empty.`;
  const row = (when: string, value: unknown, text: string): Row => ({
    mark: 'ours',
    see: '2.0',
    when: `${name} ${when}`,
    args: { ...args, [name]: value },
    text,
    code,
  });
  return [
    row('is left out', undefined, missing),
    row('is null', null, missing),
    row('is blank', ' \n', missing),
    row('is a number', 7, `Error: ${name} must be a string.`),
  ];
}

/** The row of a value of the wrong type. */
export function wrongType(name: string, type: string, args: Record<string, unknown>): Row {
  const value = type === 'string' ? 7 : 'many';
  const text = `Error: ${name} must be a ${type}.`;
  return {
    mark: 'ours',
    see: '12',
    when: `${name} is no ${type}`,
    args: { ...args, [name]: value },
    text,
    code: 'INVALID_ARGUMENT',
  };
}
