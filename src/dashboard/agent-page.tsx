import type { AgentStatus } from '../domain/fields.ts';
import { grouped } from '../domain/formatting.ts';
import type { AgentBehaviour, RunHeader } from '../domain/run.ts';
import { BehaviourSection } from './behaviour-section.tsx';
import { allowance, shown, type Take } from './bounded-text.ts';
import { CompareForm } from './compare-form.tsx';
import { Inline } from './inline.tsx';
import { Layout } from './layout.tsx';
import { RunTable } from './run-table.tsx';
import { StatusBadge } from './status-badge.tsx';

export type AgentDetail = {
  id: string;
  name: string;
  status: AgentStatus;
  description?: string;
  framework?: string;
  aqs?: number;
  ars?: number;
  tools: { name: string; description: string; side_effects?: string }[];
  constraints: string[];
};

export type AgentPageProps = {
  workspaceName: string;
  now: number;
  agent: AgentDetail;
  runs: RunHeader[];
  behaviour?: AgentBehaviour;
  csrf?: string;
};

/** A blueprint may hold half a megabyte; the page shows its beginning. */
const BLUEPRINT_BYTES = 60_000;
const ITEMS_SHOWN = 100;
const DESCRIPTION_CHARS = 1000;
const ITEM_CHARS = 300;

/** What is known of one agent: scores, runs, and what its blueprint says it may do. */
export function AgentPage({ workspaceName, now, agent, runs, behaviour, csrf }: AgentPageProps) {
  const take = allowance(BLUEPRINT_BYTES);
  return (
    <Layout title={agent.name} workspaceName={workspaceName} {...(csrf ? { csrf } : {})}>
      <div class="trail">
        <a href="/">Overview</a>
        <span aria-hidden="true">/</span>
        <span>Agent</span>
      </div>
      <header class="title">
        <h1>{agent.name}</h1>
        <StatusBadge status={agent.status} />
      </header>
      {agent.description && (
        <p class="lead" dir="auto">
          {shown(take(agent.description, DESCRIPTION_CHARS))}
        </p>
      )}
      <Scores agent={agent} />
      <Runs runs={runs} now={now} name={agent.name} />
      {behaviour && <BehaviourSection behaviour={behaviour} take={take} />}
      <Tools tools={agent.tools} take={take} />
      <Constraints constraints={agent.constraints} take={take} />
    </Layout>
  );
}

function Scores({ agent }: { agent: AgentDetail }) {
  return (
    <dl class="tally">
      <div>
        <dt>Quality score (AQS)</dt>
        <dd>{agent.aqs ?? '—'}</dd>
      </div>
      <div>
        <dt>Readiness score (ARS)</dt>
        <dd>{agent.ars ?? '—'}</dd>
      </div>
      <div>
        <dt>Tools</dt>
        <dd>{agent.tools.length}</dd>
      </div>
      {agent.framework !== undefined && (
        <div>
          <dt>Framework</dt>
          <dd class="word">{agent.framework.slice(0, ITEM_CHARS)}</dd>
        </div>
      )}
    </dl>
  );
}

function Runs({ runs, now, name }: { runs: RunHeader[]; now: number; name: string }) {
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Recent runs</h2>
      {runs.length > 0 ? (
        <>
          <RunTable runs={runs} now={now} showAgent={false} />
          <CompareForm runs={runs} agent={name} />
        </>
      ) : (
        <p class="empty">
          No test runs yet. Ask your assistant: “Get the tests for {name} with <code>invarium_get_tests</code>, run the
          agent on each and stream the results with <code>invarium_sync_results</code>.”
        </p>
      )}
    </section>
  );
}

function Tools({ tools, take }: { tools: AgentDetail['tools']; take: Take }) {
  return (
    <section aria-labelledby="tools">
      <h2 id="tools">Tools</h2>
      {tools.length === 0 && (
        <p class="empty">
          No tools in the blueprint. Upload one with <code>invarium_upload_blueprint</code>.
        </p>
      )}
      <ul class="items">
        {tools.slice(0, ITEMS_SHOWN).map((tool) => (
          <li>
            <code>
              <Inline clip={take(tool.name, ITEM_CHARS)} />
            </code>
            {tool.side_effects && (
              <span class="tag" data-effect={tool.side_effects}>
                {tool.side_effects}
              </span>
            )}
            <p dir="auto">{shown(take(tool.description, ITEM_CHARS))}</p>
          </li>
        ))}
      </ul>
      <More total={tools.length} />
    </section>
  );
}

function Constraints({ constraints, take }: { constraints: string[]; take: Take }) {
  return (
    <section aria-labelledby="constraints">
      <h2 id="constraints">Constraints</h2>
      {constraints.length === 0 && <p class="empty">No constraints in the blueprint.</p>}
      <ul class="items">
        {constraints.slice(0, ITEMS_SHOWN).map((constraint) => (
          <li dir="auto">{shown(take(constraint, ITEM_CHARS))}</li>
        ))}
      </ul>
      <More total={constraints.length} />
    </section>
  );
}

function More({ total }: { total: number }) {
  return total > ITEMS_SHOWN ? <p class="muted">… and {grouped(total - ITEMS_SHOWN)} more in the blueprint</p> : null;
}
