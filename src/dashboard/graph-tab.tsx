import { counted } from '../domain/formatting.ts';
import type { GraphLayout } from '../domain/graph-layout.ts';
import type { GraphMark, MarkedGraph } from '../domain/graph-marks.ts';
import type { ToolUsage } from '../domain/tool-use.ts';
import { AgentFrame, type AgentTab, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { allowance, shown, type Take } from './bounded-text.ts';
import { AgentGraph } from './charts/agent-graph.tsx';
import { Inline } from './inline.tsx';

export type DrawnGraph = { marked: MarkedGraph; layout: GraphLayout; version: number };
export type GraphTabProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  /** Null where there is no blueprint, or one that rules have outgrown. */
  graph: DrawnGraph | null;
  usage: ToolUsage;
};

const NAMES_BYTES = 4_000;
const NAME_CHARS = 60;
const METHOD_CHARS = 60;
const RULE_CHARS = 200;
const MOST_LISTED = 12;

/** What is to be done about parts of each kind, and where. */
const ADVICE: { mark: GraphMark; title: string; says: string; tab: AgentTab; link: string }[] = [
  {
    mark: 'unguarded',
    title: 'Unguarded writes',
    says: 'These tools write or delete, and neither a guard nor a confirmation stands before them.',
    ...{ tab: 'audit', link: 'See the audit' },
  },
  {
    mark: 'failing',
    title: 'Failing tools',
    says: 'A quarter or more of the calls broke off, or of the results that used the tool failed.',
    ...{ tab: 'runs', link: 'See the runs' },
  },
  {
    mark: 'untested',
    title: 'Untested tools',
    says: 'No result of these runs called these tools.',
    ...{ tab: 'scenarios', link: 'Make a scenario' },
  },
  {
    mark: 'unknown',
    title: 'Not in the graph',
    says: 'Called in runs, but the graph does not have them.',
    ...{ tab: 'blueprint', link: 'Edit the blueprint' },
  },
  {
    mark: 'dead',
    title: 'Dead paths',
    says: 'No path leads from the agent to these parts.',
    ...{ tab: 'blueprint', link: 'Edit the blueprint' },
  },
];

/** The agent as a picture of its parts: which are guarded, which were tried, which fail. */
export function GraphTab({ agent, workspaceName, csrf, graph, usage }: GraphTabProps) {
  const take = allowance(NAMES_BYTES);
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="graph" styles={['charts']}>
      {graph ? (
        <>
          <section aria-labelledby="graph">
            <h2 id="graph">Agent graph</h2>
            <p class="notes">
              <Origin graph={graph} take={take} /> {usageText(usage)}
            </p>
            <AgentGraph layout={graph.layout} />
          </section>
          <Findings graph={graph.marked} agent={agent} take={take} />
        </>
      ) : (
        <section aria-labelledby="graph">
          <h2 id="graph">No graph yet</h2>
          <p class="empty">
            The graph is drawn from the blueprint. Upload one with <code>invarium_upload_blueprint</code>, or{' '}
            <a href={agentUrl(agent.id, 'blueprint')}>open the blueprint</a>.
          </p>
        </section>
      )}
    </AgentFrame>
  );
}

function Origin({ graph: { marked, version }, take }: { graph: DrawnGraph; take: Take }) {
  if (marked.source === 'derived')
    return <>Derived from version {version} of the blueprint, which brings no graph of its own.</>;
  return (
    <>
      Uploaded with version {version} of the blueprint
      {marked.method !== null && (
        <>
          {' '}
          (found by: <Inline clip={take(marked.method, METHOD_CHARS)} />)
        </>
      )}
      .
    </>
  );
}

function usageText({ runs, results }: ToolUsage): string {
  if (runs === 0) return 'No run has been completed yet, so every tool is untested.';
  return `What was used and what failed is taken from the newest ${counted(runs, 'completed run')} (${counted(results, 'result')}).`;
}

type FindingsProps = { graph: MarkedGraph; agent: FramedAgent; take: Take };

function Findings({ graph, agent, take }: FindingsProps) {
  const lists = ADVICE.map((advice) => ({
    ...advice,
    names: graph.nodes.filter(({ marks }) => marks.includes(advice.mark)).map(({ name }) => name),
  })).filter(({ names }) => names.length > 0);
  return (
    <section aria-labelledby="look">
      <h2 id="look">What to look at</h2>
      {lists.length === 0 && (
        <p class="empty">Every tool is guarded where it should be, was called in these runs, and rarely failed.</p>
      )}
      <ul class="items">
        {lists.map(({ title, says, names, tab, link }) => (
          <li>
            <h3>
              {title} <small>{names.length}</small>
            </h3>
            <p>
              {says} <a href={agentUrl(agent.id, tab)}>{link}</a>
            </p>
            <Names names={names} take={take} />
          </li>
        ))}
        {graph.looseRules.length > 0 && (
          <li>
            <h3>
              Rules that name no tool <small>{graph.looseRules.length}</small>
            </h3>
            <p>They guard no part in particular, so they are not drawn.</p>
            <ul class="goes">
              {graph.looseRules.slice(0, MOST_LISTED).map((rule) => (
                <li dir="auto">{shown(take(rule, RULE_CHARS))}</li>
              ))}
            </ul>
            {graph.looseRules.length > MOST_LISTED && (
              <p>and {counted(graph.looseRules.length - MOST_LISTED, 'other rule')}</p>
            )}
          </li>
        )}
      </ul>
    </section>
  );
}

function Names({ names, take }: { names: readonly string[]; take: Take }) {
  const more = names.length - MOST_LISTED;
  return (
    <ul class="facts tools">
      {names.slice(0, MOST_LISTED).map((name) => (
        <li>
          <bdi>{shown(take(name, NAME_CHARS))}</bdi>
        </li>
      ))}
      {more > 0 && <li>and {counted(more, 'other')}</li>}
    </ul>
  );
}
