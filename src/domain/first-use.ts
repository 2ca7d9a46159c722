/** What a workspace has seen so far. `key` is the one used last, `agent` and `run` the newest. */
export type FirstUse = {
  key: { name: string; usedAt: number } | null;
  agents: number;
  agent: { id: string; name: string } | null;
  runs: number;
  run: { id: string; agentName: string } | null;
};

export type FirstUseStep = 'waiting' | 'connected' | 'registered' | 'running';

/** How far a new workspace has come: each step includes those before it. */
export function firstUseStep({ key, agents, runs }: FirstUse): FirstUseStep {
  if (runs > 0) return 'running';
  if (agents > 0) return 'registered';
  return key ? 'connected' : 'waiting';
}
