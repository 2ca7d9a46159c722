/** How the agents of a workspace stand, by their quality scores (AQS). */

const HEALTHY_FROM = 70;
const DEGRADED_FROM = 50;

export type FleetHealth = { healthy: number; degraded: number; critical: number; untested: number };
/** How many agents have this score; null for those that nothing was decided about yet. */
export type ScoreCount = { aqs: number | null; agents: number };

export function fleetHealth(scores: readonly ScoreCount[]): FleetHealth {
  const health: FleetHealth = { healthy: 0, degraded: 0, critical: 0, untested: 0 };
  for (const { aqs, agents } of scores) health[bucket(aqs)] += agents;
  return health;
}

function bucket(aqs: number | null): keyof FleetHealth {
  if (aqs === null) return 'untested';
  if (aqs >= HEALTHY_FROM) return 'healthy';
  return aqs >= DEGRADED_FROM ? 'degraded' : 'critical';
}

/** The mean over agents that have a score, as a whole number; null when none has. */
export function averageScore(scores: readonly ScoreCount[]): number | null {
  const scored = scores.flatMap(({ aqs, agents }) => (aqs === null ? [] : [{ aqs, agents }]));
  const agents = scored.reduce((sum, one) => sum + one.agents, 0);
  const total = scored.reduce((sum, one) => sum + one.aqs * one.agents, 0);
  return agents === 0 ? null : Math.round(total / agents);
}
