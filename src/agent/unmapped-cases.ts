import { createHash } from 'node:crypto';
import { redactText } from '../domain/redaction/redaction.ts';
import { UNMAPPED_SCENARIO } from '../domain/scenario.ts';
import type { PinnedCase } from './pinned-cases.ts';

/**
 * Tests of reports that no case was made for. Each gets a case of its own under one scenario that counts as deleted from the beginning: it
 * can be looked at and reviewed like any other, and has no part in lists, coverage and scores. Its number is negative.
 */

/** Tests whose names change with every run would fill the object; further ones are refused. */
export const MAX_UNMAPPED = 50_000;

/** The case of a test by its full name, made where there is none yet; null where there are too many. `name` is stored redacted. */
export function unmappedCase(sql: SqlStorage, name: string, options: { personalData: boolean }): PinnedCase | null {
  const key = createHash('sha256').update(name).digest('base64url');
  const known = selectNumber(sql, key);
  const title = redactText(name, options).value;
  const caseNo = known ?? insertUnmapped(sql, key, title);
  return caseNo === null ? null : asPinned(caseNo, title);
}

function asPinned(caseNo: number, title: string): PinnedCase {
  const content = { title, user_message: '', expectations: {}, purged: true };
  return { caseNo, caseId: `${UNMAPPED_SCENARIO}_${-caseNo}`, scenarioId: UNMAPPED_SCENARIO, rev: 0, content };
}

function selectNumber(sql: SqlStorage, key: string): number | undefined {
  const rows = sql.exec<{ case_no: number }>('SELECT case_no FROM unmapped_cases WHERE name = ?1 LIMIT 1', key);
  return [...rows][0]?.case_no;
}

function insertUnmapped(sql: SqlStorage, key: string, title: string): number | null {
  const { lowest } = sql.exec<{ lowest: number }>('SELECT coalesce(min(case_no), 0) AS lowest FROM cases').one();
  const caseNo = Math.min(lowest, 0) - 1;
  if (countUnmapped(sql) >= MAX_UNMAPPED) return null;
  if (caseNo === -1) insertScenario(sql);
  sql.exec('INSERT INTO cases (case_no, scenario_no, n) VALUES (?1, 0, ?2)', caseNo, -caseNo);
  const { content } = asPinned(caseNo, title);
  sql.exec('INSERT INTO case_versions (case_no, rev, content) VALUES (?1, 0, ?2)', caseNo, JSON.stringify(content));
  sql.exec('INSERT INTO unmapped_cases (name, case_no) VALUES (?1, ?2)', key, caseNo);
  return caseNo;
}

function insertScenario(sql: SqlStorage): void {
  sql.exec(
    `INSERT INTO scenarios (scenario_no, scenario_id, title, complexity, tags, origin, active, created_at, updated_at, deleted_rev)
     VALUES (0, ?1, 'Tests without a case', 'mixed', '[]', 'manual', 0, 0, 0, 0) ON CONFLICT DO NOTHING`,
    UNMAPPED_SCENARIO,
  );
}

function countUnmapped(sql: SqlStorage): number {
  return sql.exec<{ tests: number }>('SELECT count(*) AS tests FROM unmapped_cases').one().tests;
}

/** The tests without a case that a run holds results of. */
export function selectUnmappedOf(sql: SqlStorage, runSeq: number): number[] {
  const rows = sql.exec<{ case_no: number }>(
    'SELECT DISTINCT case_no FROM results WHERE run_seq = ?1 AND case_no < 0',
    runSeq,
  );
  return [...rows].map((row) => row.case_no);
}

/** Lets go of those of the tests that no result is left of. Looks at the key of every result, so that it is for deletions only. */
export function deleteUnused(sql: SqlStorage, tests: readonly number[]): void {
  if (tests.length === 0) return;
  const unused = `SELECT value FROM json_each(?1) WHERE value NOT IN (SELECT case_no FROM results WHERE case_no < 0)`;
  for (const table of ['unmapped_cases', 'case_versions', 'cases'])
    sql.exec(`DELETE FROM ${table} WHERE case_no IN (${unused})`, JSON.stringify(tests));
}
