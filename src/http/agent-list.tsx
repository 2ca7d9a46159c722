import { type Context, Hono } from 'hono';
import { AgentsList } from '../dashboard/agents-list.tsx';
import { AGENT_COLUMNS, agentListUrl, agentRecord, readAgentOrder } from '../domain/agent-list.ts';
import { csv } from '../domain/csv.ts';
import { selectAgentPage } from '../store/agent-list.ts';
import { answered } from './answered.ts';
import { type App, baseUrl } from './app.ts';
import type { SignedIn } from './auth.ts';
import { blueprintFacts } from './blueprint-facts.ts';
import { csrfToken } from './session.ts';
import { signedIn } from './signed-in.tsx';

/** The agents of a workspace, on a page and as files of the same view. */
export const agentList = new Hono<App>();

const AGENTS_A_PAGE = 24;
const AGENTS_A_FILE = 200;

agentList.get('/agents', (c) =>
  signedIn(c, async (who) => {
    const list = await readAgents(c, who, AGENTS_A_PAGE);
    const { workspace_name: workspaceName } = who.session;
    const origin = baseUrl(c);
    const frame = { workspaceName, csrf: csrfToken(c, who), now: Date.now(), origin, mcpUrl: `${origin}/mcp` };
    return c.html(<AgentsList {...list} {...frame} />);
  }),
);

agentList.get('/agents.csv', (c) =>
  signedIn(c, async (who) => {
    const { records, next } = await readRecords(c, who);
    offerFile(c, 'agents.csv', next);
    return c.body(csv(AGENT_COLUMNS, records), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
  }),
);

agentList.get('/agents.json', (c) =>
  signedIn(c, async (who) => {
    const { records, next, notes } = await readRecords(c, who);
    offerFile(c, 'agents.json', next);
    return c.json({ agents: records, next, notes });
  }),
);

async function readAgents(c: Context<App>, { session }: SignedIn, limit: number) {
  const { workspace_id: workspaceId } = session;
  const { order, notes } = readAgentOrder(c.req.queries());
  const page = await answered(selectAgentPage(c.env.DB, { workspaceId, ...order, limit }));
  const facts = await answered(blueprintFacts(c.env.DB, workspaceId, page.agents));
  return { ...page, facts, order, notes };
}

async function readRecords(c: Context<App>, who: SignedIn) {
  const { agents, facts, next, order, notes } = await readAgents(c, who, AGENTS_A_FILE);
  const origin = baseUrl(c);
  const path = c.req.path === '/agents.csv' ? '/agents.csv' : '/agents.json';
  return {
    records: agents.map((agent) => agentRecord(agent, facts.get(agent.id), `${origin}/agent/${agent.id}`)),
    next: next && `${origin}${agentListUrl({ ...order, after: next }, path)}`,
    notes,
  };
}

function offerFile(c: Context<App>, name: string, next: string | null): void {
  c.header('Content-Disposition', `attachment; filename="${name}"`);
  if (next) c.header('Link', `<${next}>; rel="next"`);
}
