import { duration, grouped, minuteTime } from '../domain/formatting.ts';
import { redactionsIn } from '../domain/redaction-marks.ts';
import { type Clip, shown, type Take } from './bounded-text.ts';
import type { CaseView } from './case-view.ts';
import { StatusBadge } from './status-badge.tsx';
import { Time } from './time.tsx';

const NOTE_CHARS = 600;
const ATTEMPTS_SHOWN = 10;

/** What is known of a result beside its conversation, and the attempts at it. */
export function CaseFacts({ view, take, now }: { view: CaseView; take: Take; now: number }) {
  const { sent, result, attempts } = view;
  const { usage, stop_reason, notes, error_message } = sent;
  const marks = Object.entries(redactionsIn(sent));
  const facts: [string, string | Clip | null][] = [
    ['Latency', sent.latency_ms == null ? null : duration(sent.latency_ms)],
    ['Tokens', tokens(usage?.input_tokens, usage?.output_tokens)],
    ['Cost', usage?.cost_usd == null ? null : `$${Number(usage.cost_usd.toPrecision(4))}`],
    ['Ended by', stop_reason ?? null],
    ['Sender says', sent.passed == null ? null : sent.passed ? 'passed' : 'failed'],
    ['Notes', notes ? take(notes, NOTE_CHARS) : null],
    ['Error', error_message ? take(error_message, NOTE_CHARS) : null],
    ['Redacted', marks.length > 0 ? marks.map(([kind, count]) => `${kind} ${grouped(count)}×`).join(', ') : null],
    ['Received', `${minuteTime(result.received_at)} UTC${result.late ? ', after the run was complete' : ''}`],
    ['Test case', result.test_case_id],
  ];
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">Facts</h2>
      <dl class="facts-list">
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <>
                <dt>{name}</dt>
                <dd dir="auto">{typeof value === 'string' ? value : shown(value)}</dd>
              </>
            ),
        )}
      </dl>
      {attempts.length > 1 && (
        <>
          <h3>Attempts</h3>
          <ol class="items attempts">
            {attempts.slice(-ATTEMPTS_SHOWN).map(({ attempt, status, receivedAt }) => (
              <li>
                attempt {attempt} <StatusBadge status={status} /> <Time at={receivedAt} now={now} />
                {attempt === result.attempt && ', this one stands'}
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function tokens(input: number | null | undefined, output: number | null | undefined): string | null {
  if (input == null && output == null) return null;
  return `${input == null ? '—' : grouped(input)} in, ${output == null ? '—' : grouped(output)} out`;
}
