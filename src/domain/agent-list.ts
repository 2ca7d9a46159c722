import type { AgentStatus } from './fields.ts';
import { type Place, placeText, type Query, readChoice, readPlace } from './query.ts';

/** An agent as a list of them shows it. Times are epoch milliseconds; null is what nobody knows yet. */
export type ListedAgent = {
  id: string;
  name: string;
  status: AgentStatus;
  updated_at: number;
  blueprint_version: number;
  aqs: number | null;
  previous_aqs: number | null;
  /** Readiness, of the newest audit. */
  ars: number | null;
  scenarios: number;
  last_run_at: number | null;
};
/** What only the blueprint says of an agent. */
export type BlueprintFacts = { framework: string; tools: number };

/** `score` and `last_run` begin with the highest and the newest; agents without one come last. */
export const AGENT_SORTS = ['name', 'score', 'last_run'] as const;
export type AgentSort = (typeof AGENT_SORTS)[number];
export type AgentOrder = { sort: AgentSort; after: Place | null };

export function readAgentOrder(query: Query): { order: AgentOrder; notes: string[] } {
  const sort = readChoice(query, 'sort', AGENT_SORTS);
  const after = readPlace(query);
  return {
    order: { sort: sort.value ?? 'name', after: after.value },
    notes: [sort, after].flatMap(({ note }) => note ?? []),
  };
}

export function agentListUrl({ sort, after }: AgentOrder): string {
  const said = { ...(sort === 'name' ? {} : { sort }), ...(after ? { after: placeText(after) } : {}) };
  const query = String(new URLSearchParams(said));
  return query === '' ? '/agents' : `/agents?${query}`;
}
