import type { AgentStatus, FailureCategory } from '../domain/fields.ts';
import { type CaseContent, type Scenario, targetCategory } from '../domain/scenario.ts';
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
  deleted_by: string | null;
};

export function selectAgent(sql: SqlStorage): AgentRow {
  const columns =
    'id, workspace_id, name, status, description, constraints, tools_version, catalogue_rev, stale, deleted_by';
  return sql.exec<AgentRow>(`SELECT ${columns} FROM agent LIMIT 1`).one();
}

/** Writes who the agent is; the tool table gets a new version only when it changed. */
export function replaceAgent(
  sql: SqlStorage,
  agent: Omit<AgentRow, 'tools_version' | 'catalogue_rev' | 'stale' | 'deleted_by'>,
  tools: readonly Tool[],
): void {
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
  const rows = sql
    .exec<{ tool: string }>('SELECT tool FROM tools WHERE version = ?1 ORDER BY position', version)
    .toArray();
  return rows.map((row) => JSON.parse(row.tool) as Tool);
}

/** From now on the agent is gone for everyone; carrying that out can be repeated. */
export function updateDeletedBy(sql: SqlStorage, actor: string): void {
  sql.exec('UPDATE agent SET deleted_by = ?1', actor);
}

export function updateStale(sql: SqlStorage, stale: boolean): void {
  sql.exec('UPDATE agent SET stale = ?1 WHERE stale <> ?1', Number(stale));
}

/** Takes in a scenario as it is now. Each change of the catalogue has a revision; only cases that changed get a version of it. */
export function replaceScenario(sql: SqlStorage, scenario: Scenario): void {
  const held = selectScenario(sql, scenario.id);
  const rev = nextRev(sql);
  const no = upsertScenarioRow(sql, scenario);
  if (scenario.active !== (held?.active ?? true)) insertSwitch(sql, { no, rev, active: scenario.active });
  for (const [index, content] of scenario.cases.entries()) {
    const text = JSON.stringify(content);
    if (text !== JSON.stringify(held?.cases[index])) insertCaseVersion(sql, { no, n: index + 1, rev, text });
  }
}

function nextRev(sql: SqlStorage): number {
  return sql
    .exec<{ rev: number }>('UPDATE agent SET catalogue_rev = catalogue_rev + 1 RETURNING catalogue_rev AS rev')
    .one().rev;
}

function upsertScenarioRow(sql: SqlStorage, scenario: Scenario): number {
  const { no } = sql
    .exec<{ no: number }>(
      `INSERT INTO scenarios (scenario_id, title, description, complexity, tags, origin, active, created_at, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
       ON CONFLICT (scenario_id) DO UPDATE SET title = excluded.title, description = excluded.description,
         complexity = excluded.complexity, tags = excluded.tags,
         active = excluded.active, updated_at = excluded.updated_at
       RETURNING scenario_no AS no`,
      ...[scenario.id, scenario.title, scenario.description, scenario.complexity, JSON.stringify(scenario.tags)],
      ...[scenario.origin, Number(scenario.active), scenario.createdAt, scenario.updatedAt],
    )
    .one();
  return no;
}

function insertSwitch(sql: SqlStorage, { no, rev, active }: { no: number; rev: number; active: boolean }): void {
  sql.exec('INSERT INTO scenario_switches (scenario_no, rev, active) VALUES (?1, ?2, ?3)', no, rev, Number(active));
}

function insertCaseVersion(sql: SqlStorage, version: { no: number; n: number; rev: number; text: string }): void {
  const { no, n, rev, text } = version;
  sql.exec('INSERT INTO cases (scenario_no, n) VALUES (?1, ?2) ON CONFLICT DO NOTHING', no, n);
  sql.exec(
    `INSERT INTO case_versions (case_no, rev, content)
     SELECT case_no, ?3, ?4 FROM cases WHERE scenario_no = ?1 AND n = ?2`,
    ...[no, n, rev, text],
  );
}

/** Takes a scenario out of the catalogue. Its title and the versions of its cases stay until no open run needs them. */
export function updateScenarioDeleted(sql: SqlStorage, scenarioId: string): void {
  sql.exec(
    'UPDATE scenarios SET deleted_rev = ?2 WHERE scenario_id = ?1 AND deleted_rev IS NULL',
    scenarioId,
    nextRev(sql),
  );
}

/** Empties the versions of deleted cases that no run pinned before `oldestPin` can still ask for; results keep their titles. */
export function purgeDeletedCases(sql: SqlStorage, oldestPin: number): void {
  sql.exec(
    `UPDATE case_versions SET content = json_object('title', content ->> 'title', 'user_message', '', 'expectations', json_object(), 'purged', json('true'))
     WHERE case_no IN (SELECT c.case_no FROM cases c JOIN scenarios s ON s.scenario_no = c.scenario_no WHERE s.deleted_rev BETWEEN 1 AND ?1)
       AND content ->> 'purged' IS NULL`,
    oldestPin,
  );
}

type ScenarioRow = {
  scenario_no: number;
  title: string;
  description: string | null;
  complexity: Scenario['complexity'];
  tags: string;
  origin: Scenario['origin'];
  active: number;
  created_at: number;
  updated_at: number;
};

/** A scenario whole, with the newest versions of its cases; undefined when there is none, or none any more. */
export function selectScenario(sql: SqlStorage, id: string): Scenario | undefined {
  const [row] = sql
    .exec<ScenarioRow>(
      `SELECT scenario_no, title, description, complexity, tags, origin, active, created_at, updated_at FROM scenarios
       WHERE scenario_id = ?1 AND deleted_rev IS NULL LIMIT 1`,
      id,
    )
    .toArray();
  if (!row) return undefined;
  const { scenario_no, tags, active, created_at, updated_at, ...rest } = row;
  const times = { createdAt: created_at, updatedAt: updated_at };
  return {
    ...rest,
    ...times,
    id,
    tags: JSON.parse(tags) as string[],
    active: active === 1,
    cases: newestCases(sql, scenario_no),
  };
}

function newestCases(sql: SqlStorage, scenarioNo: number): CaseContent[] {
  const rows = sql.exec<{ content: string }>(
    `SELECT v.content, max(v.rev) FROM cases c JOIN case_versions v ON v.case_no = c.case_no
     WHERE c.scenario_no = ?1 GROUP BY c.n ORDER BY c.n`,
    scenarioNo,
  );
  return [...rows].map((row) => JSON.parse(row.content) as CaseContent);
}

export type CaseRow = {
  case_no: number;
  scenario_no: number;
  scenario_id: string;
  n: number;
  deleted_rev: number | null;
};

/** The case a result names: by number, or the only case of its scenario. `many` says that the scenario holds more than one. */
export function selectCase(
  sql: SqlStorage,
  id: { scenarioId: string; n: number | null },
): { row?: CaseRow; many: boolean } {
  const rows = sql
    .exec<CaseRow>(
      `SELECT c.case_no, c.scenario_no, s.scenario_id, c.n, s.deleted_rev FROM scenarios s JOIN cases c ON c.scenario_no = s.scenario_no
       WHERE s.scenario_id = ?1 AND (?2 IS NULL OR c.n = ?2) ORDER BY c.n LIMIT 2`,
      ...[id.scenarioId, id.n],
    )
    .toArray();
  const [row] = rows;
  return row && rows.length === 1 ? { row, many: false } : { many: rows.length > 1 };
}

/** The newest version of a case at a revision; without one, the version that `held` names or the newest there is. */
export function selectCaseVersion(
  sql: SqlStorage,
  caseNo: number,
  rev: number,
): { rev: number; content: CaseContent } | undefined {
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

const MESSAGES_COMPARED = 5_000;

/** The user messages of active cases, the newest first. */
export function selectMessages(sql: SqlStorage): string[] {
  const rows = sql.exec<{ message: string }>(
    `SELECT v.content ->> 'user_message' AS message, max(v.rev) FROM scenarios s JOIN cases c ON c.scenario_no = s.scenario_no
     JOIN case_versions v ON v.case_no = c.case_no WHERE s.active = 1 AND s.deleted_rev IS NULL
     GROUP BY c.case_no ORDER BY c.case_no DESC LIMIT ?1`,
    MESSAGES_COMPARED,
  );
  return [...rows].map((row) => row.message);
}

/** The target failure category of every case, by its newest version. */
export function selectTargets(sql: SqlStorage): Map<number, FailureCategory> {
  const rows = sql.exec<{ case_no: number; content: string; rev: number }>(
    `SELECT v.case_no, v.content, max(v.rev) AS rev FROM case_versions v JOIN cases c ON c.case_no = v.case_no
     JOIN scenarios s ON s.scenario_no = c.scenario_no WHERE s.deleted_rev IS NULL GROUP BY v.case_no ORDER BY v.case_no`,
  );
  return new Map([...rows].map((row) => [row.case_no, targetCategory(JSON.parse(row.content) as CaseContent)]));
}

/**
 * Ids of cases by their titles, in lower case: a scenario's title stands for its only case. Null where several have that title. Only
 * active ones.
 */
export function selectTitles(sql: SqlStorage): Map<string, string | null> {
  const rows = sql.exec<{ id: string; title: string; own: string | null; cases: number; rev: number }>(
    `SELECT s.scenario_id || '_' || c.n AS id, s.title, v.content ->> 'title' AS own, max(v.rev) AS rev,
       (SELECT count(*) FROM cases o WHERE o.scenario_no = s.scenario_no) AS cases
     FROM scenarios s JOIN cases c ON c.scenario_no = s.scenario_no JOIN case_versions v ON v.case_no = c.case_no
     WHERE s.active = 1 AND s.deleted_rev IS NULL GROUP BY c.case_no ORDER BY c.case_no LIMIT 100000`,
  );
  const ids = new Map<string, string | null>();
  for (const { id, title, own, cases } of rows) {
    const names = new Set([...(cases === 1 ? [title] : []), ...(own === null ? [] : [own])]);
    for (const name of [...names].map((text) => text.trim().toLowerCase()))
      ids.set(name, ids.has(name) && ids.get(name) !== id ? null : id);
  }
  return ids;
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
      'SELECT scenario_no, scenario_id, title, complexity, tags, active FROM scenarios WHERE deleted_rev IS NULL ORDER BY scenario_no DESC LIMIT 100000',
    )
    .toArray();
}

export type ListedCase = { case_no: number; scenario_no: number; n: number };

/** Those of scenarios that were not deleted. */
export function selectCases(sql: SqlStorage): ListedCase[] {
  return sql
    .exec<ListedCase>(`SELECT c.case_no, c.scenario_no, c.n FROM cases c JOIN scenarios s ON s.scenario_no = c.scenario_no
       WHERE s.deleted_rev IS NULL ORDER BY c.scenario_no DESC, c.n LIMIT 100000`)
    .toArray();
}
