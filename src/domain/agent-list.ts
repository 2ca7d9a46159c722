import type { Cell } from './csv.ts';
import type { AgentStatus } from './fields.ts';
import { FLEET_HEALTH, type FleetHealth } from './fleet.ts';
import { isoTime } from './formatting.ts';
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
export type AgentHealth = keyof FleetHealth;
/** `health` narrows the list to one bucket of the fleet. */
export type AgentOrder = { sort: AgentSort; health: AgentHealth | null; after: Place | null };

export function readAgentOrder(query: Query): { order: AgentOrder; notes: string[] } {
  const sort = readChoice(query, 'sort', AGENT_SORTS);
  const health = readChoice(query, 'health', FLEET_HEALTH);
  const after = readPlace(query);
  return {
    order: { sort: sort.value ?? 'name', health: health.value, after: after.value },
    notes: [sort, health, after].flatMap(({ note }) => note ?? []),
  };
}

export const EVERY_AGENT: AgentOrder = { sort: 'name', health: null, after: null };

/** The address of a view of the agents, on the page or as a file. */
export function agentListUrl({ sort, health, after }: AgentOrder, path = '/agents'): string {
  const said = {
    ...(sort === 'name' ? {} : { sort }),
    ...(health === null ? {} : { health }),
    ...(after ? { after: placeText(after) } : {}),
  };
  const query = String(new URLSearchParams(said));
  return query === '' ? path : `${path}?${query}`;
}

/** A line of the list of agents as a file holds it: flat, times in ISO 8601. */
export const AGENT_COLUMNS = [
  'agent_id',
  'agent',
  'status',
  'framework',
  'tools',
  'aqs',
  'previous_aqs',
  'ars',
  'scenarios',
  'last_run_at',
  'updated_at',
  'url',
] as const;
export type AgentRecord = Record<(typeof AGENT_COLUMNS)[number], Cell>;

export function agentRecord(agent: ListedAgent, facts: BlueprintFacts | undefined, url: string): AgentRecord {
  const time = (at: number | null) => (at === null ? null : (isoTime(at) ?? null));
  return {
    agent_id: agent.id,
    agent: agent.name,
    status: agent.status,
    framework: facts?.framework ?? null,
    tools: facts?.tools ?? null,
    aqs: agent.aqs,
    previous_aqs: agent.previous_aqs,
    ars: agent.ars,
    scenarios: agent.scenarios,
    last_run_at: time(agent.last_run_at),
    updated_at: time(agent.updated_at),
    url,
  };
}
