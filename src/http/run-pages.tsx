import { type Context, Hono } from 'hono';
import { ComparePage } from '../dashboard/compare-page.tsx';
import { MessagePage } from '../dashboard/message-page.tsx';
import { ResultsPage } from '../dashboard/results-page.tsx';
import { type Findings, PROBLEMS_SHOWN } from '../dashboard/run-findings.tsx';
import { compareUrl } from '../dashboard/run-links.ts';
import { RunPage } from '../dashboard/run-page.tsx';
import { echo, type Refused } from '../domain/errors.ts';
import { AGENT_NAME, ResultStatus } from '../domain/fields.ts';
import { LIVE_ROWS, type RunView } from '../domain/run.ts';
import { type AgentRpc, agentObject } from '../env.ts';
import { selectRunAgent } from '../store/runs.ts';
import { answered } from './answered.ts';
import type { App } from './app.ts';
import { findRun } from './find-run.ts';
import { csrfToken } from './session.ts';
import { missing, signedIn } from './signed-in.tsx';

/** One run, its results, and two runs side by side. */
export const runPages = new Hono<App>();

const NO_RUN = 'There is no such run in this workspace.';

runPages.get('/runs/compare', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
    const ticked = c.req.queries('run');
    if (ticked) return compareTicked(c, workspaceId, ticked);
    const { a = '', b = '' } = c.req.query();
    if (!a || !b) return refusal(c, 400, 'Two runs are needed to compare: choose one before and one after.');
    const agent = c.req.query('agent') ?? (await agentOf(c, workspaceId, a));
    if (!agent || !AGENT_NAME.test(agent)) return refusal(c, 404, `There is no run ${echo(a)} in this workspace.`);
    const view = await agentObject(c.env, workspaceId, agent).compareRuns(a, b);
    if (!view.ok) return refusal(c, statusOf(view), await whyNot(c, view, { workspaceId, agent, runs: [a, b] }));
    const page = { view: view.value, workspaceName, now: Date.now(), csrf: csrfToken(c, who) };
    return c.html(<ComparePage {...page} />);
  }),
);

/** What was ticked in a list of runs, the newer first, as its rows stand. The comparison has an address of its own, to be linked. */
async function compareTicked(c: Context<App>, workspaceId: string, ticked: readonly string[]): Promise<Response> {
  const [newer, older, ...more] = new Set(ticked);
  if (newer === undefined || older === undefined || more.length > 0)
    return refusal(c, 400, `Two runs are needed to compare. Ticked: ${new Set(ticked).size}.`);
  const [agent, other] = await Promise.all([newer, older].map((run) => agentOf(c, workspaceId, run)));
  if (!agent || !other) return refusal(c, 404, 'One of these runs is not in this workspace.');
  if (agent === other) return c.redirect(compareUrl(agent, older, newer));
  const whose = `These are runs of two agents, ${other} and ${agent}.`;
  return refusal(c, 400, `${whose} Only runs of one agent can be compared.`);
}

function agentOf(c: Context<App>, workspaceId: string, runId: string): Promise<string | null> {
  return answered(selectRunAgent(c.env.DB, workspaceId, runId));
}

type Asked = { workspaceId: string; agent: string; runs: string[] };

/** An agent knows its own runs only; D1 knows whose a run is that it does not know. */
async function whyNot(c: Context<App>, refused: Refused, { workspaceId, agent, runs }: Asked): Promise<string> {
  if (refused.code === 'AGENT_NOT_FOUND') return `There is no agent ${echo(agent)} in this workspace.`;
  if (refused.code !== 'NOT_FOUND') return `${refused.message}. ${refused.hint ?? ''}`;
  for (const run of runs) {
    const owner = await agentOf(c, workspaceId, run);
    if (owner && owner !== agent)
      return `Test run ${echo(run)} belongs to the agent ${owner}. Only runs of one agent can be compared.`;
  }
  return `${refused.message}. Both have to be runs of the agent ${agent}.`;
}

function statusOf({ code }: Refused): 400 | 404 {
  return code === 'INVALID_ARGUMENT' ? 400 : 404;
}

async function refusal(c: Context<App>, status: 400 | 404, message: string): Promise<Response> {
  return c.html(<MessagePage status={status} title="Nothing to compare" message={message} />, status);
}

runPages.get('/runs/:id', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
    const found = await findRun(c, workspaceId);
    const view = found && (await found.object.viewRun(c.req.param('id')));
    if (!found || !view?.ok) return missing(c, NO_RUN);
    const { agentId, run, newest, previousId } = view.value;
    const findings = await readFindings(found.object, view.value);
    const page = {
      run,
      newest,
      workspaceName,
      liveUrl: `/runs/${run.id}/live?agent=${run.agent_name}`,
      agentUrl: `/agent/${agentId}`,
      now: Date.now(),
      csrf: csrfToken(c, who),
      ...(previousId === null ? {} : { previousId }),
      ...(findings ? { findings } : {}),
    };
    return c.html(<RunPage {...page} />);
  }),
);

/** What is told of a run once it is over; while it streams its page leads with the newest results. */
async function readFindings(object: AgentRpc, { run, failures, latency }: RunView): Promise<Findings | null> {
  if (run.status !== 'completed' && run.status !== 'failed') return null;
  const held = (['failed', 'error'] as const).filter((status) => run.counts[status] > 0);
  const [trend, ...pages] = await Promise.all([
    object.viewTrend(),
    ...held.map((status) => object.getRun({ runId: run.id, status, page: 1, limit: PROBLEMS_SHOWN })),
  ]);
  const problems = pages.flatMap((page) => (page.ok ? page.value.results : [])).slice(0, PROBLEMS_SHOWN);
  const point = trend.ok ? trend.value.points.find(({ runId }) => runId === run.id) : undefined;
  return { problems, failures, latency, score: point?.score ?? null };
}

runPages.get('/runs/:id/results', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
    const found = await findRun(c, workspaceId);
    const { status, page, case: caseId } = c.req.query();
    const filter = { status: ResultStatus.safeParse(status).data ?? null, page: pageNumber(page) };
    const read = found && (await readResults(found.object, { runId: c.req.param('id'), caseId, ...filter }));
    if (!read) return missing(c, NO_RUN);
    return c.html(<ResultsPage {...read} workspaceName={workspaceName} csrf={csrfToken(c, who)} />);
  }),
);

type Wanted = { runId: string; caseId: string | undefined; status: ResultStatus | null; page: number };

/** A page of results as it is shown, or null. */
async function readResults(object: AgentRpc, { runId, caseId, status, page }: Wanted) {
  if (caseId !== undefined) {
    const read = await object.viewCase({ runId, caseId, limit: LIVE_ROWS });
    return read.ok ? { ...read.value, shown: { caseId } } : null;
  }
  const read = await object.getRun({ runId, status, page, limit: LIVE_ROWS });
  if (!read.ok) return null;
  const pages = Math.max(1, Math.ceil(read.value.matching / LIVE_ROWS));
  return { ...read.value, shown: { status, page, pages } };
}

/** What is no number of a page is the first one. */
function pageNumber(text: string | undefined): number {
  return /^[1-9]\d{0,5}$/.test(text ?? '') ? Number(text) : 1;
}
