import type { PendingResult } from '../domain/case-detail.ts';
import { counted } from '../domain/formatting.ts';
import type { ReviewQueue } from '../domain/review-queue.ts';
import { allowance, shown, type Take } from './bounded-text.ts';
import { EvidenceSection, Expectations, reasonOf, Talk } from './case-findings.tsx';
import { Sequence } from './case-sequence.tsx';
import { TranscriptSection } from './case-transcript.tsx';
import { type CaseView, viewOf } from './case-view.ts';
import { Inline } from './inline.tsx';
import { Layout } from './layout.tsx';
import { Key, ReviewForm } from './review-controls.tsx';
import { caseUrl, queueUrl, runUrl } from './run-links.ts';
import { RunName } from './run-name.tsx';
import { TextsRemoved } from './texts-removed.tsx';
import { Time } from './time.tsx';
import { callsShown, fitTranscript } from './transcript-turns.ts';

const STYLES = ['case'];
const SCRIPTS = ['review'];
const KEYS = { passed: 'p', failed: 'f', comment: 'c' };
const FOREIGN_BYTES = 12_000;
const TITLE_CHARS = 200;
const REASON_CHARS = 1_000;

export type ReviewQueuePageProps = {
  queue: ReviewQueue;
  now: number;
  workspaceName: string;
  csrf: string;
  mayDecide: boolean;
};

/** What waits for a person, one result at a time: all it takes to decide, and two buttons. `review.js` gives them keys and brings the next one. */
export function ReviewQueuePage({ queue, now, workspaceName, csrf, mayDecide }: ReviewQueuePageProps) {
  const { left, item } = queue;
  const title = left > 0 ? `${counted(left, 'result')} left · Review` : 'Review';
  return (
    <Layout title={title} workspaceName={workspaceName} here="/review" csrf={csrf} styles={STYLES} scripts={SCRIPTS}>
      <header class="title">
        <h1>Review</h1>
        <KeysSwitch />
      </header>
      <p id="said" class="notes" role="status" />
      <div id="queue" data-left={left}>
        <Agents queue={queue} />
        {item ? (
          <Item queue={queue} item={item} now={now} csrf={csrf} mayDecide={mayDecide} />
        ) : (
          <Nothing queue={queue} />
        )}
      </div>
    </Layout>
  );
}

/** Single keys are in the way of those who speak to their computer, so they can be switched off. */
function KeysSwitch() {
  return (
    <label id="keys" class="keys" hidden>
      <input type="checkbox" checked /> Keys: <kbd>P</kbd> passed <kbd>F</kbd> failed <kbd>C</kbd> comment <kbd>S</kbd>{' '}
      or right arrow skip
    </label>
  );
}

function Agents({ queue: { agents, agent } }: { queue: ReviewQueue }) {
  if (agents.length < 2 && agent === null) return null;
  return (
    <nav aria-label="Agents">
      <ul class="facts ways">
        <li>
          <a href={queueUrl()} aria-current={agent === null ? 'page' : undefined}>
            All agents
          </a>
        </li>
        {agents.map(({ name, pending }) => (
          <li>
            <a href={queueUrl({ agent: name })} aria-current={agent === name ? 'page' : undefined}>
              {name} {pending}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

type ItemProps = {
  queue: ReviewQueue;
  item: NonNullable<ReviewQueue['item']>;
  now: number;
  csrf: string;
  mayDecide: boolean;
};

function Item({ queue, item: { pending, detail }, now, csrf, mayDecide }: ItemProps) {
  const { left, agent, skipped } = queue;
  const view = viewOf(detail);
  const take = allowance(FOREIGN_BYTES);
  const transcript = fitTranscript(view);
  const place = { agent: agent ?? undefined, skipped };
  return (
    <article aria-labelledby="item">
      <p class="left">
        <strong>{counted(left, 'result')} left</strong>
        {skipped > 0 && ` · ${skipped} skipped`}
      </p>
      <Heading pending={pending} view={view} now={now} take={take} />
      <TextsRemoved at={view.textsRemovedAt} />
      <Talk view={view} take={take} />
      <Sequence view={view} linked={callsShown(transcript)} take={take} />
      <div class="proof">
        <Expectations view={view} take={take} />
        <EvidenceSection view={view} take={take} />
      </div>
      <TranscriptSection transcript={transcript} />
      <div class="decide">
        {mayDecide ? (
          <ReviewForm run={detail.run} result={detail.result} back={queueUrl(place)} csrf={csrf} keys={KEYS}>
            <SkipLink to={queueUrl({ ...place, skipped: skipped + 1 })} />
          </ReviewForm>
        ) : (
          <p>
            You may look at this workspace, and not decide in it.{' '}
            <SkipLink to={queueUrl({ ...place, skipped: skipped + 1 })} />
          </p>
        )}
      </div>
    </article>
  );
}

function SkipLink({ to }: { to: string }) {
  return (
    <a href={to} class="skip-on" rel="next" aria-keyshortcuts="s ArrowRight">
      Skip <Key name="s" />
    </a>
  );
}

type HeadingProps = { pending: PendingResult; view: CaseView; now: number; take: Take };

/** Which result it is, and what the rules or the judge found of it so far. */
function Heading({ pending, view: { run, result }, now, take }: HeadingProps) {
  const { instead_of: found } = result;
  return (
    <>
      <h2 id="item" tabindex={-1}>
        <a href={caseUrl(run, pending)}>
          <Inline clip={take(pending.title, TITLE_CHARS)} />
        </a>
      </h2>
      <ul class="facts">
        <li>{run.agent_name}</li>
        <li>
          <a href={runUrl(run)}>
            <RunName run={run} />
          </a>
        </li>
        {result.trial > 1 && <li>trial {result.trial}</li>}
        <li>
          received <Time at={pending.receivedAt} now={now} />
        </li>
      </ul>
      <p class="verdict" data-status="pending" dir="auto">
        {shown(take(reasonOf(result), REASON_CHARS))}
      </p>
      {found && (
        <p class="was" dir="auto">
          <strong>
            {found.decided_by} so far: {found.status}
          </strong>{' '}
          — {shown(take(found.reason, REASON_CHARS, 0.2))}
        </p>
      )}
    </>
  );
}

function Nothing({ queue: { left, skipped, agent } }: { queue: ReviewQueue }) {
  if (left > 0) {
    return (
      <div class="done">
        <h2 id="item" tabindex={-1}>
          That was the last one
        </h2>
        <p class="empty">
          You skipped {counted(Math.min(skipped, left), 'result')}.{' '}
          <a href={queueUrl({ agent: agent ?? undefined })}>Look at them again</a>
        </p>
      </div>
    );
  }
  return (
    <div class="done">
      <h2 id="item" tabindex={-1}>
        Nothing waits for you
      </h2>
      <p class="empty">
        Results land here when neither a rule nor a judge can decide them: when a case expects free text only, or a
        result does not say which tools were called. Give cases <code>expectations</code> that a rule can check, and
        fewer of them will.
      </p>
      <p class="notes">
        {agent !== null && <a href={queueUrl()}>Results of all agents</a>} <a href="/runs">Test runs</a>
      </p>
    </div>
  );
}
