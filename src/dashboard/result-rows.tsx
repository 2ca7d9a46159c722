import { duration, minuteTime } from '../domain/formatting.ts';
import { LIVE_ROWS, type ResultView } from '../domain/run.ts';
import { shown } from './bounded-text.ts';
import { EvidenceList } from './evidence-list.tsx';
import { failureName } from './failure-name.ts';
import { Inline } from './inline.tsx';
import { Overridden } from './review-controls.tsx';
import { fitRow, type RowText } from './row-text.ts';
import { caseUrl, type PlacedRun } from './run-links.ts';
import { StatusBadge } from './status-badge.tsx';
import { TextBlock } from './text-block.tsx';
import { ToolPath } from './tool-path.tsx';

type RowsProps = {
  results: readonly ResultView[];
  /** Whose results they are; without it the rows lead nowhere. */
  run?: PlacedRun | undefined;
};

/** Results as list items, as many as a page holds. Agent output is foreign: it only ever becomes text nodes, isolated from our own words. */
export function ResultRows({ results, run }: RowsProps) {
  return (
    <>
      {results.slice(0, LIVE_ROWS).map((result) => (
        <ResultRow result={result} run={run} />
      ))}
    </>
  );
}

/** The same rows as a string: what the agent object renders once and puts into the frame for every watcher. */
export function renderRows(results: readonly ResultView[], run?: PlacedRun): string {
  return (<ResultRows results={results} run={run} />).toString();
}

type RowProps = { result: ResultView; run: PlacedRun | undefined };

function ResultRow({ result, run }: RowProps) {
  const text = fitRow(result);
  const key = keyOf(result);
  const page = run && caseUrl(run, { caseId: result.test_case_id, trial: result.trial });
  return (
    <li class="result" id={key} data-key={key} data-status={result.status}>
      <StatusBadge status={result.status} />
      <h3>
        {page === undefined ? (
          <Inline clip={text.title} />
        ) : (
          <a href={page}>
            <Inline clip={text.title} />
          </a>
        )}
        <Repetition result={result} />
      </h3>
      <p class="reason" dir="auto">
        {shown(text.reason)}
      </p>
      <Overridden result={result} before={text.before} />
      <ul class="facts">
        <li class="tools">
          {text.tools.length > 0 ? <ToolPath names={text.tools} more={text.moreTools} /> : 'no tools called'}
        </li>
        <ResultFacts result={result} />
      </ul>
      <details>
        <summary>Conversation and evidence</summary>
        <TextBlock label="User message" clip={text.message} />
        <TextBlock label="Agent response" clip={text.response} />
        {text.evidence.length > 0 && <h4>Evidence</h4>}
        <EvidenceList items={text.evidence} more={text.moreEvidence} page={page} />
        <Origin result={result} text={text} />
      </details>
    </li>
  );
}

function keyOf({ test_case_id, trial }: ResultView): string {
  return `${test_case_id}.${trial}`;
}

export function Repetition({ result }: { result: ResultView }) {
  const words = [];
  if (result.trial > 1) words.push(`trial ${result.trial}`);
  if (result.attempt > 1) words.push(`attempt ${result.attempt}`);
  return words.length > 0 ? <small> {words.join(' · ')}</small> : null;
}

/** What a failure is filed under, and what else sets a result apart; items of a list of facts. */
export function ResultFacts({ result }: { result: ResultView }) {
  const { category, subtype, severity } = result;
  return (
    <>
      {category && (
        <li class="failure">
          {failureName(category, subtype)}
          {severity && ` (${severity})`}
        </li>
      )}
      {result.agent_fault === false && <li>not the agent's fault</li>}
      {result.late && <li>late</li>}
      {result.latency_ms !== undefined && <li class="latency">{duration(result.latency_ms)}</li>}
    </>
  );
}

function Origin({ result, text }: { result: ResultView; text: RowText }) {
  return (
    <p class="muted origin">
      {text.expectedTools.length > 0 && (
        <>
          Expected tools:{' '}
          <span class="tools">
            <ToolPath names={text.expectedTools} more={0} />
          </span>
          <br />
        </>
      )}
      Decided by {text.reviewer ? <Inline clip={text.reviewer} /> : result.decided_by} ({result.rule}), received{' '}
      {minuteTime(result.received_at)} UTC, case <code>{result.test_case_id}</code>
    </p>
  );
}
