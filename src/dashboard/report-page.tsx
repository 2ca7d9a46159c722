import type { ReportDocument } from '../domain/report-text.ts';
import { agentUrl } from './agent-frame.tsx';
import { Layout } from './layout.tsx';
import { PAGE_ROOM, ReportBody } from './report-body.tsx';
import { ReportFiles } from './report-files.tsx';
import { reportFileUrl } from './report-links.ts';
import { ReportShares, type ReportSharesProps } from './report-shares.tsx';
import { anyTrialUrl } from './run-links.ts';
import { stepsToRun, Trail } from './trail.tsx';

export type ReportPageProps = {
  document: ReportDocument;
  workspaceName: string;
  csrf?: string;
  shares: Omit<ReportSharesProps, 'run' | 'csrf'>;
};

const STYLES = ['report'];
const SCRIPTS = ['copy'];

/** The report on a run for those who are signed in: to read, to take along, to share. */
export function ReportPage({ document, workspaceName, csrf, shares }: ReportPageProps) {
  const { run, agentId } = document.report;
  return (
    <Layout
      title={`QA report of ${run.agent_name}`}
      workspaceName={workspaceName}
      here="/runs"
      styles={STYLES}
      scripts={SCRIPTS}
      {...(csrf ? { csrf } : {})}
    >
      <Trail steps={stepsToRun(agentUrl(agentId), run)} />
      <header class="title">
        <h1>QA report</h1>
        <ReportFiles path={(format) => reportFileUrl(run, format)} />
      </header>
      <ReportBody document={document} room={PAGE_ROOM} caseLink={(caseId) => anyTrialUrl(run, caseId)} />
      <ReportShares {...shares} run={run} csrf={csrf} />
    </Layout>
  );
}

/** The same behind a shared link, for somebody who is not signed in and learns nothing else. */
export function SharedReportPage({ document, path }: { document: ReportDocument; path: string }) {
  return (
    <Layout title={`QA report of ${document.report.run.agent_name}`} styles={STYLES}>
      <header class="title">
        <h1>QA report</h1>
        <ReportFiles path={(format) => `${path}.${format}`} />
      </header>
      <ReportBody document={document} room={PAGE_ROOM} />
    </Layout>
  );
}
