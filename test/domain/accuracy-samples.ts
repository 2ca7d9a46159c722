import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import type { Expectations } from '../../src/domain/expectations.ts';

type Json = Record<string, unknown>;

const STRING = { type: 'string' };
const tool = (name: string, effect: string, properties: Json, more: Json = {}) => ({
  name,
  description: name,
  parameters: { type: 'object', properties },
  effect,
  ...more,
});

/** The tools of a library's agent. */
export const TOOLS = [
  tool('find_book', 'read', { title: STRING }),
  tool('lend_book', 'write', { book: STRING, days: { type: 'integer' } }),
  tool('reserve_seat', 'write', { room: STRING }),
  tool('cancel_card', 'delete', { card: STRING }, { requires_confirmation: true }),
  tool('ask_librarian', 'handoff', { summary: STRING }),
];

export type Turn = [role: 'user' | 'agent', text: string] | [name: string, args: Json, result?: string];

/** OpenAI-style messages; a turn with arguments is a call and what it returned. */
export function messages(...turns: Turn[]): Json[] {
  return turns.flatMap((turn, i): Json[] => {
    const [what, given] = turn;
    if (typeof given === 'string') return [{ role: what === 'agent' ? 'assistant' : what, content: given }];
    const asked = { id: `c${i}`, type: 'function', function: { name: what, arguments: JSON.stringify(given) } };
    const asking = { role: 'assistant', content: null, tool_calls: [asked] };
    return turn[2] === undefined ? [asking] : [asking, { role: 'tool', tool_call_id: `c${i}`, content: turn[2] }];
  });
}

export type Sample = { tasks: Json[]; episodes: Json[]; annotations?: Json[]; tools?: Json[] };

/** A task that says what is expected in the product's own words. */
export function task(id: string, expectations: Expectations): Json {
  return { id, instruction: `Task ${id}`, expectations };
}

const made: string[] = [];

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true });
});

/** A folder in the layout of a corpus; it is gone after the test. */
export function folder({ tasks, episodes, annotations, tools = TOOLS }: Sample): string {
  const root = mkdtempSync(path.join(tmpdir(), 'accuracy-'));
  made.push(root);
  const dir = path.join(root, 'city-library');
  mkdirSync(dir);
  const write = (name: string, text: string) => writeFileSync(path.join(dir, name), text);
  write('tools.json', JSON.stringify(tools));
  write('tasks.json', JSON.stringify(tasks));
  write('episodes.jsonl', episodes.map((episode) => JSON.stringify(episode)).join('\n'));
  write('policy.md', 'Be quiet.');
  if (annotations) write('annotations.json', JSON.stringify(annotations));
  return dir;
}
