import type { Child } from 'hono/jsx';
import { Layout } from './layout.tsx';
import { AGENT_LIST } from './webhooks-fields.tsx';

/** Whose log is shown, who was asked for, and the names one may choose from. */
export type LogAgents = { shown: readonly string[]; chosen: string | null; names: readonly string[] };

export type FrameProps = {
  workspaceName: string;
  csrf: string;
  now: number;
  mayChange: boolean;
  agents: LogAgents;
};

const TABS = [
  ['/webhooks', 'Outgoing webhooks'],
  ['/webhooks/uploads', 'Uploads from CI'],
] as const;
export type WebhooksTab = (typeof TABS)[number][0];

const SCRIPTS = ['copy'];
const STYLES = ['tabs', 'webhooks'];

/** Both pages on what goes out and comes in by itself. */
export function WebhooksFrame({ tab, children, ...page }: FrameProps & { tab: WebhooksTab; children: Child }) {
  const { workspaceName, csrf, mayChange, agents } = page;
  const title = 'Webhooks and uploads';
  return (
    <Layout {...{ title, workspaceName, csrf, here: '/webhooks', scripts: SCRIPTS, styles: STYLES }}>
      <h1>{title}</h1>
      <nav class="tabs" aria-label={title}>
        {TABS.map(([path, name]) => (
          <a href={path} aria-current={path === tab ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      {!mayChange && <p class="notes">You may look at this, and not change it. Ask the owner of the workspace.</p>}
      <datalist id={AGENT_LIST}>
        {agents.names.map((name) => (
          <option value={name} />
        ))}
      </datalist>
      {children}
    </Layout>
  );
}

type ChoiceProps = { agents: LogAgents; action: string; label: string; webhookId?: string | null };

/** The logs lie with the agents, so a few of them are asked at a time. */
export function AgentChoice({ agents: { shown, chosen, names }, action, label, webhookId = null }: ChoiceProps) {
  if (names.length === 0) return null;
  return (
    <form method="get" action={action} class="pair which">
      {webhookId !== null && <input type="hidden" name="webhook" value={webhookId} />}
      <label for="which-agent">{label}</label>
      <input id="which-agent" name="agent" list={AGENT_LIST} value={chosen ?? ''} placeholder="the newest agents" />
      <button type="submit" class="quiet">
        Show
      </button>
      <span class="muted">
        {chosen === null ? `Now: ${shown.join(', ')}` : <a href={action}>Those with the newest runs</a>}
      </span>
    </form>
  );
}
