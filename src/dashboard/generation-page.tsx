import { counted } from '../domain/formatting.ts';
import type { GenerationOrder, GenerationStatus } from '../domain/generation-job.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { allowance, shown, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { Time } from './time.tsx';

export type ShownGeneration = {
  id: string;
  status: GenerationStatus;
  scenarioId: string;
  order: GenerationOrder;
  reason: string | null;
  startedAt: number;
  produced: number;
};

export type GenerationPageProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  generation: ShownGeneration;
  cases: readonly { id: string; title: string; message: string }[];
  isLive: boolean;
  now: number;
};

const BYTES = 30_000;
const DESCRIPTION_CHARS = 500;
const TITLE_CHARS = 200;
const MESSAGE_CHARS = 400;

/** How far a generation is. The script fetches it again until it has ended; without script the link does. */
export function GenerationPage({ agent, workspaceName, csrf, generation, cases, isLive, now }: GenerationPageProps) {
  const take = allowance(BYTES);
  const { id, order, produced, scenarioId, startedAt } = generation;
  const parts = [order.complexity, order.failureCategory, order.persona && `${order.persona} user`];
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="scenarios" scripts={['blueprint']}>
      <p class="back">
        <a href={agentUrl(agent.id, 'scenarios')}>All scenarios</a>
      </p>
      <h2>Generation of tests</h2>
      <p class="lead" dir="auto">
        {shown(take(order.description, DESCRIPTION_CHARS))}
      </p>
      <ul class="facts">
        <li>
          <code>{id}</code>
        </li>
        {parts.map((part) => part && <li>{part.replaceAll('_', ' ')}</li>)}
        <li>
          begun <Time at={startedAt} now={now} />
        </li>
      </ul>
      <section id="generation" aria-label="Progress" data-live={isLive ? '' : undefined}>
        <Standing generation={generation} isLive={isLive} />
        {isLive && (
          <p>
            <a href={`${agentUrl(agent.id)}/generations/${encodeURIComponent(id)}`}>Reload</a> to see how far it is;
            with script the page does that by itself.
          </p>
        )}
        {produced > 0 && !isLive && (
          <p>
            <a href={`${agentUrl(agent.id, 'scenarios')}/${encodeURIComponent(scenarioId)}`} class="button">
              Open the scenario
            </a>
          </p>
        )}
        <Cases cases={cases} take={take} />
      </section>
    </AgentFrame>
  );
}

function Standing({ generation, isLive }: { generation: ShownGeneration; isLive: boolean }) {
  const { status, produced, order, reason } = generation;
  const wanted = order.testCases;
  return (
    <div class="progress">
      <p class="received" role="status">
        <strong>{produced}</strong> of {counted(wanted, 'test case')} made
        <span class="share">{isLive ? 'Running' : ENDS[status]}</span>
      </p>
      <progress max={wanted} value={produced} aria-label="Test cases made" />
      {reason !== null && !isLive && <p class="notes">It ended early: {reason}.</p>}
    </div>
  );
}

const ENDS: Record<GenerationStatus, string> = {
  pending: 'Running',
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  timed_out: 'Timed out',
};

function Cases({ cases, take }: { cases: GenerationPageProps['cases']; take: Take }) {
  return (
    <ol class="cases">
      {cases.map(({ id, title, message }) => (
        <li id={id}>
          <h3>
            <Inline clip={take(title, TITLE_CHARS)} />
          </h3>
          <blockquote dir="auto">{shown(take(message, MESSAGE_CHARS))}</blockquote>
        </li>
      ))}
    </ol>
  );
}
