import { Hono } from 'hono';
import { AgentPage } from '../dashboard/agent-page.tsx';
import { HomePage } from '../dashboard/home-page.tsx';
import { agentObject } from '../env.ts';
import { selectAgentName, selectAgents } from '../store/agents.ts';
import { selectAudit } from '../store/audits.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectRuns } from '../store/runs.ts';
import { agentPages } from './agent-pages.tsx';
import { type App, baseUrl } from './app.ts';
import { casePages } from './case-pages.tsx';
import { firstUse } from './first-use.tsx';
import { reportPages } from './report-pages.tsx';
import { review } from './review.tsx';
import { reviewQueue } from './review-queue.tsx';
import { runPages } from './run-pages.tsx';
import { scorePages } from './score-pages.tsx';
import { csrfToken } from './session.ts';
import { missing, signedIn } from './signed-in.tsx';

/** What people look at. Every page is complete as it is served; the run page's socket keeps it moving. */
export const pages = new Hono<App>();

const RECENT_RUNS = 20;
const D1_DEADLINE_MS = 5_000;

pages.get('/', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
    const query = { workspaceId, status: null, limit: RECENT_RUNS, offset: 0 };
    const [agents, { runs }] = await Promise.all([
      withDeadline(selectAgents(c.env.DB, workspaceId), D1_DEADLINE_MS),
      withDeadline(selectRuns(c.env.DB, query), D1_DEADLINE_MS),
    ]);
    const lines = agents.map(({ id, name, status, scenarios, aqs, last_run_at }) => ({
      ...{ id, name, status, scenarios },
      ...(aqs === null ? {} : { aqs }),
      ...(last_run_at === null ? {} : { lastRunAt: last_run_at }),
    }));
    const origin = baseUrl(c);
    const page = {
      workspaceName,
      now: Date.now(),
      agents: lines,
      runs,
      mcpUrl: `${origin}/mcp`,
      origin,
      csrf: csrfToken(c, who),
    };
    return c.html(<HomePage {...page} />);
  }),
);

pages.get('/agent/:id', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
    const name = await withDeadline(selectAgentName(c.env.DB, workspaceId, c.req.param('id')), D1_DEADLINE_MS);
    const object = name === null ? null : agentObject(c.env, workspaceId, name);
    const page = { status: null, limit: RECENT_RUNS, offset: 0 };
    const audit = withDeadline(selectAudit(c.env.DB, workspaceId, c.req.param('id')), D1_DEADLINE_MS).catch(() => null);
    const [detail, recent, behaviour] = object
      ? await Promise.all([object.describe(), object.listRuns(page), object.readBehaviour()])
      : [null, null, null];
    if (!detail?.ok || !recent?.ok) return missing(c, 'There is no such agent in this workspace.');
    const { value } = detail;
    const ars = (await audit)?.score;
    const agent = {
      ...{
        id: value.id,
        name: value.name,
        status: value.status,
        tools: value.tools.map(toToolLine),
        constraints: value.constraints,
      },
      ...(value.description === null ? {} : { description: value.description }),
      ...(value.score ? { aqs: value.score.value } : {}),
      ...(ars === undefined ? {} : { ars }),
    };
    const shown = {
      ...{ workspaceName, now: Date.now(), agent, runs: recent.value.runs, csrf: csrfToken(c, who) },
      ...(behaviour?.ok && behaviour.value ? { behaviour: behaviour.value } : {}),
    };
    return c.html(<AgentPage {...shown} />);
  }),
);

function toToolLine({
  name,
  description,
  side_effects,
}: {
  name: string;
  description: string;
  side_effects?: string | undefined;
}) {
  return { name, description, ...(side_effects ? { side_effects } : {}) };
}

pages.route('/', agentPages);
pages.route('/', scorePages);
pages.route('/', runPages);
pages.route('/', casePages);
pages.route('/', reviewQueue);
pages.route('/', reportPages);
pages.route('/', firstUse);
pages.route('/', review);
