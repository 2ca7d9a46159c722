import type { CaseDetail } from '../domain/case-detail.ts';
import { UNMAPPED_SCENARIO } from '../domain/scenario.ts';
import { timelineOf } from '../domain/timeline.ts';
import { agentUrl } from './agent-frame.tsx';
import { allowance, shown, type Take } from './bounded-text.ts';
import { CaseFacts } from './case-facts.tsx';
import { EvidenceSection, Expectations, reasonOf, Talk } from './case-findings.tsx';
import { CaseHistory } from './case-history.tsx';
import { Sequence } from './case-sequence.tsx';
import { TimelineSection } from './case-timeline.tsx';
import { TranscriptSection } from './case-transcript.tsx';
import { type CaseView, viewOf } from './case-view.ts';
import { callAnchor, messageAnchor } from './evidence-list.tsx';
import { Inline } from './inline.tsx';
import { Layout } from './layout.tsx';
import { Repetition, ResultFacts } from './result-rows.tsx';
import { Overridden, ReviewForm } from './review-controls.tsx';
import { caseUrl, queueUrl, resultsUrl } from './run-links.ts';
import { StatusBadge } from './status-badge.tsx';
import { TextsRemoved } from './texts-removed.tsx';
import { stepsToRun, Trail } from './trail.tsx';
import { callsShown, fitTranscript } from './transcript-turns.ts';

const STYLES = ['case', 'charts'];
const SCRIPTS = ['copy'];
/** What foreign text may take in each part of the page; the conversation and the drawing of its paths have allowances of their own. */
const FOREIGN_BYTES = 4_000;
const SEQUENCE_BYTES = 3_500;
const EVIDENCE_BYTES = 3_000;
const REST_BYTES = 2_500;
const TITLE_CHARS = 200;
const REASON_CHARS = 800;
const PERSON_CHARS = 100;

export type CasePageProps = {
  detail: CaseDetail;
  now: number;
  workspaceName: string;
  csrf?: string;
  /** Whether its reader may decide. */
  mayDecide: boolean;
};

/** One result with all that explains its verdict: what was asked and answered, expected and called, and where they part. */
export function CasePage({ detail, now, workspaceName, csrf, mayDecide }: CasePageProps) {
  const view = viewOf(detail);
  const { result, run } = view;
  const take = allowance(FOREIGN_BYTES);
  const rest = allowance(REST_BYTES);
  const title = take(result.title, TITLE_CHARS);
  const transcript = fitTranscript(view);
  const linked = callsShown(transcript);
  const here = { caseId: result.test_case_id, trial: result.trial };
  return (
    <Layout
      title={`${shown(title)} · ${result.status}`}
      workspaceName={workspaceName}
      here="/runs"
      styles={STYLES}
      scripts={SCRIPTS}
      {...(csrf ? { csrf } : {})}
    >
      <Trail steps={stepsToRun(agentUrl(detail.agentId), run)}>
        <StepsOn detail={detail} />
      </Trail>
      <header class="title">
        <h1>
          <Inline clip={title} />
        </h1>
        <StatusBadge status={result.status} />
      </header>
      <Verdict view={view} take={take} />
      <TextsRemoved at={view.textsRemovedAt} />
      <Talk view={view} take={take} />
      <Sequence view={view} linked={linked} take={allowance(SEQUENCE_BYTES)} />
      <div class="proof">
        <Expectations view={view} take={take} />
        <EvidenceSection view={view} take={allowance(EVIDENCE_BYTES)} />
      </div>
      <TranscriptSection transcript={transcript} />
      <TimelineSection timeline={timelineOf(view.sent, view.calls ?? [])} linked={linked} take={rest} />
      {mayDecide ? (
        <section aria-labelledby="decide">
          <h2 id="decide">Your verdict</h2>
          <ReviewForm run={run} result={result} back={caseUrl(run, here)} csrf={csrf} />
        </section>
      ) : (
        <p class="notes">You may look at this workspace, and not decide in it.</p>
      )}
      <CaseFacts view={view} take={rest} now={now} />
      <CaseHistory view={view} take={rest} now={now} />
    </Layout>
  );
}

/** The results before and after it in the run. */
function StepsOn({ detail: { run, previous, next, result } }: { detail: CaseDetail }) {
  return (
    <nav class="steps-on" aria-label="Results of this run">
      {previous && (
        <a href={caseUrl(run, previous)} rel="prev">
          Previous
        </a>
      )}
      <a href={resultsUrl(run, { status: result.status })}>All {result.status}</a>
      {next && (
        <a href={caseUrl(run, next)} rel="next">
          Next
        </a>
      )}
    </nav>
  );
}

/** The finding in one sentence, what it is filed under, who says so, and where to look first. */
function Verdict({ view, take }: { view: CaseView; take: Take }) {
  const { result, sent, run, agentId } = view;
  const { first_deviation: first, decided_by } = result;
  const isTold = (sent.messages?.length ?? 0) > 0;
  const steps = isTold ? sent.messages?.length : view.calls?.length;
  return (
    <>
      <p class="verdict" data-status={result.status} dir="auto">
        {shown(take(reasonOf(result), REASON_CHARS))}
      </p>
      <Overridden result={result} before={result.instead_of && take(result.instead_of.reason, REASON_CHARS, 0.2)} />
      <ul class="facts">
        <ResultFacts result={result} />
        <li>
          decided by {result.reviewer ? <Inline clip={take(result.reviewer, PERSON_CHARS)} /> : decided_by} (
          <code>{result.rule}</code>)
        </li>
        {first !== undefined && first < (steps ?? 0) && result.status !== 'passed' && (
          <li>
            <a href={`#${isTold ? messageAnchor(first) : callAnchor(first)}`}>
              first deviation: {isTold ? 'message' : 'call'} {first + 1}
            </a>
          </li>
        )}
      </ul>
      <ul class="facts">
        {result.scenario_id === UNMAPPED_SCENARIO ? (
          <li>no test case: the report named none</li>
        ) : (
          <li>
            <a href={`/agent/${agentId}/scenarios/${result.scenario_id}`}>Scenario</a>
          </li>
        )}
        <li>
          <a href={resultsUrl(run, { case: result.test_case_id })}>All trials of this case</a>
          <Repetition result={result} />
        </li>
        <Copies view={view} />
        {result.status === 'pending' && (
          <li>
            <a href={queueUrl({ agent: run.agent_name })}>Review queue</a>
          </li>
        )}
      </ul>
    </>
  );
}

function Copies({ view: { run, result } }: { view: CaseView }) {
  const key = { caseId: result.test_case_id, trial: result.trial };
  return (
    <li>
      As a file: <a href={caseUrl(run, key, '.json')}>JSON</a> <a href={caseUrl(run, key, '.md')}>Markdown</a>{' '}
      <button type="button" class="quiet" hidden data-copy-href={caseUrl(run, key, '.md')}>
        Copy Markdown
      </button>
    </li>
  );
}
