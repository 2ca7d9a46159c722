import { counted, duration } from '../domain/formatting.ts';
import type { Span, Timeline } from '../domain/timeline.ts';
import { shown, type Take } from './bounded-text.ts';
import { CallNumber } from './case-sequence.tsx';

const SPANS_SHOWN = 12;
const NAME_CHARS = 48;
/** Of a thousandth of the width nothing is seen. */
const LEAST_SHARE = 0.006;

const SCALE_WORDS: Record<Timeline['scale'], string> = {
  clock: 'from the first start',
  durations: 'only durations were sent, so the calls are drawn one after another',
  order: 'in their order: neither starts nor durations were sent',
};

/** When the result did what: bars drawn on the server, with their figures beside them in one table. */
type Props = { timeline: Timeline; linked: ReadonlySet<number>; take: Take };

export function TimelineSection({ timeline, linked, take }: Props) {
  const { spans, scale, total } = timeline;
  if (spans.length === 0) return null;
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">
        Timeline <small>{SCALE_WORDS[scale]}</small>
      </h2>
      <section class="scroll" tabindex={0} aria-label="Starts and durations">
        <table class="spans">
          <thead>
            <tr>
              <th scope="col">Step</th>
              {total > 0 && (
                <th scope="col" class="track">
                  <span class="unseen">When</span>
                </th>
              )}
              <th scope="col" class="number">
                Start
              </th>
              <th scope="col" class="number">
                Duration
              </th>
            </tr>
          </thead>
          <tbody>
            {spans.slice(0, SPANS_SHOWN).map((span) => (
              <SpanLine span={span} total={total} linked={linked} take={take} />
            ))}
          </tbody>
        </table>
      </section>
      {spans.length > SPANS_SHOWN && (
        <p class="muted">… and {counted(spans.length - SPANS_SHOWN, 'step')} more. The JSON has them all.</p>
      )}
    </section>
  );
}

type LineProps = Omit<Props, 'timeline'> & { span: Span; total: number };

function SpanLine({ span, total, linked, take }: LineProps) {
  const { start, duration: lasted, call } = span;
  const known = lasted === null ? '—' : duration(lasted);
  return (
    <tr>
      <th scope="row">
        {call === undefined ? 'model' : <CallNumber index={call} linked={linked} />}{' '}
        <bdi>{shown(take(span.name, NAME_CHARS))}</bdi>
        {span.failed && <span class="deviates">failed</span>}
      </th>
      {total > 0 && (
        <td class="track">
          <svg class="span" viewBox={`0 0 ${total} 1`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect
              data-span={span.failed ? 'failed' : span.kind}
              x={start ?? 0}
              y="0"
              width={Math.max(lasted ?? 0, total * LEAST_SHARE)}
              height="1"
            />
          </svg>
        </td>
      )}
      <td class="number">{start === null ? '—' : `+${duration(start)}`}</td>
      <td class="number">{known}</td>
    </tr>
  );
}
