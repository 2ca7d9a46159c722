import { grouped } from '../domain/formatting.ts';
import type { AgentBehaviour, RunHeader } from '../domain/run.ts';
import { scoreBand } from '../domain/scores.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { BehaviourSection } from './behaviour-section.tsx';
import { allowance, shown, type Take } from './bounded-text.ts';
import { CompareForm } from './compare-form.tsx';
import { Inline } from './inline.tsx';
import { RunTable } from './run-table.tsx';

export type AgentDetail = FramedAgent & {
  description?: string;
  framework?: string;
  aqs?: number;
  /** What the score may be once more is known, and what it was before the last run. */
  interval?: { low: number; high: number };
  previousAqs?: number;
  ars?: number;
  /** The readiness in words. */
  readiness?: string;
  tools: { name: string; description: string; side_effects?: string | undefined }[];
  constraints: string[];
};

export type AgentPageProps = {
  workspaceName: string;
  now: number;
  agent: AgentDetail;
  /** The newest runs. */
  runs: RunHeader[];
  /** How many there are, where it is more. */
  totalRuns?: number;
  /** Reports from CI that were turned away. */
  refusedUploads?: number;
  behaviour?: AgentBehaviour;
  csrf?: string;
  mayChange?: boolean;
};

const STYLES = ['overview'];
/** A blueprint may hold half a megabyte; the page shows its beginning. */
const BLUEPRINT_BYTES = 45_000;
const ITEMS_SHOWN = 100;
const DESCRIPTION_CHARS = 1000;
const ITEM_CHARS = 300;

/** What is known of one agent: scores, runs, and what its blueprint says it may do. */
export function AgentPage({ workspaceName, csrf, agent, runs, now, behaviour, ...more }: AgentPageProps) {
  const { totalRuns = runs.length, refusedUploads = 0, mayChange = false } = more;
  const take = allowance(BLUEPRINT_BYTES);
  return (
    <AgentFrame {...{ agent, workspaceName, ...(csrf ? { csrf } : {}) }} tab="" styles={STYLES}>
      {agent.description && (
        <p class="lead" dir="auto">
          {shown(take(agent.description, DESCRIPTION_CHARS))}
        </p>
      )}
      <Scores agent={agent} totalRuns={totalRuns} />
      <Runs runs={runs} total={totalRuns} now={now} agent={agent} />
      {refusedUploads > 0 && (
        <p class="notes">
          Of the newest uploads from CI {grouped(refusedUploads)} did not become a run:{' '}
          <a href={`${agentUrl(agent.id, 'runs')}#refused`}>see why they were refused</a>
        </p>
      )}
      {behaviour && <BehaviourSection behaviour={behaviour} take={take} />}
      <Tools tools={agent.tools} take={take} agentId={agent.id} />
      <Constraints constraints={agent.constraints} take={take} agentId={agent.id} />
      {mayChange && <DeleteWay agent={agent} />}
    </AgentFrame>
  );
}

function Scores({ agent, totalRuns }: { agent: AgentDetail; totalRuns: number }) {
  const { id, ars, readiness, tools, framework } = agent;
  return (
    <dl class="stats">
      <div>
        <dt>
          <a href={agentUrl(id, 'score')}>Quality (AQS)</a>
        </dt>
        <dd>
          <Quality agent={agent} />
        </dd>
      </div>
      <div>
        <dt>
          <a href={agentUrl(id, 'audit')}>Readiness (ARS)</a>
        </dt>
        <dd>
          {ars ?? '—'}
          {readiness && <small>{readiness}</small>}
        </dd>
      </div>
      <div>
        <dt>
          <a href={agentUrl(id, 'runs')}>Test runs</a>
        </dt>
        <dd>{grouped(totalRuns)}</dd>
      </div>
      <div>
        <dt>
          <a href={agentUrl(id, 'blueprint')}>Tools</a>
        </dt>
        <dd>
          {grouped(tools.length)}
          {framework !== undefined && <small>{framework.slice(0, ITEM_CHARS)}</small>}
        </dd>
      </div>
    </dl>
  );
}

function Quality({ agent: { aqs, interval, previousAqs = aqs } }: { agent: AgentDetail }) {
  if (aqs === undefined) return <>—</>;
  const change = aqs - (previousAqs ?? aqs);
  return (
    <>
      {aqs}
      <small data-band={scoreBand(aqs).toLowerCase()}>
        {scoreBand(aqs)}
        {interval && `, ${interval.low} to ${interval.high}`}
        {change > 0 && ` ↑ +${change}`}
        {change < 0 && ` ↓ −${-change}`}
      </small>
    </>
  );
}

type RunsProps = { runs: RunHeader[]; total: number; now: number; agent: FramedAgent };

function Runs({ runs, total, now, agent }: RunsProps) {
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Recent runs</h2>
      {runs.length > 0 ? (
        <>
          <RunTable runs={runs} now={now} showAgent={false} />
          <div class="under">
            <CompareForm runs={runs} agent={agent.name} />
            {total > runs.length && <a href={agentUrl(agent.id, 'runs')}>All {grouped(total)} runs</a>}
          </div>
        </>
      ) : (
        <p class="empty">
          No test runs yet. Ask your assistant: “Get the tests for {agent.name} with <code>invarium_get_tests</code>,
          run the agent on each and stream the results with <code>invarium_sync_results</code>.”
        </p>
      )}
    </section>
  );
}

type ToolsProps = { tools: AgentDetail['tools']; take: Take; agentId: string };

function Tools({ tools, take, agentId }: ToolsProps) {
  return (
    <section aria-labelledby="tools">
      <h2 id="tools">Tools</h2>
      {tools.length === 0 && (
        <p class="empty">
          No tools in the blueprint. Upload one with <code>invarium_upload_blueprint</code>.
        </p>
      )}
      <ul class="items two">
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
      <More total={tools.length} agentId={agentId} />
    </section>
  );
}

type ConstraintsProps = { constraints: string[]; take: Take; agentId: string };

function Constraints({ constraints, take, agentId }: ConstraintsProps) {
  return (
    <section aria-labelledby="constraints">
      <h2 id="constraints">Constraints</h2>
      {constraints.length === 0 && <p class="empty">No constraints in the blueprint.</p>}
      <ul class="items">
        {constraints.slice(0, ITEMS_SHOWN).map((constraint) => (
          <li dir="auto">{shown(take(constraint, ITEM_CHARS))}</li>
        ))}
      </ul>
      <More total={constraints.length} agentId={agentId} />
    </section>
  );
}

function More({ total, agentId }: { total: number; agentId: string }) {
  if (total <= ITEMS_SHOWN) return null;
  return (
    <p class="muted">
      … and {grouped(total - ITEMS_SHOWN)} more in the <a href={agentUrl(agentId, 'blueprint')}>blueprint</a>
    </p>
  );
}

function DeleteWay({ agent }: { agent: FramedAgent }) {
  return (
    <section aria-labelledby="delete" class="far">
      <h2 id="delete">Delete this agent</h2>
      <p class="notes">
        With it go its scenarios, runs, audits and every version of its blueprint.{' '}
        <a href={`${agentUrl(agent.id)}/delete`}>Delete {agent.name}…</a>
      </p>
    </section>
  );
}
