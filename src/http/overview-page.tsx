import { type Context, Hono } from 'hono';
import { firstUseNews } from '../dashboard/first-use-state.tsx';
import { HomePage } from '../dashboard/home-page.tsx';
import { averageScore, fleetHealth } from '../domain/fleet.ts';
import { selectNeedyAgents } from '../store/attention.ts';
import { selectFirstUse } from '../store/first-use.ts';
import { selectFleetTrend } from '../store/fleet-trend.ts';
import { selectOverview } from '../store/overview.ts';
import { selectPendingAgents } from '../store/pending.ts';
import { selectRunsFiltered } from '../store/run-list.ts';
import { answered } from './answered.ts';
import { type App, baseUrl } from './app.ts';
import { showFirstUse } from './first-use.tsx';
import { csrfToken } from './session.ts';
import { signedIn } from './signed-in.tsx';

/** The workspace at a glance; for an empty one, the ways in. */
export const overviewPage = new Hono<App>();

const DAY_MS = 24 * 3_600_000;
const WINDOW_DAYS = 30;
const RECENT_RUNS = 8;
const NEEDY_AGENTS = 8;
const EVERY_RUN = { agents: [], since: null, until: null, status: null, source: null, after: null };

overviewPage.get('/', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
    const now = Date.now();
    const figures = await readFigures(c, workspaceId, now - WINDOW_DAYS * DAY_MS);
    const { agents, runs } = figures.totals;
    if (agents === 0 && runs === 0) return showFirstUse(c, who);
    const news = runs === 0 ? firstUseNews(await answered(selectFirstUse(c.env.DB, workspaceId))) : null;
    const origin = baseUrl(c);
    const frame = { workspaceName, now, csrf: csrfToken(c, who), origin, mcpUrl: `${origin}/mcp` };
    return c.html(<HomePage {...frame} {...figures} windowDays={WINDOW_DAYS} news={news} />);
  }),
);

/** A fixed number of questions however many agents and runs there are, asked at once. */
async function readFigures(c: Context<App>, workspaceId: string, since: number) {
  const { DB } = c.env;
  const [overview, days, pending, attention, { runs }] = await answered(
    Promise.all([
      selectOverview(DB, workspaceId, since),
      selectFleetTrend(DB, workspaceId, since),
      selectPendingAgents(DB, workspaceId),
      selectNeedyAgents(DB, workspaceId, NEEDY_AGENTS),
      selectRunsFiltered(DB, { workspaceId, ...EVERY_RUN, limit: RECENT_RUNS }),
    ]),
  );
  const { scores, scenarios, results, failures, recent_passed: passed, recent_results } = overview;
  const agents = scores.reduce((sum, score) => sum + score.agents, 0);
  return {
    ...{ fleet: fleetHealth(scores), averageScore: averageScore(scores), passed, results: recent_results, failures },
    ...{ days, pending, attention, runs: runs.map(({ run }) => run) },
    totals: { agents, scenarios, runs: overview.runs, results },
  };
}
