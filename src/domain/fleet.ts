/** How the agents of a workspace stand, by their quality scores (AQS). */

const HEALTHY_FROM = 70;
const DEGRADED_FROM = 50;

export const FLEET_HEALTH = ['healthy', 'degraded', 'critical', 'untested'] as const;
export type FleetHealth = Record<(typeof FLEET_HEALTH)[number], number>;
/** How many agents have this score; null for those that nothing was decided about yet. */
export type ScoreCount = { aqs: number | null; agents: number };

/** The scores of each bucket: from the first number to below the second. An agent without a score counts as −1. */
export const SCORES_OF: Record<keyof FleetHealth, readonly [from: number, below: number]> = {
  healthy: [HEALTHY_FROM, 101],
  degraded: [DEGRADED_FROM, HEALTHY_FROM],
  critical: [0, DEGRADED_FROM],
  untested: [-1, 0],
};

export function fleetHealth(scores: readonly ScoreCount[]): FleetHealth {
  const health: FleetHealth = { healthy: 0, degraded: 0, critical: 0, untested: 0 };
  for (const { aqs, agents } of scores) health[bucket(aqs ?? -1)] += agents;
  return health;
}

function bucket(score: number): keyof FleetHealth {
  return FLEET_HEALTH.find((name) => score >= SCORES_OF[name][0]) ?? 'untested';
}

/** The mean over agents that have a score, as a whole number; null when none has. */
export function averageScore(scores: readonly ScoreCount[]): number | null {
  const scored = scores.flatMap(({ aqs, agents }) => (aqs === null ? [] : [{ aqs, agents }]));
  const agents = scored.reduce((sum, one) => sum + one.agents, 0);
  const total = scored.reduce((sum, one) => sum + one.aqs * one.agents, 0);
  return agents === 0 ? null : Math.round(total / agents);
}
