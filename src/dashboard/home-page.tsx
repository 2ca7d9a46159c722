import type { AgentStatus } from '../domain/fields.ts';
import { grouped } from '../domain/formatting.ts';
import type { RunHeader } from '../domain/run.ts';
import { ConnectGuide } from './connect-guide.tsx';
import { Layout } from './layout.tsx';
import { RunTable } from './run-table.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Time } from './time.tsx';

export type AgentLine = {
  id: string;
  name: string;
  status: AgentStatus;
  aqs?: number;
  scenarios: number;
  lastRunAt?: number;
};

export type HomePageProps = {
  workspaceName: string;
  now: number;
  agents: AgentLine[];
  runs: RunHeader[];
  mcpUrl: string;
  origin: string;
  csrf?: string;
};

/** The workspace at a glance; for an empty one, how to fill it. */
export function HomePage({ workspaceName, now, agents, runs, mcpUrl, origin, csrf }: HomePageProps) {
  const isEmpty = agents.length === 0 && runs.length === 0;
  return (
    <Layout title="Overview" workspaceName={workspaceName} here="/" {...(csrf ? { csrf } : {})}>
      {isEmpty ? (
        <>
          <h1>Nothing here yet</h1>
          <p class="lead">
            Invarium Edge watches what an agent does, call by call, and judges it against what it should have done.
            Connect a client and the first run appears on this page.
          </p>
          <ConnectGuide mcpUrl={mcpUrl} origin={origin} />
        </>
      ) : (
        <>
          <h1>Overview</h1>
          <RecentRuns runs={runs} now={now} />
          <Agents agents={agents} now={now} />
          <details class="panel">
            <summary>Connect another client</summary>
            <ConnectGuide mcpUrl={mcpUrl} origin={origin} />
          </details>
        </>
      )}
    </Layout>
  );
}

function RecentRuns({ runs, now }: { runs: RunHeader[]; now: number }) {
  return (
    <section aria-labelledby="recent">
      <h2 id="recent">Recent runs</h2>
      {runs.length > 0 ? (
        <RunTable runs={runs} now={now} showAgent />
      ) : (
        <p class="empty">
          No test runs yet. Ask your assistant to create scenarios for an agent, run them and stream the results with{' '}
          <code>invarium_sync_results</code>, or see a sample with <code>npm run demo</code>.
        </p>
      )}
    </section>
  );
}

function Agents({ agents, now }: { agents: AgentLine[]; now: number }) {
  return (
    <section aria-labelledby="agents">
      <h2 id="agents">Agents</h2>
      {agents.length > 0 ? (
        <table>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">Status</th>
              <th scope="col" class="number">
                <abbr title="Agent quality score, 0 to 100">AQS</abbr>
              </th>
              <th scope="col" class="number wide">
                Scenarios
              </th>
              <th scope="col" class="wide">
                Last run
              </th>
            </tr>
          </thead>
          <tbody>
            {agents.map((agent) => (
              <AgentRow agent={agent} now={now} />
            ))}
          </tbody>
        </table>
      ) : (
        <p class="empty">
          No agents registered. Ask your assistant to read <code>invarium_get_workflow</code> and register one with{' '}
          <code>invarium_upload_blueprint</code>.
        </p>
      )}
    </section>
  );
}

function AgentRow({ agent, now }: { agent: AgentLine; now: number }) {
  return (
    <tr>
      <th scope="row">
        <a href={`/agent/${encodeURIComponent(agent.id)}`}>{agent.name}</a>
      </th>
      <td>
        <StatusBadge status={agent.status} />
      </td>
      <td class="number">{agent.aqs ?? '—'}</td>
      <td class="number wide">{grouped(agent.scenarios)}</td>
      <td class="wide">{agent.lastRunAt === undefined ? 'never' : <Time at={agent.lastRunAt} now={now} />}</td>
    </tr>
  );
}
