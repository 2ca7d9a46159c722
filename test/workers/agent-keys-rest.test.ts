import { expect, test } from 'vitest';
import { isKeyed, type Route } from '../../src/http/api/route.ts';
import { ROUTES } from '../../src/http/api/routes.ts';
import { type Ask, nowhere, ROWS, type Scene, scene } from './api-scene.ts';
import { ctrf, rest, upload } from './ci-client.ts';
import { AGENT, BLUEPRINT, type Workspace } from './client.ts';

/** Keys that are good for one agent alone, at every route of the REST interface. */

const OTHER = 'other-agent';
const TWO_MINUTES_MS = 120_000;
const keyed = ROUTES.filter(isKeyed);

/** Routes that work though neither their address nor a tool names an agent; each new one has to be named here. */
const WORKS = ['getMe', 'updateCase'];
/** Tools that are about the whole workspace. */
const WIDE = ['invarium_usage', 'invarium_dashboard'];
/** The rows of these speak of agents made for them. */
const OF_OTHERS = ['uploadBlueprint', 'deleteAgent', 'getGeneration'];

/** A new route that names no agent is refused, whatever it is. */
function isRefused({ id, path, query, tool }: Route): boolean {
  if (/\{(name|agent)\}/.test(path) || 'agent' in query.shape) return false;
  return tool ? WIDE.includes(tool.name) : !WORKS.includes(id);
}

async function keyFor(workspace: Workspace, agent: string): Promise<{ key: string }> {
  const wanted = { name: agent, scopes: ['read', 'write', 'ingest', 'admin'], agent_name: agent };
  return { key: String((await rest(workspace, 'POST /v1/keys', wanted)).body.key) };
}

/** As the table asks; a route without a row is asked for nothing in particular. */
/** As the row asks, though never with a key of the row's own. */
async function askOf(route: Route, at: Scene): Promise<Ask> {
  const row = ROWS[route.id];
  const ask = row && (await row(at));
  const { authorization: _, ...headers } = ask?.headers ?? {};
  return ask ? { ...ask, headers } : { path: nowhere(route), status: 0, ...(route.body === null ? {} : { body: {} }) };
}

test(
  'a key for one agent may do to that agent what it may do at all, and nothing to the workspace',
  async () => {
    const at = await scene();
    const key = await keyFor(at.workspace, AGENT);
    const told: Record<string, number> = {};
    const expected: Record<string, number> = {};
    for (const route of keyed) {
      const ask = await askOf(route, at);
      told[route.id] = (await rest(key, `${route.method} ${ask.path}`, ask.body, ask.headers)).status;
      const works = OF_OTHERS.includes(route.id) ? 404 : ask.status;
      expected[route.id] = isRefused(route) ? 403 : works;
    }
    expect(told).toEqual(expected);
    expect(keyed.filter(({ forOneAgent }) => forOneAgent).map(({ id }) => id)).toEqual(WORKS);
  },
  TWO_MINUTES_MS,
);

const ID = /\b(tr|sc|gen)_[0-9a-f]{16}\b/g;
const NOWHERE = 'ghost-agent';

test(
  'whatever is asked of another agent is answered as for one that does not exist, and changes nothing',
  async () => {
    const at = await scene();
    await rest(at.workspace, 'POST /v1/agents', { blueprint: BLUEPRINT.replace(AGENT, OTHER) });
    const key = await keyFor(at.workspace, OTHER);
    const state = async () => {
      const read = ['', '/suite.yaml', '/runs'].map((rest_) => rest(at.workspace, `GET /v1/agents/${AGENT}${rest_}`));
      return JSON.stringify((await Promise.all(read)).map(({ body }) => body)).replace(/"last_run_ago":"[^"]*"/, '');
    };
    for (const route of keyed.filter((each) => !isRefused(each))) {
      const ask = await askOf(route, at);
      if (!ID.test(ask.path) && !ask.path.includes(AGENT)) continue;
      ID.lastIndex = 0;
      const before = await state();
      const foreign = await rest(key, `${route.method} ${ask.path}`, ask.body, ask.headers);
      const away = ask.path.replaceAll(AGENT, NOWHERE).replace(ID, '$1_00000000deadbeef');
      const missing = await rest(key, `${route.method} ${away}`, ask.body, ask.headers);
      const said = ({ status, body }: typeof foreign) =>
        [status, JSON.stringify(body)].join(' ').replaceAll(AGENT, 'X').replaceAll(NOWHERE, 'X').replace(ID, 'X');
      expect([route.id, said(foreign)]).toEqual([route.id, said(missing)]);
      expect([route.id, foreign.status]).toEqual([route.id, 404]);
      expect([route.id, await state()]).toEqual([route.id, before]);
    }
  },
  TWO_MINUTES_MS,
);

test("another agent's run is not found where the address leaves the agent out", async () => {
  const at = await scene();
  const key = await keyFor(at.workspace, OTHER);
  for (const path of ['', '/results', '/gate', '/report.json'])
    expect((await rest(key, `GET /v1/runs/${at.runId}${path}`)).status).toBe(404);
  expect((await rest(key, 'GET /v1/runs')).body.runs).toEqual([]);
});

test('a report for another agent is refused as for one that does not exist', async () => {
  const at = await scene();
  const key = await keyFor(at.workspace, OTHER);
  const answer = await upload(key as Workspace, ctrf([{ name: 'a' }]));
  expect(answer).toMatchObject({ status: 404, body: { code: 'AGENT_NOT_FOUND' } });
});

test('a key says which agent it is good for', async () => {
  const { workspace } = await scene();
  expect((await rest(await keyFor(workspace, AGENT), 'GET /v1/me')).body.agent_name).toBe(AGENT);
  expect((await rest(workspace, 'GET /v1/me')).body.agent_name).toBeNull();
  const keys = (await rest(workspace, 'GET /v1/keys')).body.keys as { agent_name: string | null }[];
  expect(new Set(keys.map(({ agent_name }) => agent_name))).toEqual(new Set([AGENT, null]));
  const bad = await rest(workspace, 'POST /v1/keys', { name: 'x', scopes: ['read'], agent_name: 'No Name' });
  expect(bad.status).toBe(400);
});
