import type { Child } from 'hono/jsx';
import type { AgentStatus } from '../domain/fields.ts';
import { Layout } from './layout.tsx';
import { StatusBadge } from './status-badge.tsx';

/** What all pages of one agent need to know of it. */
export type FramedAgent = { id: string; name: string; status: AgentStatus };

/** The views of an agent: last part of the path, and what it is called. */
const TABS = [
  ['', 'Summary'],
  ['blueprint', 'Blueprint'],
  ['scenarios', 'Scenarios'],
  ['runs', 'Test runs'],
  ['score', 'Score'],
  ['graph', 'Graph'],
  ['audit', 'Audit'],
] as const;
export type AgentTab = (typeof TABS)[number][0];

export type AgentFrameProps = {
  agent: FramedAgent;
  tab: AgentTab;
  workspaceName: string;
  csrf?: string;
  scripts?: readonly string[];
  styles?: readonly string[];
  children: Child;
};

const STYLES = ['tabs', 'agent'];

/** A page of an agent, under its name and the way to its other views. */
export function AgentFrame({ agent, tab, workspaceName, csrf, scripts, styles, children }: AgentFrameProps) {
  const [, tabName] = TABS.find(([path]) => path === tab) ?? TABS[0];
  const page = { workspaceName, ...(csrf ? { csrf } : {}), ...(scripts ? { scripts } : {}) };
  return (
    <Layout
      {...page}
      title={tab === '' ? agent.name : `${tabName} · ${agent.name}`}
      here="/agents"
      styles={[...STYLES, ...(styles ?? [])]}
    >
      <div class="trail">
        <a href="/agents">Agents</a>
      </div>
      <header class="title">
        <h1>{agent.name}</h1>
        <StatusBadge status={agent.status} />
      </header>
      <nav class="tabs" aria-label="Agent">
        {TABS.map(([path, name]) => (
          <a href={agentUrl(agent.id, path)} aria-current={path === tab ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      {children}
    </Layout>
  );
}

export function agentUrl(agentId: string, tab: AgentTab = ''): string {
  return `/agent/${encodeURIComponent(agentId)}${tab && `/${tab}`}`;
}
