import { Hono } from 'hono';
import { agentUrl } from '../dashboard/agent-frame.tsx';
import { AgentPage } from '../dashboard/agent-page.tsx';
import { AgentRunsTab } from '../dashboard/agent-runs-tab.tsx';
import { AuditTab } from '../dashboard/audit-tab.tsx';
import { DeleteAgentPage } from '../dashboard/delete-agent-page.tsx';
import { compareUrl } from '../dashboard/run-links.ts';
import { unwrap } from '../domain/errors.ts';
import { readPlace } from '../domain/query.ts';
import { selectAudit } from '../store/audits.ts';
import { selectBlueprintDocument } from '../store/blueprints.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectRunsFiltered } from '../store/run-list.ts';
import { callTool } from '../tools/catalog.ts';
import { deleteAgent } from '../tools/delete-agent.ts';
import {
  changing,
  D1_DEADLINE_MS,
  refusal,
  type Seen,
  sentence,
  statusOf,
  toolContext,
  viewing,
} from './agent-access.tsx';
import { agentBlueprint } from './agent-blueprint.tsx';
import { agentGeneration } from './agent-generation.tsx';
import { agentScenarios } from './agent-scenarios.tsx';
import type { App } from './app.ts';
import type { FoundAgent } from './find-agent.ts';
import { findingPlaces } from './finding-places.ts';

/** The pages of one agent: summary, runs, audit and deletion here, the other tabs beside this file. */
export const agentPages = new Hono<App>();

const SUMMARY_RUNS = 5;
const RUNS_A_PAGE = 50;

agentPages.get('/agent/:id', (c) =>
  viewing(c, async ({ found, workspaceId, now, page, mayChange }) => {
    const { object, agent, detail } = found;
    const [recent, behaviour, refused, audit] = await Promise.all([
      object.listRuns({ status: null, limit: SUMMARY_RUNS, offset: 0 }),
      object.readBehaviour(),
      object.listRefusedUploads(),
      // The scores of runs live in the agent; a database that does not answer takes away one figure, not the page.
      withDeadline(selectAudit(c.env.DB, workspaceId, agent.id), D1_DEADLINE_MS).catch(() => null),
    ]);
    const { runs, total } = unwrap(recent);
    const whole = { ...agent, ...described(detail), ...(audit ? { ars: audit.score, readiness: audit.label } : {}) };
    const habits = unwrap(behaviour);
    const refusedUploads = unwrap(refused).length;
    const seen = { runs, totalRuns: total, refusedUploads, now, mayChange, ...(habits ? { behaviour: habits } : {}) };
    return c.html(<AgentPage {...page} {...seen} agent={whole} />);
  }),
);

function described({ description, tools, constraints, score, previousScore }: FoundAgent['detail']) {
  return {
    ...{ tools, constraints },
    ...(description === null ? {} : { description }),
    ...(score ? { aqs: score.value, interval: { low: score.low, high: score.high } } : {}),
    ...(previousScore === null ? {} : { previousAqs: previousScore }),
  };
}

agentPages.get('/agent/:id/runs', (c) =>
  viewing(c, async (seen) =>
    c.html(<AgentRunsTab {...seen.page} {...(await readRuns(c.env.DB, seen, c.req.queries()))} />),
  ),
);

type Asked = Record<string, string[]>;

async function readRuns(db: D1Database, { workspaceId, found, now }: Seen, asked: Asked) {
  const { value: after, note } = readPlace(asked);
  const query = { workspaceId, agents: [found.agent.name], since: null, until: null, status: null, source: null };
  const [read, refused] = await Promise.all([
    withDeadline(selectRunsFiltered(db, { ...query, after, limit: RUNS_A_PAGE }), D1_DEADLINE_MS),
    found.object.listRefusedUploads(),
  ]);
  return { ...read, refused: unwrap(refused), now, isFirst: after === null, notes: note ? [note] : [] };
}

/** Ticked runs say nothing of order, so the older one is what the newer one is compared with. */
agentPages.get('/agent/:id/compare', (c) =>
  viewing(c, async (seen) => {
    const [a, b, ...more] = new Set(c.req.queries('run') ?? []);
    if (a !== undefined && b !== undefined && more.length === 0) {
      const { name } = seen.found.agent;
      const [one, other] = await Promise.all([a, b].map((id) => seen.found.object.viewRun(id)));
      const isNewer = one?.ok && other?.ok && one.value.run.started_at > other.value.run.started_at;
      return c.redirect(isNewer ? compareUrl(name, b, a) : compareUrl(name, a, b));
    }
    const list = await readRuns(c.env.DB, seen, {});
    const notes = ['Tick exactly two runs to compare them.'];
    return c.html(<AgentRunsTab {...seen.page} {...list} notes={notes} />, 400);
  }),
);

agentPages.get('/agent/:id/audit', (c) =>
  viewing(c, async ({ workspaceId, found, page }) => {
    const { id } = found.agent;
    const [audit, stored] = await Promise.all([
      withDeadline(selectAudit(c.env.DB, workspaceId, id), D1_DEADLINE_MS),
      withDeadline(selectBlueprintDocument(c.env.DB, workspaceId, id, null), D1_DEADLINE_MS),
    ]);
    const places = findingPlaces(audit, stored?.document);
    return c.html(<AuditTab {...page} audit={audit} places={places} version={stored?.version ?? null} />);
  }),
);

agentPages.get('/agent/:id/delete', (c) =>
  viewing(c, async ({ found, page, mayChange }) => {
    if (!mayChange) return c.redirect(agentUrl(found.agent.id));
    return c.html(<DeleteAgentPage {...page} holdings={unwrap(await found.object.countHoldings())} />);
  }),
);

agentPages.post('/agent/:id/delete', (c) =>
  changing(c, async ({ who, found, refused }) => {
    const title = 'Nothing was deleted';
    if (refused) return refusal(c, { title, message: refused, status: 403 });
    const input = { agent_name: found.agent.name, confirm: true };
    const answer = await callTool(deleteAgent, input, toolContext(c, who));
    if (!answer.ok) return refusal(c, { title, message: sentence(answer), status: statusOf(answer) });
    return c.redirect('/agents', 303);
  }),
);

agentPages.route('/', agentBlueprint);
agentPages.route('/', agentScenarios);
agentPages.route('/', agentGeneration);
