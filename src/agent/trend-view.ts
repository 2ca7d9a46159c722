import { type AgentTrend, TREND_RUNS } from '../domain/trend.ts';
import { selectAgent } from './catalogue.ts';
import type { ViewDeps } from './run-views.ts';

/** What scoring noted of the newest completed runs: no result is read. */
export function viewTrend(deps: ViewDeps): AgentTrend {
  const { id: agentId, name: agentName } = selectAgent(deps.sql);
  const points = deps.scores.history(TREND_RUNS).map(({ seq, score, outage, facts }) => {
    const { id: runId, name, started_at: startedAt, counts } = deps.header(deps.runs.get(seq));
    const { failures, latency } = facts ?? { failures: [], latency: null };
    return { runId, ...(name === undefined ? {} : { name }), startedAt, counts, outage, score, failures, latency };
  });
  return { agentId, agentName, points: points.reverse() };
}
