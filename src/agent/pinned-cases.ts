import type { CaseContent } from '../domain/scenario.ts';
import { parseCaseId } from '../domain/scenario.ts';
import { type ToolTable, toolTable } from '../domain/verdict/tool-table.ts';
import { type CaseRow, selectActiveAt, selectCase, selectCaseVersion, selectTools } from './catalogue.ts';
import { selectCaseRevUsed } from './result-rows.ts';
import type { Run } from './run-rows.ts';

export type PinnedCase = { caseNo: number; caseId: string; scenarioId: string; rev: number; content: CaseContent };
/** Why a result has no case to be judged by. */
export type CaseFault = 'unknown' | 'many' | 'inactive';

const NEWEST = Number.MAX_SAFE_INTEGER;
const MAX_KEPT = 5_000;

/** The case versions and tool tables that runs judge by: read once, then held, because a version never changes. */
export class PinnedCases {
  readonly #sql: SqlStorage;
  readonly #rows = new Map<string, CaseRow>();
  readonly #versions = new Map<string, { rev: number; content: CaseContent }>();
  readonly #tools = new Map<number, ToolTable>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The case this result names, in the version that the run is pinned to. */
  find(run: Run, scenarioOrCaseId: string): PinnedCase | CaseFault {
    const row = this.#row(scenarioOrCaseId);
    if (typeof row === 'string') return row;
    if (row.deleted_rev !== null && row.deleted_rev <= run.pinnedRev) return 'unknown';
    const version = this.#pinned(run, row);
    if (!version) return 'inactive';
    if (version.content.purged) return 'unknown';
    const caseId = `${row.scenario_id}_${row.n}`;
    return { caseNo: row.case_no, caseId, scenarioId: row.scenario_id, ...version };
  }

  tools(version: number): ToolTable {
    const table = this.#tools.get(version) ?? toolTable(selectTools(this.#sql, version));
    this.#tools.set(version, table);
    return table;
  }

  clear(): void {
    this.#rows.clear();
    this.#versions.clear();
    this.#tools.clear();
  }

  #row(text: string): CaseRow | CaseFault {
    const known = this.#rows.get(text);
    if (known) return known;
    const id = parseCaseId(text);
    if (!id) return 'unknown';
    const found = selectCase(this.#sql, id);
    if (!found.row) return found.many ? 'many' : 'unknown';
    keep(this.#rows, text, found.row);
    return found.row;
  }

  /** Undefined when the scenario was switched off when the run began, or when a later case is switched off now. */
  #pinned(run: Run, row: CaseRow): { rev: number; content: CaseContent } | undefined {
    const name = `${row.case_no}@${run.pinnedRev}`;
    const known = this.#versions.get(name);
    if (known) return known;
    const atBirth = selectCaseVersion(this.#sql, row.case_no, run.pinnedRev);
    if (!atBirth) return this.#firstUse(run, row);
    if (!selectActiveAt(this.#sql, row.scenario_no, run.pinnedRev)) return undefined;
    keep(this.#versions, name, atBirth);
    return atBirth;
  }

  /** A case made after the run began is pinned at its first use: the version its first result was judged by. */
  #firstUse(run: Run, row: CaseRow): { rev: number; content: CaseContent } | undefined {
    const used = selectCaseRevUsed(this.#sql, { runSeq: run.seq, caseNo: row.case_no });
    if (used === undefined && !selectActiveAt(this.#sql, row.scenario_no, NEWEST)) return undefined;
    return selectCaseVersion(this.#sql, row.case_no, used ?? NEWEST);
  }
}

function keep<T>(map: Map<string, T>, name: string, value: T): void {
  if (map.size >= MAX_KEPT) map.clear();
  map.set(name, value);
}
