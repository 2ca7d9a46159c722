import type { ResultStatus } from '../domain/fields.ts';
import { shortRunId } from '../domain/formatting.ts';
import type { ResultKey, RunHeader } from '../domain/run.ts';
import { visible } from './bounded-text.ts';

/** What a run is called, and where its pages are. The agent's name goes along, so that no database is asked for it. */

export type NamedRun = Pick<RunHeader, 'id' | 'name'>;
export type PlacedRun = Pick<RunHeader, 'id' | 'agent_name'>;

export function runName({ id, name }: NamedRun): string {
  return name === undefined ? `Run ${shortRunId(id)}` : visible(name);
}

export function runUrl(run: PlacedRun): string {
  return path(run, '', {});
}

export type ResultsFilter = { status?: ResultStatus; case?: string; page?: string };

export function resultsUrl(run: PlacedRun, filter: ResultsFilter = {}): string {
  return path(run, '/results', filter);
}

/** The page of one result, or the same as a file. */
export function caseUrl(run: PlacedRun, { caseId, trial }: ResultKey, form: '' | '.json' | '.md' = ''): string {
  return path(run, `/cases/${encodeURIComponent(caseId)}.${trial}${form}`, {});
}

/** The page of a case in a run that may hold several trials of it; one that did not pass is chosen. */
export function anyTrialUrl(run: PlacedRun, caseId: string): string {
  return path(run, `/cases/${encodeURIComponent(caseId)}`, {});
}

/** The report on a run. */
export function reportUrl(run: PlacedRun): string {
  return path(run, '/report', {});
}

export function reviewUrl(run: PlacedRun): string {
  return path(run, '/review', {});
}

/** What waits for a person: all of it, or that of one agent. `skipped` pending results are passed over. */
export function queueUrl({ agent, skipped = 0 }: { agent?: string | undefined; skipped?: number } = {}): string {
  const query = new URLSearchParams({ ...(agent ? { agent } : {}), ...(skipped > 0 ? { skip: String(skipped) } : {}) });
  return query.size > 0 ? `/review?${query}` : '/review';
}

export function compareUrl(agent: string, a: string, b: string): string {
  return `/runs/compare?${new URLSearchParams({ agent, a, b })}`;
}

function path({ id, agent_name }: PlacedRun, page: string, filter: ResultsFilter): string {
  return `/runs/${encodeURIComponent(id)}${page}?${new URLSearchParams({ agent: agent_name, ...filter })}`;
}
