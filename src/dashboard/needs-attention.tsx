import { grouped } from '../domain/formatting.ts';
import { scoreBand } from '../domain/scores.ts';
import { agentUrl } from './agent-frame.tsx';

/** What an agent needs a look for; scores are null where nothing was decided yet. */
export type Attention = { id: string; name: string; aqs: number | null; previous_aqs: number | null };
export type PendingAgent = { agentId: string; agentName: string; pending: number };

const PENDING_SHOWN = 3;

/** Results that wait for a person, then agents that stand badly, fell or were never tested. */
export function AttentionList({
  attention,
  pending,
}: {
  attention: readonly Attention[];
  pending: readonly PendingAgent[];
}) {
  const waiting = pending.reduce((sum, one) => sum + one.pending, 0);
  if (waiting === 0 && attention.length === 0)
    return <p class="sheet empty">Nothing: every agent is healthy, and no result waits for a review.</p>;
  return (
    <ul class="sheet lines">
      {waiting > 0 && <Waiting waiting={waiting} pending={pending} />}
      {attention.map((agent) => (
        <li>
          <a href={agentUrl(agent.id)}>{agent.name}</a>
          <span class="why">{whyOf(agent)}</span>
          <Score aqs={agent.aqs} />
        </li>
      ))}
    </ul>
  );
}

function Waiting({ waiting, pending }: { waiting: number; pending: readonly PendingAgent[] }) {
  const named = pending.slice(0, PENDING_SHOWN).map(({ agentName }) => agentName);
  const more = pending.length - named.length;
  return (
    <li>
      <a href="/review">
        {waiting === 1 ? '1 result waits for a review' : `${grouped(waiting)} results wait for a review`}
      </a>
      <span class="why">
        {named.join(', ')}
        {more > 0 && ` and ${grouped(more)} more`}
      </span>
    </li>
  );
}

function whyOf({ aqs, previous_aqs }: Attention): string {
  if (aqs === null) return 'never tested';
  const fall = previous_aqs === null ? 0 : previous_aqs - aqs;
  const band = scoreBand(aqs).toLowerCase();
  return fall > 0 ? `${band}, fell by ${fall}` : band;
}

function Score({ aqs }: { aqs: number | null }) {
  if (aqs === null) return <span class="score">—</span>;
  return (
    <span class="score" data-band={scoreBand(aqs).toLowerCase()}>
      <span class="unseen">score </span>
      {aqs}
    </span>
  );
}
