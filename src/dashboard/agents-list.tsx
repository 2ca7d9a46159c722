import {
  AGENT_SORTS,
  type AgentHealth,
  type AgentOrder,
  type AgentSort,
  agentListUrl,
  type BlueprintFacts,
  EVERY_AGENT,
  type ListedAgent,
} from '../domain/agent-list.ts';
import { FLEET_HEALTH } from '../domain/fleet.ts';
import { counted, grouped } from '../domain/formatting.ts';
import type { Place } from '../domain/query.ts';
import { scoreBand } from '../domain/scores.ts';
import { ConnectGuide } from './connect-guide.tsx';
import { Layout } from './layout.tsx';
import { ListNotes, ListPages } from './list-notes.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Time } from './time.tsx';

export type AgentsListProps = {
  workspaceName: string;
  csrf?: string;
  now: number;
  origin: string;
  mcpUrl: string;
  agents: ListedAgent[];
  /** By agent id; missing where a blueprint cannot be read. */
  facts: ReadonlyMap<string, BlueprintFacts>;
  next: Place | null;
  order: AgentOrder;
  notes: readonly string[];
};

const SCRIPTS = ['copy'];
const STYLES = ['overview'];
const SORT_WORDS: Record<AgentSort, string> = { name: 'Name', score: 'Score', last_run: 'Last run' };
const HEALTH_WORDS: Record<AgentHealth, string> = {
  healthy: 'Healthy',
  degraded: 'Degraded',
  critical: 'Critical',
  untested: 'Untested',
};

/** The agents of a workspace, a card each; for an empty workspace, how the first one gets here. */
export function AgentsList({ workspaceName, csrf, now, origin, mcpUrl, ...list }: AgentsListProps) {
  const { agents, facts, next, order, notes } = list;
  const isUnused = agents.length === 0 && order.after === null && order.health === null;
  return (
    <Layout
      title="Agents"
      workspaceName={workspaceName}
      here="/agents"
      styles={STYLES}
      scripts={SCRIPTS}
      {...(csrf ? { csrf } : {})}
    >
      <h1>Agents</h1>
      <ListNotes notes={notes} />
      {isUnused ? (
        <>
          <p class="lead">
            No agent is registered yet. Three steps, and the first one stands here; <a href="/">the overview</a> makes a
            key for them.
          </p>
          <h2 class="unseen">The three steps</h2>
          <ConnectGuide mcpUrl={mcpUrl} origin={origin} />
        </>
      ) : (
        <>
          <Views order={order} />
          {agents.length === 0 && <NoneHere order={order} />}
          <ul class="cards">
            {agents.map((agent) => (
              <AgentCard agent={agent} facts={facts.get(agent.id)} now={now} />
            ))}
          </ul>
          <ListPages
            first={agentListUrl({ ...order, after: null })}
            next={next && agentListUrl({ ...order, after: next })}
            isFirst={order.after === null}
          />
          <p class="facts ways pages">
            <span>This view as a file:</span>
            <a href={agentListUrl(order, '/agents.csv')}>CSV</a>
            <a href={agentListUrl(order, '/agents.json')}>JSON</a>
          </p>
        </>
      )}
    </Layout>
  );
}

function NoneHere({ order: { health, after } }: { order: AgentOrder }) {
  if (after !== null) return <p class="empty">There are no more agents.</p>;
  return (
    <p class="empty">
      No agent is {health}. <a href={agentListUrl(EVERY_AGENT)}>Show all agents</a>
    </p>
  );
}

/** Which agents, in which order. */
function Views({ order }: { order: AgentOrder }) {
  const { sort, health } = order;
  return (
    <div class="views">
      <nav aria-label="Health">
        <ul class="facts ways">
          <li>
            <ViewLink order={{ ...order, health: null }} words="All" isHere={health === null} />
          </li>
          {FLEET_HEALTH.map((each) => (
            <li>
              <ViewLink order={{ ...order, health: each }} words={HEALTH_WORDS[each]} isHere={each === health} />
            </li>
          ))}
        </ul>
      </nav>
      <nav aria-label="Order">
        <ul class="facts ways order">
          <li>Ordered by</li>
          {AGENT_SORTS.map((each) => (
            <li>
              <ViewLink order={{ ...order, sort: each }} words={SORT_WORDS[each]} isHere={each === sort} />
            </li>
          ))}
        </ul>
      </nav>
    </div>
  );
}

function ViewLink({ order, words, isHere }: { order: AgentOrder; words: string; isHere: boolean }) {
  return (
    <a href={agentListUrl({ ...order, after: null })} aria-current={isHere ? 'page' : undefined}>
      {words}
    </a>
  );
}

type AgentCardProps = { agent: ListedAgent; facts: BlueprintFacts | undefined; now: number };

function AgentCard({ agent, facts, now }: AgentCardProps) {
  return (
    <li class="card">
      <header class="title">
        <h2>
          <a href={`/agent/${encodeURIComponent(agent.id)}`}>{agent.name}</a>
        </h2>
        <StatusBadge status={agent.status} />
      </header>
      <p class="facts">
        <span>{facts?.framework ?? 'framework unknown'}</span>
        <span>{facts ? counted(facts.tools, 'tool') : 'tools unknown'}</span>
      </p>
      <dl class="tally">
        <div>
          <dt>Quality (AQS)</dt>
          <dd>
            <Score value={agent.aqs} previous={agent.previous_aqs} />
          </dd>
        </div>
        <div>
          <dt>Readiness (ARS)</dt>
          <dd>{agent.ars ?? '—'}</dd>
        </div>
        <div>
          <dt>Scenarios</dt>
          <dd>{grouped(agent.scenarios)}</dd>
        </div>
      </dl>
      <p class="facts">
        <span>Last run: {agent.last_run_at === null ? 'never' : <Time at={agent.last_run_at} now={now} />}</span>
        <span>
          Updated <Time at={agent.updated_at} now={now} />
        </span>
      </p>
    </li>
  );
}

/** The score, what it is called, and which way it went since the run before. */
function Score({ value, previous }: { value: number | null; previous: number | null }) {
  if (value === null) return <>—</>;
  const band = scoreBand(value);
  const change = previous === null ? 0 : value - previous;
  return (
    <>
      {value}
      <small data-band={band.toLowerCase()}>
        {band}
        {change > 0 && ` ↑ +${change}`}
        {change < 0 && ` ↓ −${-change}`}
      </small>
    </>
  );
}
