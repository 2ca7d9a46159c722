import type { Complexity, ScenarioStatus } from '../domain/fields.ts';
import type { CaseContent, CaseView, Scenario, ScenarioView } from '../domain/scenario.ts';
import { type ListedCase, type ListedScenario, selectCases, selectCaseVersion, selectScenarios } from './catalogue.ts';
import type { Scoreboard } from './scoreboard.ts';

/** What clients see of an agent's scenarios and cases, with the status of their last runs. */

export type ScenarioBrief = { title: string; cases: number; active: boolean };

export function brief(scenario: Scenario | null | undefined): ScenarioBrief | null {
  return scenario ? { title: scenario.title, cases: scenario.cases.length, active: scenario.active } : null;
}

export type ScenariosPage = { status: ScenarioStatus | null; active: boolean | null; page: number; limit: number };
export type CasesPage = {
  offset: number;
  limit: number;
  scenarioId: string | null;
  /** Only cases of scenarios with this tag, or of this status. */
  tag?: string | null;
  status?: ScenarioStatus | null;
};

const NEWEST = Number.MAX_SAFE_INTEGER;

export function listScenarios(
  sql: SqlStorage,
  scores: Scoreboard,
  { status, active, page, limit }: ScenariosPage,
): { scenarios: ScenarioView[]; total: number } {
  const statuses = scores.statuses();
  const counts = countBy(selectCases(sql));
  const matching = selectScenarios(sql)
    .filter((row) => active === null || (row.active === 1) === active)
    .filter((row) => status === null || statuses.get(row.scenario_id) === status);
  const shown = matching.slice((page - 1) * limit, page * limit).map(
    (row): ScenarioView => ({
      scenario_id: row.scenario_id,
      title: row.title,
      complexity: row.complexity as Complexity,
      status: statuses.get(row.scenario_id) ?? 'not_run',
      active: row.active === 1,
      test_case_count: counts.get(row.scenario_no) ?? 0,
    }),
  );
  return { scenarios: shown, total: matching.length };
}

/** The cases of one scenario, or of all active ones, the newest scenario first, in the order of their numbers. */
export function listCases(
  sql: SqlStorage,
  scores: Scoreboard,
  { offset, limit, scenarioId, tag = null, status = null }: CasesPage,
): { cases: CaseView[]; total: number } {
  const scenarios = new Map(selectScenarios(sql).map((row) => [row.scenario_no, row]));
  const statuses = scores.statuses();
  const isMeant = (scenario: ListedScenario) =>
    (scenarioId === null ? scenario.active === 1 : scenario.scenario_id === scenarioId) &&
    (tag === null || (JSON.parse(scenario.tags) as string[]).includes(tag)) &&
    (status === null || (statuses.get(scenario.scenario_id) ?? 'not_run') === status);
  const ids = new Set([...scenarios.values()].filter(isMeant).map((scenario) => scenario.scenario_no));
  const meant = selectCases(sql).filter((row) => ids.has(row.scenario_no));
  const cases = meant.slice(offset, offset + limit).flatMap((row): CaseView[] => {
    const scenario = scenarios.get(row.scenario_no);
    const version = selectCaseVersion(sql, row.case_no, NEWEST);
    if (!scenario || !version) return [];
    return [
      caseView({ row, scenario, content: version.content, status: statuses.get(scenario.scenario_id) ?? 'not_run' }),
    ];
  });
  return { cases, total: meant.length };
}

type CaseParts = { row: ListedCase; scenario: ListedScenario; content: CaseContent; status: ScenarioStatus };

function caseView({ row, scenario, content, status }: CaseParts): CaseView {
  return {
    id: `${scenario.scenario_id}_${row.n}`,
    scenario_id: scenario.scenario_id,
    scenario_name: scenario.title,
    title: content.title,
    complexity: scenario.complexity as Complexity,
    persona: content.persona ?? null,
    failure_category: content.failure_category ?? null,
    failure_type: content.failure_type ?? null,
    user_message: content.user_message,
    expected_tools: content.expectations.expected_tools ?? [],
    expected_behavior: content.expectations.expected_behavior ?? null,
    expectations: content.expectations,
    tags: JSON.parse(scenario.tags) as string[],
    last_status: status,
  };
}

function countBy(cases: readonly ListedCase[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of cases) counts.set(row.scenario_no, (counts.get(row.scenario_no) ?? 0) + 1);
  return counts;
}
