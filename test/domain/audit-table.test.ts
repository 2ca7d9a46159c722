import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { auditTable, readReviews } from '../../src/local/audit-table.ts';

const SAMPLES = path.resolve(import.meta.dirname, '../blueprints');

/** What a person would say of the three samples, read finding by finding. */
const SCORES = [
  '| faq-bot | 85 (Ready) | 42/50 | 21/25 | 13/15 | 9/10 | 11 | low | 1 critical, 3 medium, 1 low |',
  '| hotel-concierge | 99 (Ready) | 50/50 | 25/25 | 14/15 | 10/10 | 16 | high | 1 low |',
  '| ops-autopilot | 12 (Critical risk) | 0/50 | 3/25 | 6/15 | 3/10 | 16 | medium | 6 critical, 12 high, 5 medium, 10 low |',
];
const MINIMAL = `**faq-bot**

| Severity | Check | Finding | Where |
| --- | --- | --- | --- |
| critical | SEC-01 | Missing guardrails | \`constraints.guardrails\` |
| medium | DES-01 | No workflow or entry point | \`workflow\` |
| medium | REL-01 | No error handling | \`search_faq\` |
| medium | REL-02 | Unbounded retries or rate | \`constraints.max_retries\` |
| low | TQ-02 | Incomplete interface | \`search_faq\` |`;
const GOOD = `**hotel-concierge**

| Severity | Check | Finding | Where |
| --- | --- | --- | --- |
| low | DES-02 | Tool in no chain | \`opening_hours\` |`;
const DANGEROUS = [
  '| critical | GR-01 | Unguarded sensitive path | `delete_customer`, `query_database`, `run_shell` |',
  '| critical | SEC-01 | Missing guardrails | `constraints.guardrails` |',
  '| critical | SEC-02 | Unconfirmed destructive tool | `delete_customer` |',
  '| critical | SEC-03 | Exposed secret | `metadata.database` |',
  '| high | DES-02 | Broken step | `purge_backups` |',
  '| high | GR-02 | External write without policy | `delete_customer -> Customer database`, `query_database -> Customer database`, `run_shell -> Production hosts` |',
  '| high | GR-03 | Multi-hop chain without error handling | `look_up_customer -> query_database -> delete_customer` |',
  '| high | REL-01 | No error handling | `query_database`, `run_shell`, `send_mail` |',
  '| high | SEC-02 | Unconfirmed destructive tool | `send_mail` |',
  '| high | SEC-04 | Unconstrained permissions | `fetch_page`, `query_database`, `run_shell` |',
  '| medium | GR-04 | Cycle without bound | `look_up_customer, query_database, delete_customer` |',
  '| medium | REL-01 | No error handling | `look_up_customer` |',
  '| medium | REL-02 | Unbounded retries or rate | `constraints.max_retries` |',
  '| medium | SEC-05 | Sensitive data without policy | `delete_customer, send_mail, look_up_customer` |',
  '| medium | TQ-02 | Incomplete interface | `look_up_customer` |',
  '| low | DES-02 | Tool in no chain | `delete_customer`, `fetch_page`, `run_shell`, `send_mail` |',
  '| low | GR-05 | Dead path | `send_mail` |',
  '| low | TQ-01 | Weak description | `fetch_page` |',
  '| low | TQ-02 | Incomplete interface | `delete_customer`, `fetch_page`, `run_shell`, `send_mail` |',
].join('\n');

let directory: string | undefined;
afterEach(() => {
  if (directory) rmSync(directory, { recursive: true });
  directory = undefined;
});

function write(name: string, text: string): string {
  directory ??= mkdtempSync(path.join(tmpdir(), 'invarium-audit-'));
  writeFileSync(path.join(directory, name), text);
  return directory;
}

test('a good, a dangerous and a minimal blueprint have the audits that a person would write', () => {
  const printed = auditTable(readReviews(SAMPLES));
  expect(printed.split('\n').slice(2, 5)).toEqual(SCORES);
  const [minimal, good, dangerous] = printed.split(/\n\n(?=\*\*)/).slice(1);
  expect(minimal).toBe(MINIMAL);
  expect(good).toBe(GOOD);
  expect(dangerous?.slice(dangerous.indexOf('| critical'))).toBe(DANGEROUS);
});

test('a secret of the dangerous blueprint is nowhere in what is printed or handed on', () => {
  const reviews = readReviews(path.join(SAMPLES, 'ops-autopilot.yaml'));
  expect(reviews[0]?.text).toContain('postgres://ops:<REDACTED:password>@db.internal:5432/customers');
  expect(JSON.stringify(reviews) + auditTable(reviews)).not.toContain('Tr0ub4dor');
});

test('a file that is missing, wrong, or not there at all is named', () => {
  expect(() => readReviews('/no/such/place')).toThrow('/no/such/place is missing.');
  const folder = write('bad.yaml', 'agent_name: a-b-c');
  expect(() => readReviews(folder)).toThrow("bad.yaml: Error: Blueprint validation failed. Required field 'tools' is");
});

test('a folder without blueprints is named', () => {
  const folder = write('notes.txt', 'nothing');
  expect(() => readReviews(folder)).toThrow(`${folder} holds no blueprint.`);
});
