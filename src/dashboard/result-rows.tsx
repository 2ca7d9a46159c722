import { duration, minuteTime } from '../domain/formatting.ts';
import { LIVE_ROWS, type ResultView } from '../domain/run.ts';
import { type Clip, cutNote, shown } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { Overridden, ReviewControls } from './review-controls.tsx';
import { type EvidenceText, fitRow, type RowText } from './row-text.ts';
import { StatusBadge } from './status-badge.tsx';
import { ToolPath } from './tool-path.tsx';

/** Results as list items, as many as a page holds. Agent output is foreign: it only ever becomes text nodes, isolated from our own words. */
export function ResultRows({ results }: { results: ResultView[] }) {
  return (
    <>
      {results.slice(0, LIVE_ROWS).map((result) => (
        <ResultRow result={result} />
      ))}
    </>
  );
}

/** The same rows as a string: what the agent object renders once and puts into the frame for every watcher. */
export function renderRows(results: ResultView[]): string {
  return (<ResultRows results={results} />).toString();
}

function ResultRow({ result }: { result: ResultView }) {
  const text = fitRow(result);
  const key = `${result.test_case_id}.${result.trial}`;
  return (
    <li class="result" id={key} data-key={key} data-status={result.status}>
      <StatusBadge status={result.status} />
      <h3>
        <Inline clip={text.title} />
        <Repetition result={result} />
      </h3>
      <p class="reason" dir="auto">
        {shown(text.reason)}
      </p>
      <Overridden result={result} text={text} />
      <Facts result={result} text={text} />
      <details>
        <summary>Conversation and evidence</summary>
        <Body label="User message" clip={text.message} />
        <Body label="Agent response" clip={text.response} />
        <EvidenceList text={text} />
        <Origin result={result} text={text} />
        <ReviewControls result={result} />
      </details>
    </li>
  );
}

function Repetition({ result }: { result: ResultView }) {
  const words = [];
  if (result.trial > 1) words.push(`trial ${result.trial}`);
  if (result.attempt > 1) words.push(`attempt ${result.attempt}`);
  return words.length > 0 ? <small> {words.join(' · ')}</small> : null;
}

function Facts({ result, text }: { result: ResultView; text: RowText }) {
  const { category, subtype, severity } = result;
  return (
    <ul class="facts">
      <li class="tools">
        {text.tools.length > 0 ? <ToolPath names={text.tools} more={text.moreTools} /> : 'no tools called'}
      </li>
      {category && (
        <li class="failure">
          {category}
          {subtype && ` / ${subtype}`}
          {severity && ` (${severity})`}
        </li>
      )}
      {result.agent_fault === false && <li>not the agent's fault</li>}
      {result.late && <li>late</li>}
      {result.latency_ms !== undefined && <li class="latency">{duration(result.latency_ms)}</li>}
    </ul>
  );
}

function Body({ label, clip }: { label: string; clip: Clip }) {
  const note = cutNote(clip);
  return (
    <>
      <h4>{label}</h4>
      {clip.text === '' && !note ? <p class="muted">(empty)</p> : <pre dir="auto">{clip.text}</pre>}
      {note && <p class="muted">{note}</p>}
    </>
  );
}

function EvidenceList({ text }: { text: RowText }) {
  if (text.evidence.length === 0) return null;
  return (
    <>
      <h4>Evidence</h4>
      <ul class="evidence">
        {text.evidence.map((item) => (
          <EvidenceItem item={item} />
        ))}
      </ul>
      {text.moreEvidence > 0 && <p class="muted">… and {text.moreEvidence} more</p>}
    </>
  );
}

function EvidenceItem({ item }: { item: EvidenceText }) {
  return (
    <li>
      <Place item={item} />
      {(item.expected || item.actual) && (
        <dl>
          <Value label="expected" clip={item.expected} />
          <Value label="actual" clip={item.actual} />
        </dl>
      )}
      {item.quote && <blockquote dir="auto">{shown(item.quote)}</blockquote>}
      {item.note && <p dir="auto">{shown(item.note)}</p>}
    </li>
  );
}

/** Where to look. Calls and messages are counted from 1 for readers, as in the reasons. */
function Place({ item }: { item: EvidenceText }) {
  const { call, step, tool, path } = item;
  if (call === undefined && step === undefined && !tool && !path) return null;
  return (
    <p class="place">
      {call !== undefined && <span>call {call + 1}</span>}
      {step !== undefined && <span>message {step + 1}</span>}
      {tool && (
        <code>
          <Inline clip={tool} />
        </code>
      )}
      {path && (
        <span>
          argument{' '}
          <code>
            <Inline clip={path} />
          </code>
        </span>
      )}
    </p>
  );
}

function Value({ label, clip }: { label: string; clip: Clip | undefined }) {
  if (!clip) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <code>
          <Inline clip={clip} />
        </code>
      </dd>
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
