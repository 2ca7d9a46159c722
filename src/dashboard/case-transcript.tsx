import { counted } from '../domain/formatting.ts';
import { shown } from './bounded-text.ts';
import { callAnchor, messageAnchor } from './evidence-list.tsx';
import { Inline } from './inline.tsx';
import { Quoted } from './quoted-text.tsx';
import { TextBlock } from './text-block.tsx';
import type { CallText, Transcript, Turn } from './transcript-turns.ts';

/** The conversation, message by message, with its calls; what the verdict points at stands out and is marked. */
export function TranscriptSection({ transcript }: { transcript: Transcript }) {
  return (
    <section aria-labelledby="transcript">
      <h2 id="transcript">
        Conversation <small>{counted(transcript.total, 'step')}</small>
      </h2>
      <ol class="turns">
        {transcript.shown.map((turn) =>
          typeof turn === 'number' ? (
            <li class="gap">… {counted(turn, 'step')} left out here. The JSON has them.</li>
          ) : (
            <TurnItem turn={turn} />
          ),
        )}
      </ol>
    </section>
  );
}

function TurnItem({ turn }: { turn: Turn }) {
  const { step, role, side, text, calls } = turn;
  return (
    <li
      id={step === null ? undefined : messageAnchor(step)}
      class="turn"
      data-role={side}
      data-pointed={turn.isPointed ? 'yes' : undefined}
    >
      <h3 class="who">
        <strong>{shown(role)}</strong> {step !== null && <small>message {step + 1}</small>}
        {turn.deviates && <span class="deviates">first deviation</span>}
      </h3>
      {text && <Quoted text={text} />}
      {!text && calls.length === 0 && <p class="muted">(empty)</p>}
      {calls.map((call) => (
        <CallItem call={call} />
      ))}
    </li>
  );
}

/** Open where the verdict points at it. */
function CallItem({ call }: { call: CallText }) {
  return (
    <details
      id={callAnchor(call.index)}
      class="call"
      open={call.isPointed}
      data-pointed={call.isPointed ? 'yes' : undefined}
    >
      <summary>
        call {call.index + 1}{' '}
        <code>
          <Inline clip={call.name} />
        </code>{' '}
        <span class="brief">{shown(call.brief)}</span>
        {call.failed && <span class="deviates">failed</span>}
      </summary>
      <TextBlock label="Arguments" clip={call.sent} />
      {call.returned && <TextBlock label={call.failed ? 'Failure' : 'Returned'} clip={call.returned} />}
    </details>
  );
}
