import { type Context, Hono } from 'hono';
import { runUrl } from '../dashboard/run-links.ts';
import { RunsList } from '../dashboard/runs-list.tsx';
import { csv } from '../domain/csv.ts';
import { readRunFilter, runListUrl, timesOf } from '../domain/run-filter.ts';
import { RUN_COLUMNS, runRecord } from '../domain/run-record.ts';
import { selectAgentNames } from '../store/agent-list.ts';
import { selectRunsFiltered } from '../store/run-list.ts';
import { answered } from './answered.ts';
import { type App, baseUrl } from './app.ts';
import type { SignedIn } from './auth.ts';
import { csrfToken } from './session.ts';
import { signedIn } from './signed-in.tsx';

/** All runs of a workspace. Every view has an address of its own, and the runs of a view can be taken along as a file. */
export const listPages = new Hono<App>();

const RUNS_A_PAGE = 50;

listPages.get('/runs', (c) =>
  signedIn(c, async (who) => {
    const list = await readRuns(c, who);
    return c.html(<RunsList {...list} {...frame(c, who)} />);
  }),
);

listPages.get('/runs.csv', (c) =>
  signedIn(c, async (who) => {
    const { records, next } = await readRecords(c, who);
    offerFile(c, 'runs.csv', next);
    return c.body(csv(RUN_COLUMNS, records), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
  }),
);

listPages.get('/runs.json', (c) =>
  signedIn(c, async (who) => {
    const { records, next, notes } = await readRecords(c, who);
    offerFile(c, 'runs.json', next);
    return c.json({ runs: records, next, notes });
  }),
);

/** What the page carries around its list. */
function frame(c: Context<App>, who: SignedIn) {
  const origin = baseUrl(c);
  const { workspace_name: workspaceName } = who.session;
  return { workspaceName, csrf: csrfToken(c, who), now: Date.now(), origin, mcpUrl: `${origin}/mcp` };
}

async function readRuns(c: Context<App>, { session }: SignedIn) {
  const workspaceId = session.workspace_id;
  const agents = await answered(selectAgentNames(c.env.DB, workspaceId));
  const { filter, notes } = readRunFilter(c.req.queries(), agents);
  const times = timesOf(filter, Date.now());
  const query = { workspaceId, ...filter, ...times, limit: RUNS_A_PAGE };
  return { ...(await answered(selectRunsFiltered(c.env.DB, query))), agents, filter, notes };
}

async function readRecords(c: Context<App>, who: SignedIn) {
  const { runs, next, filter, notes } = await readRuns(c, who);
  const origin = baseUrl(c);
  const path = c.req.path === '/runs.csv' ? '/runs.csv' : '/runs.json';
  return {
    records: runs.map((scored) => runRecord(scored, `${origin}${runUrl(scored.run)}`)),
    next: next && `${origin}${runListUrl({ ...filter, after: next }, path)}`,
    notes,
  };
}

function offerFile(c: Context<App>, name: string, next: string | null): void {
  c.header('Content-Disposition', `attachment; filename="${name}"`);
  if (next) c.header('Link', `<${next}>; rel="next"`);
}
