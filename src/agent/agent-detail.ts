import type { AgentStatus } from '../domain/fields.ts';
import type { RunHeader } from '../domain/run.ts';
import type { AgentScore } from '../domain/scores.ts';
import type { Tool } from '../domain/tool.ts';
import { selectAgent, selectTools } from './catalogue.ts';
import { listRuns, type RunLogDeps } from './run-log.ts';
import type { Scoreboard } from './scoreboard.ts';

export type AgentDetail = {
  id: string;
  name: string;
  status: AgentStatus;
  description: string | null;
  tools: Tool[];
  constraints: string[];
  score: AgentScore | null;
  previousScore: number | null;
  completed: number;
  running: number;
  lastRun: RunHeader | null;
};

/** What is known of the agent right now, without asking D1. */
export function describeAgent(deps: RunLogDeps, scores: Scoreboard): AgentDetail {
  const { sql } = deps.storage;
  const agent = selectAgent(sql);
  const { score, previous } = scores.standing();
  return {
    id: agent.id,
    name: agent.name,
    status: agent.status,
    description: agent.description,
    tools: selectTools(sql, agent.tools_version),
    constraints: JSON.parse(agent.constraints) as string[],
    score,
    previousScore: previous,
    completed: listRuns(deps, { status: 'completed', limit: 0, offset: 0 }).total,
    running: listRuns(deps, { status: 'running', limit: 0, offset: 0 }).total,
    lastRun: listRuns(deps, { status: null, limit: 1, offset: 0 }).runs[0] ?? null,
  };
}

export type Holdings = { scenarios: number; test_cases: number; runs: number };

export function countHoldings(sql: SqlStorage): Holdings {
  return sql
    .exec<Holdings>(
      `SELECT (SELECT count(*) FROM scenarios WHERE deleted_rev IS NULL) AS scenarios,
         (SELECT count(*) FROM cases c JOIN scenarios s ON s.scenario_no = c.scenario_no WHERE s.deleted_rev IS NULL) AS test_cases,
         (SELECT count(*) FROM runs) AS runs`,
    )
    .one();
}
