import type { Context } from 'hono';
import { REPORT_FORMATS, type ReportFormat } from '../dashboard/report-links.ts';
import { StandaloneReport } from '../dashboard/standalone-report.tsx';
import { shortRunId } from '../domain/formatting.ts';
import { type ReportDocument, reportMarkdown, reportRecord } from '../domain/report-text.ts';
import { type AgentRpc, agentObject } from '../env.ts';
import { selectAudit } from '../store/audits.ts';
import { withDeadline } from '../store/deadline.ts';
import { readFile } from '../store/files.ts';
import type { App } from './app.ts';

/** A report as it is read and as it is sent, for those who are signed in and for those who have a link. */

const AUDIT_DEADLINE_MS = 2_000;
/** The sheets that a report needs, the general ones first. */
const SHEETS = ['base', 'frame', 'run', 'lists', 'listing', 'report'];
const TYPES: Record<ReportFormat, string> = {
  html: 'text/html; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

export function toFormat(text: string | undefined): ReportFormat | null {
  return REPORT_FORMATS.find((format) => format === text) ?? null;
}

type Wanted = { workspaceId: string; agentName: string; runId: string };

/** The report on a run, or null where there is no such run. While D1 is away it goes without the audit. */
export async function readDocument(c: Context<App>, wanted: Wanted, now: number): Promise<ReportDocument | null> {
  const { workspaceId, agentName, runId } = wanted;
  return documentOf(c, { object: agentObject(c.env, workspaceId, agentName), workspaceId, runId }, now);
}

type Found = { object: AgentRpc; workspaceId: string; runId: string };

export async function documentOf(c: Context<App>, found: Found, now: number): Promise<ReportDocument | null> {
  const read = await found.object.readReport(found.runId);
  if (!read.ok) return null;
  const report = read.value;
  const audit = await withDeadline(selectAudit(c.env.DB, found.workspaceId, report.agentId), AUDIT_DEADLINE_MS).catch(
    () => null,
  );
  return { report, audit, madeAt: now };
}

/** Sent as a download: our policy allows no style inside a page, and what is saved is not served by us any more. */
export async function sendReport(c: Context<App>, document: ReportDocument, format: ReportFormat): Promise<Response> {
  const { run } = document.report;
  const name = `qa-report-${run.agent_name}-${shortRunId(run.id)}.${format}`;
  return c.body(await textOf(c, document, format), 200, {
    'Content-Type': TYPES[format],
    'Content-Disposition': `attachment; filename="${name}"`,
    'X-Content-Type-Options': 'nosniff',
  });
}

async function textOf(c: Context<App>, document: ReportDocument, format: ReportFormat): Promise<string> {
  if (format === 'json') return `${JSON.stringify(reportRecord(document), null, 2)}\n`;
  if (format === 'md') return reportMarkdown(document);
  const sheets = await Promise.all(SHEETS.map((name) => readFile(c.env, `dashboard/assets/${name}.css`)));
  return String(await (<StandaloneReport document={document} styles={sheets.join('\n')} />));
}
