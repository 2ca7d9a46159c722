import type { AgentStatus, FailureCategory } from '../domain/fields.ts';
import { type CaseContent, type NewScenario, targetCategory } from '../domain/scenario.ts';
import type { Tool } from '../domain/tool.ts';

/** The object's copy of what the agent is and is tested with, in rows that say since which revision they hold. */

export type AgentRow = {
  id: string;
  workspace_id: string;
  name: string;
  status: AgentStatus;
  description: string | null;
  constraints: string;
  tools_version: number;
  catalogue_rev: number;
  stale: number;
};

export function selectAgent(sql: SqlStorage): AgentRow {
  const columns = 'id, workspace_id, name, status, description, constraints, tools_version, catalogue_rev, stale';
  return sql.exec<AgentRow>(`SELECT ${columns} FROM agent LIMIT 1`).one();
}

/** Writes who the agent is; the tool table gets a new version only when it changed. */
export function replaceAgent(sql: SqlStorage, agent: Omit<AgentRow, 'tools_version' | 'catalogue_rev' | 'stale'>, tools: readonly Tool[]): void {
  const [known] = sql.exec<AgentRow>('SELECT tools_version, catalogue_rev, stale FROM agent LIMIT 1').toArray();
  const toolsVersion = replaceTools(sql, known?.tools_version ?? 0, tools);
  sql.exec('DELETE FROM agent');
  sql.exec(
    `INSERT INTO agent (id, workspace_id, name, status, description, constraints, tools_version, catalogue_rev, stale)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
    ...[agent.id, agent.workspace_id, agent.name, agent.status, agent.description, agent.constraints],
    ...[toolsVersion, known?.catalogue_rev ?? 0, known?.stale ?? 0],
  );
}

function replaceTools(sql: SqlStorage, version: number, tools: readonly Tool[]): number {
  const fresh = tools.map((tool) => JSON.stringify(tool));
  const held = selectTools(sql, version).map((tool) => JSON.stringify(tool));
  if (version > 0 && fresh.length === held.length && fresh.every((text, at) => text === held[at])) return version;
  fresh.forEach((text, position) => {
    sql.exec('INSERT INTO tools (version, position, tool) VALUES (?1, ?2, ?3)', version + 1, position, text);
  });
  return version + 1;
}

export function selectTools(sql: SqlStorage, version: number): Tool[] {
  const rows = sql.exec<{ tool: string }>('SELECT tool FROM tools WHERE version = ?1 ORDER BY position', version).toArray();
  return rows.map((row) => JSON.parse(row.tool) as Tool);
}

export function updateStale(sql: SqlStorage, stale: boolean): void {
  sql.exec('UPDATE agent SET stale = ?1 WHERE stale <> ?1', Number(stale));
}

/** Adds a scenario unless it is held already; every catalogue change has a revision of its own. */
export function insertScenario(sql: SqlStorage, scenario: NewScenario): void {
  if (selectScenario(sql, scenario.id)) return;
  const { rev } = sql.exec<{ rev: number }>('UPDATE agent SET catalogue_rev = catalogue_rev + 1 RETURNING catalogue_rev AS rev').one();
  const { no } = sql
    .exec<{ no: number }>(
      `INSERT INTO scenarios (scenario_id, title, description, complexity, tags, origin, active, created_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7) RETURNING scenario_no AS no`,
      ...[scenario.id, scenario.title, scenario.description, scenario.complexity],
      ...[JSON.stringify(scenario.tags), scenario.origin, scenario.createdAt],
    )
    .one();
  scenario.cases.forEach((content, index) => insertCase(sql, { scenarioNo: no, n: index + 1, rev, content }));
}

function insertCase(sql: SqlStorage, entry: { scenarioNo: number; n: number; rev: number; content: CaseContent }): void {
  const { no } = sql
    .exec<{ no: number }>('INSERT INTO cases (scenario_no, n) VALUES (?1, ?2) RETURNING case_no AS no', entry.scenarioNo, entry.n)
    .one();
  sql.exec('INSERT INTO case_versions (case_no, rev, content) VALUES (?1, ?2, ?3)', no, entry.rev, JSON.stringify(entry.content));
}

export type ScenarioRow = { scenario_no: number; scenario_id: string; active: number };

export function selectScenario(sql: SqlStorage, scenarioId: string): ScenarioRow | undefined {
  return sql
    .exec<ScenarioRow>('SELECT scenario_no, scenario_id, active FROM scenarios WHERE scenario_id = ?1 LIMIT 1', scenarioId)
    .toArray()[0];
}

export type CaseRow = { case_no: number; scenario_no: number; scenario_id: string; n: number };

/** The case a result names: by number, or the only case of its scenario. `many` says that the scenario holds more than one. */
export function selectCase(sql: SqlStorage, id: { scenarioId: string; n: number | null }): { row?: CaseRow; many: boolean } {
  const rows = sql
    .exec<CaseRow>(
      `SELECT c.case_no, c.scenario_no, s.scenario_id, c.n FROM scenarios s JOIN cases c ON c.scenario_no = s.scenario_no
       WHERE s.scenario_id = ?1 AND (?2 IS NULL OR c.n = ?2) ORDER BY c.n LIMIT 2`,
      ...[id.scenarioId, id.n],
    )
    .toArray();
  const [row] = rows;
  return row && rows.length === 1 ? { row, many: false } : { many: rows.length > 1 };
}

/** The newest version of a case at a revision; without one, the version that `held` names or the newest there is. */
export function selectCaseVersion(sql: SqlStorage, caseNo: number, rev: number): { rev: number; content: CaseContent } | undefined {
  const [row] = sql
    .exec<{ rev: number; content: string }>(
      'SELECT rev, content FROM case_versions WHERE case_no = ?1 AND rev <= ?2 ORDER BY rev DESC LIMIT 1',
      ...[caseNo, rev],
    )
    .toArray();
  return row && { rev: row.rev, content: JSON.parse(row.content) as CaseContent };
}

export function selectActiveAt(sql: SqlStorage, scenarioNo: number, rev: number): boolean {
  const [row] = sql
    .exec<{ active: number }>(
      'SELECT active FROM scenario_switches WHERE scenario_no = ?1 AND rev <= ?2 ORDER BY rev DESC LIMIT 1',
      ...[scenarioNo, rev],
    )
    .toArray();
  return row?.active !== 0;
}

/** The target failure category of every case, by its newest version. */
export function selectTargets(sql: SqlStorage): Map<number, FailureCategory> {
  const rows = sql.exec<{ case_no: number; content: string; rev: number }>(
    'SELECT case_no, content, max(rev) AS rev FROM case_versions GROUP BY case_no ORDER BY case_no',
  );
  return new Map([...rows].map((row) => [row.case_no, targetCategory(JSON.parse(row.content) as CaseContent)]));
}

export type ListedScenario = {
  scenario_no: number;
  scenario_id: string;
  title: string;
  complexity: string;
  tags: string;
  active: number;
};

/** All scenarios, newest first. */
export function selectScenarios(sql: SqlStorage): ListedScenario[] {
  return sql
    .exec<ListedScenario>(
      'SELECT scenario_no, scenario_id, title, complexity, tags, active FROM scenarios ORDER BY scenario_no DESC LIMIT 100000',
    )
    .toArray();
}

export type ListedCase = { case_no: number; scenario_no: number; n: number };

export function selectCases(sql: SqlStorage): ListedCase[] {
  return sql.exec<ListedCase>('SELECT case_no, scenario_no, n FROM cases ORDER BY scenario_no DESC, n LIMIT 100000').toArray();
}
