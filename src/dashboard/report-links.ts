import type { PlacedRun } from './run-links.ts';

/** Where a report is as a file, and where links to it are made and revoked. */

export const REPORT_FORMATS = ['html', 'md', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export function reportFileUrl(run: PlacedRun, format: ReportFormat): string {
  return path(run, `.${format}`);
}

/** Takes a form that makes a link; with the hash of a link, one that revokes it. */
export function sharesUrl(run: PlacedRun, hash?: string): string {
  return path(run, hash === undefined ? '/shares' : `/shares/${hash}/revoke`);
}

function path({ id, agent_name: agent }: PlacedRun, rest: string): string {
  return `/runs/${encodeURIComponent(id)}/report${rest}?${new URLSearchParams({ agent })}`;
}
