import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ACTIONS, auditLogUrl, auditPlaceText, readAuditFilter, readAuditPlace } from '../../src/domain/audit-log.ts';

const SRC = path.resolve(import.meta.dirname, '../../src');
const WRITES = ['store', 'http', 'agent'];
/** An action as a statement or an entry names it; style sheets look alike. */
const ACTION =
  /'((?:agent|app|invitation|key|member|report|result|run|sign_in_link|trust|webhook|workspace)\.(?!css)[a-z_]+)'/g;

/** Events of outgoing webhooks are no acts of people. */
const NOT_ACTS = ['run.completed', 'run.failed'];

test('every act that is noted has words on the page', () => {
  const noted = WRITES.flatMap((row) =>
    readdirSync(path.join(SRC, row), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .flatMap((name) =>
        [...readFileSync(path.join(SRC, row, name), 'utf8').matchAll(ACTION)].map(([, action]) => action),
      ),
  );
  const acts = [...new Set(noted)].filter((action) => action !== undefined && !NOT_ACTS.includes(action));
  expect(acts.length).toBeGreaterThan(15);
  expect(acts.filter((action) => !(String(action) in ACTIONS))).toEqual([]);
});

test('an address that was written is read as what it said, whatever a subject holds', () => {
  const line = { at: 1_700_000_000_000, actor: 'a&b=c@example.com', action: 'key.created', subject: 'k: "x" & ü\n#?,' };
  const url = new URL(auditLogUrl({ ...line, after: auditPlaceText(line) }), 'http://localhost');
  const query = Object.fromEntries([...url.searchParams].map(([name, value]) => [name, [value]]));
  expect(readAuditFilter(query)).toEqual({
    filter: { actor: line.actor, action: line.action, after: [line.at, line.action, line.subject] },
    notes: [],
  });
});

test('a place that nobody wrote is the beginning of the list, with a sentence that says so', () => {
  for (const text of ['', '[', '[1]', '["1","a","b"]', '[1.5,"a","b"]', '{"0":1}', 'null'])
    expect(readAuditPlace(text), text).toEqual({ value: null, note: expect.stringContaining('no place in this list') });
  expect(readAuditPlace(null)).toEqual({ value: null });
});
