import type { ResultStatus } from '../domain/fields.ts';
import { shortRunId } from '../domain/formatting.ts';
import type { RunHeader } from '../domain/run.ts';

/** What a run is called, and where its pages are. The agent's name goes along, so that no database is asked for it. */

type Named = Pick<RunHeader, 'id' | 'name'>;
type Placed = Pick<RunHeader, 'id' | 'agent_name'>;

export function runName({ id, name }: Named): string {
  return name ?? `Run ${shortRunId(id)}`;
}

export function runUrl(run: Placed): string {
  return path(run, '', {});
}

export type ResultsFilter = { status?: ResultStatus; case?: string; page?: string };

export function resultsUrl(run: Placed, filter: ResultsFilter = {}): string {
  return path(run, '/results', filter);
}

export function reviewUrl(run: Placed): string {
  return path(run, '/review', {});
}

export function compareUrl(agent: string, a: string, b: string): string {
  return `/runs/compare?${new URLSearchParams({ agent, a, b })}`;
}

function path({ id, agent_name }: Placed, page: string, filter: ResultsFilter): string {
  return `/runs/${encodeURIComponent(id)}${page}?${new URLSearchParams({ agent: agent_name, ...filter })}`;
}
