import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import { d1 } from '../faults/worker.ts';
import { AGENT, BLUEPRINT, newWorkspace, refund, request, shop, sync, type Workspace } from './client.ts';
import { linkOf, type Visitor, visit } from './dashboard-visitor.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LAZY = { agent_response: 'I am sorry.', tools_called: [] };

afterEach(() => {
  d1.mode = 'ok';
});

let serial = 0;

/** An agent as D1 holds it. */
async function storeAgent(workspace: Workspace, name: string, more: { score?: number; previous?: number } = {}) {
  const id = `ag_list${++serial}`;
  await env.DB.prepare(
    'INSERT INTO agents (id, workspace_id, name, blueprint_version, created_at, updated_at) VALUES (?1, ?2, ?3, 1, 1, 1)',
  )
    .bind(id, workspace.id, name)
    .run();
  if (more.score === undefined) return id;
  await env.DB.prepare("INSERT INTO scores (agent_id, value, previous, report, rev) VALUES (?1, ?2, ?3, '{}', 1)")
    .bind(id, more.score, more.previous ?? null)
    .run();
  return id;
}

type Stored = {
  agentId: string;
  at: number;
  id?: string;
  name?: string;
  status?: string;
  reason?: string;
  source?: string;
  counts?: [passed: number, failed: number, error: number, pending: number];
  score?: number;
};

/** A run as D1 holds it after a flush; answers with its id. */
async function storeRun(workspace: Workspace, run: Stored): Promise<string> {
  const id = run.id ?? `tr_${String(++serial).padStart(16, '0')}`;
  const counts = run.counts ?? [1, 0, 0, 0];
  await env.DB.prepare(
    `INSERT INTO runs (id, agent_id, workspace_id, name, source, status, status_reason, started_at, passed, failed, error, pending,
       score, flaky_cases, rev) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, 1)`,
  )
    .bind(
      ...[id, run.agentId, workspace.id, run.name ?? null, run.source ?? 'mcp', run.status ?? 'completed'],
      ...[run.reason ?? null, run.at, ...counts, run.score ?? null],
    )
    .run();
  return id;
}

/** The runs a page lists, in order. */
function listed(html: string): string[] {
  return [...html.matchAll(/<th scope="row"><a href="\/runs\/(\w+)\?/g)].map(([, id]) => id ?? '');
}

async function runsAt(visitor: Visitor, query: string): Promise<string[]> {
  const { status, html } = await visitor.open(`/runs?${query}`);
  expect(status).toBe(200);
  return listed(html);
}

/** Two agents with runs of every kind, named by what is special about them. */
async function fleet() {
  const workspace = await newWorkspace();
  const [shopId, deskId] = [await storeAgent(workspace, 'shop-agent'), await storeAgent(workspace, 'travel-desk')];
  const now = Date.now();
  const [hour, week] = [now - HOUR_MS, now - 6 * DAY_MS];
  const store = (run: Partial<Stored>) => storeRun(workspace, { agentId: shopId, at: now - 60 * DAY_MS, ...run });
  const runs = {
    fresh: await store({ at: hour, source: 'ci' }),
    failing: await store({ at: hour - 1, counts: [3, 1, 0, 0] }),
    broken: await store({ at: week, counts: [3, 0, 1, 0], agentId: deskId, source: 'ci' }),
    waiting: await store({ at: week - 1, counts: [3, 0, 0, 1] }),
    running: await store({ at: now - 20 * DAY_MS, status: 'running', agentId: deskId }),
    empty: await store({ at: now - 20 * DAY_MS - 1, status: 'pending', counts: [0, 0, 0, 0] }),
    stalled: await store({ at: now - 40 * DAY_MS, status: 'failed', reason: 'stalled', source: 'ci' }),
  };
  return { workspace, visitor: await visit(workspace), runs, now };
}

test('every filter of the runs works alone and together with others', async () => {
  const { visitor, runs, now } = await fleet();
  const { fresh, failing, broken, waiting, running, empty, stalled } = runs;
  const day = (ago: number) => new Date(now - ago * DAY_MS).toISOString().slice(0, 10);
  const views: Record<string, string[]> = {
    '': [fresh, failing, broken, waiting, running, empty, stalled],
    'agent=travel-desk': [broken, running],
    'agent=travel-desk&agent=shop-agent': [fresh, failing, broken, waiting, running, empty, stalled],
    'date=24h': [fresh, failing],
    'date=7d': [fresh, failing, broken, waiting],
    'date=30d': [fresh, failing, broken, waiting, running, empty],
    [`from=${day(25)}&to=${day(15)}`]: [running, empty],
    [`date=custom&to=${day(39)}`]: [stalled],
    'status=has_failures': [failing, broken],
    'status=all_passed': [fresh],
    'status=running': [running],
    'status=pending': [empty],
    'status=failed': [stalled],
    'status=completed': [fresh, failing, broken, waiting],
    'source=ci': [fresh, broken, stalled],
    'source=ci&status=has_failures': [broken],
    'source=ci&agent=shop-agent&date=30d': [fresh],
    'agent=travel-desk&status=has_failures&source=ci&date=7d': [broken],
    'agent=travel-desk&status=has_failures&source=ci&date=24h': [],
  };
  for (const [query, expected] of Object.entries(views))
    expect([query, await runsAt(visitor, query)]).toEqual([query, expected]);
});

test('values that mean nothing are left out with a sentence each, and the page is served', async () => {
  const { visitor, runs } = await fleet();
  const query = 'status=blue&source=fax&agent=nobody&agent=travel-desk&date=7d&from=2026-01-01&after=x&status=failed';
  const page = await visitor.open(`/runs?${query}`);
  expect([page.status, listed(page.html)]).toEqual([200, [runs.broken]]);
  for (const words of [
    'This workspace has no agent nobody: left out.',
    'The days from and to count only where the period is custom, not 7d',
    'status=blue means nothing here and was left out.',
    'source=fax means nothing here and was left out.',
    'after=x is no place in this list',
  ]) {
    expect(page.text).toContain(words);
  }
  expect((await visitor.open('/agents?sort=luck&after=1')).text).toContain('sort=luck means nothing here');
  expect((await visitor.open(`/runs?agent=${'%00%F0%9F%98%80'.repeat(300)}&to=%FF&after=-9,__proto__`)).status).toBe(
    200,
  );
});

test('whoever pages through the runs sees each once, also of one moment and while new ones arrive', async () => {
  const workspace = await newWorkspace();
  const agentId = await storeAgent(workspace, AGENT);
  const at = Date.now() - HOUR_MS;
  const stored: string[] = [];
  // Sixty runs of one moment lie across the end of the first page.
  for (let each = 0; each < 120; each++)
    stored.push(await storeRun(workspace, { agentId, at: at - (each < 20 ? each : 30) - (each >= 80 ? each : 0) }));
  const visitor = await visit(workspace);
  const seen: string[] = [];
  const sizes: number[] = [];
  for (let url = '/runs'; url !== ''; ) {
    const { html } = await visitor.open(url);
    const ids = listed(html);
    seen.push(...ids);
    sizes.push(ids.length);
    url = linkOf(html, 'Next page');
    await storeRun(workspace, { agentId, at: at + sizes.length });
  }
  expect(sizes).toEqual([50, 50, 20]);
  expect(seen).toEqual(stored);
});

test('a filter goes along from page to page', async () => {
  const workspace = await newWorkspace();
  const agentId = await storeAgent(workspace, AGENT);
  const other = await storeAgent(workspace, 'other-agent');
  const at = Date.now() - HOUR_MS;
  for (let each = 0; each < 60; each++) {
    await storeRun(workspace, { agentId, at: at - each, source: 'ci' });
    await storeRun(workspace, { agentId: other, at: at - each, source: 'ci' });
  }
  const visitor = await visit(workspace);
  const first = await visitor.open(`/runs?agent=${AGENT}&source=ci&date=24h`);
  const second = await visitor.open(linkOf(first.html, 'Next page'));
  expect([listed(first.html).length, listed(second.html).length]).toEqual([50, 10]);
  expect(`${first.html}${second.html}`).not.toContain('?agent=other-agent"><code>');
  expect(linkOf(second.html, 'Back to the beginning')).toBe(`/runs?agent=${AGENT}&date=24h&source=ci`);
});

test('nothing of another workspace appears, whatever is asked for', async () => {
  const { workspace: theirs, runs } = await fleet();
  const mine = await newWorkspace();
  const agentId = await storeAgent(mine, 'shop-agent');
  const own = await storeRun(mine, { agentId, at: Date.now() });
  const visitor = await visit(mine);
  for (const query of [
    '',
    'agent=shop-agent',
    'agent=travel-desk',
    'agent=shop-agent&status=completed',
    'date=24h&source=mcp',
  ]) {
    expect(await runsAt(visitor, query)).toEqual([own]);
  }
  expect(await runsAt(visitor, `after=${Date.now() + DAY_MS},${runs.fresh}`)).toEqual([own]);
  const files = `${await fileText(visitor, '/runs.csv')}${await fileText(visitor, '/runs.json')}`;
  expect(Object.values(runs).filter((id) => files.includes(id))).toEqual([]);
  expect((await visitor.open('/agents')).text).not.toContain('travel-desk');
  expect(await runsAt(await visit(theirs), 'agent=shop-agent')).not.toContain(own);
});

async function fileText(visitor: Visitor, path: string): Promise<string> {
  return (await request(path, { headers: { cookie: visitor.cookie } })).text();
}

test('the files of a view hold the runs of its page, and no cell is a formula', async () => {
  const { workspace, visitor } = await fleet();
  const agentId = await storeAgent(workspace, 'spread-agent');
  const at = Date.now() - 5;
  const name = '=HYPERLINK("http://evil.example","a, b")';
  await storeRun(workspace, { agentId, at, name, source: 'cli', score: 90 });
  await storeRun(workspace, {
    agentId,
    at: at - 1,
    name: '@SUM(1)',
    source: 'cli',
    status: 'failed',
    reason: 'stalled',
  });
  for (const query of [
    'source=cli',
    'status=has_failures',
    'agent=travel-desk&source=ci',
    'status=pending&source=cli',
  ]) {
    const ids = await runsAt(visitor, query);
    const csv = await fileText(visitor, `/runs.csv?${query}`);
    const json = JSON.parse(await fileText(visitor, `/runs.json?${query}`)) as { runs: { run_id: string }[] };
    expect(json.runs.map(({ run_id }) => run_id)).toEqual(ids);
    expect(
      csv
        .trimEnd()
        .split('\r\n')
        .slice(1)
        .map((row) => row.split(',')[0]),
    ).toEqual(ids);
  }
  const lines = (await fileText(visitor, '/runs.csv?source=cli')).split('\r\n');
  expect(lines[0]).toBe(
    'run_id,agent,name,started_at,tests,passed,failed,errors,pending,score,source,status,status_reason,url',
  );
  const began = new Date(at).toISOString();
  expect(lines[1]).toMatch(
    new RegExp(
      `^tr_\\d+,spread-agent,"'=HYPERLINK\\(""http://evil.example"",""a, b""\\)",${began},1,1,0,0,0,90,cli,completed,,http://localhost/runs/tr_\\d+\\?agent=spread-agent$`,
    ),
  );
  expect(lines[2]).toMatch(/,'@SUM\(1\),.*,cli,failed,stalled,/);
});

test('a file is sent as a download with the address of the next page, and to nobody who is signed out', async () => {
  const workspace = await newWorkspace();
  const agentId = await storeAgent(workspace, AGENT);
  const stored: string[] = [];
  for (let each = 0; each < 51; each++) stored.push(await storeRun(workspace, { agentId, at: 1_000_000 - each }));
  const { cookie } = await visit(workspace);
  const csv = await request('/runs.csv?source=mcp', { headers: { cookie } });
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(csv.headers.get('content-disposition')).toBe('attachment; filename="runs.csv"');
  expect(csv.headers.get('cache-control')).toBe('private, no-store');
  const last = stored[49];
  const next = `http://localhost/runs.csv?source=mcp&after=999951%2C${last}`;
  expect(csv.headers.get('link')).toBe(`<${next}>; rel="next"`);
  const rest = await request(next.replace('http://localhost', ''), { headers: { cookie } });
  expect((await rest.text()).split('\r\n')[1]).toMatch(new RegExp(`^${stored[50]},`));
  const signedOut = await request('/runs.csv?source=mcp');
  expect(signedOut.headers.get('location')).toBe('/sign-in?next=%2Fruns.csv%3Fsource%3Dmcp');
});

test('hostile names of runs stay text on the page', async () => {
  const workspace = await newWorkspace();
  const agentId = await storeAgent(workspace, AGENT);
  const names = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', 'invoice_\u202egpj.exe', '\u0000'];
  for (const name of names) await storeRun(workspace, { agentId, at: Date.now(), name });
  const { html } = await (await visit(workspace)).open(
    `/runs?status=${encodeURIComponent('<script>alert(2)</script>')}`,
  );
  expect(html).not.toMatch(/<script|<img|[\u202e]/);
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).toContain('status=&lt;script&gt;alert(2)&lt;/script&gt; means nothing here');
});

for (const mode of ['fail', 'hang'] as const) {
  test(`while every D1 call ${mode}s the lists say that the database is away, whatever is asked for`, async () => {
    const { cookie } = await visit((await fleet()).workspace);
    d1.mode = mode;
    for (const path of [
      '/runs',
      '/runs?status=blue&from=x',
      '/runs.csv',
      '/runs.json',
      '/agents',
      '/agents?sort=luck',
    ]) {
      const answer = await request(path, { headers: { cookie } });
      expect([path, answer.status]).toEqual([path, 503]);
      expect(await answer.text()).toContain('The database does not answer');
    }
  });
}

test('runs that were streamed stand in the list with their figures, each with the score after it, and an outage without one', async () => {
  const { call, workspace, caseId } = await shop();
  const results = [1, 2, 3].map((trial) => refund(caseId, { trial }));
  const aqsAfter = async (name: string, streamed: unknown[]) => {
    await sync(call, streamed, { source: 'ci', name });
    await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`));
    return Number((await call('get_agent', { agent_name: AGENT })).structured.aqs);
  };
  const first = await aqsAfter('First', results);
  const second = await aqsAfter('Second', [...results, refund(caseId, { ...LAZY, trial: 4 })]);
  await aqsAfter('Third', [refund(caseId, { passed: false, error_message: 'connect ECONNREFUSED' })]);
  expect(first).toBeGreaterThan(second);
  const { text } = await (await visit(workspace)).open('/runs');
  const rows = new RegExp(
    [
      'Third shop-agent just now shop-agent just now [\\d :-]+ 1 0 1 0 0 — ci completed .*',
      `Second shop-agent just now shop-agent just now [\\d :-]+ 4 3 1 0 0 ${second} ci completed .*`,
      `First shop-agent just now shop-agent just now [\\d :-]+ 3 3 0 0 0 ${first} ci completed`,
    ].join(''),
  );
  expect(text).toMatch(rows);
});

test('an empty workspace is led to its first agent, then to its first run, by commands to copy', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  for (const path of ['/runs', '/agents']) {
    const { text } = await visitor.open(path);
    expect(text).toContain('npm run demo');
    expect(text).toContain('http://localhost/mcp');
  }
  await storeAgent(workspace, AGENT);
  expect((await visitor.open('/runs')).text).toContain(`Get the tests for ${AGENT} with invarium_get_tests`);
  expect((await visitor.open('/agents')).text).not.toContain('npm run demo');
});

test('a card shows what the blueprint and the newest run say of an agent, and follows a new blueprint', async () => {
  const { call, workspace, caseId } = await shop();
  await sync(call, [refund(caseId)]);
  await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`));
  const { aqs } = (await call('get_agent', { agent_name: AGENT })).structured;
  const { score: ars } = (await call('get_audit', { agent_name: AGENT })).structured;
  const visitor = await visit(workspace);
  const { text } = await visitor.open('/agents');
  expect(text).toMatch(
    new RegExp(
      `shop-agent active custom 2 tools Quality \\(AQS\\) ${aqs} \\w+ Readiness \\(ARS\\) ${ars} Scenarios 1 Last run: just now Updated just now`,
    ),
  );
  const more =
    '  - name: greet\n    description: Says hello to a customer.\n    parameters: {}\n    side_effects: none\n';
  await call('upload_blueprint', { blueprint: `${BLUEPRINT.trim()}\n${more}framework: langchain\n` });
  expect((await visitor.open('/agents')).text).toContain('langchain 3 tools');
});

/** The agents a page shows, in order. */
function cards(html: string): string[] {
  return [...html.matchAll(/<h2><a href="[^"]*">([^<]*)</g)].map(([, name]) => name ?? '');
}

test('agents are ordered by name, score or last run, and those without one come last', async () => {
  const workspace = await newWorkspace();
  const low = await storeAgent(workspace, 'agent-c', { score: 12, previous: 20 });
  await storeAgent(workspace, 'agent-a', { score: 95 });
  const fresh = await storeAgent(workspace, 'agent-d');
  await storeAgent(workspace, 'agent-b');
  await storeRun(workspace, { agentId: low, at: Date.now() - DAY_MS });
  await storeRun(workspace, { agentId: fresh, at: Date.now() - HOUR_MS });
  const visitor = await visit(workspace);
  const order = async (query: string) =>
    cards((await visitor.open(`/agents${query}`)).html)
      .map((name) => name.at(-1))
      .join('');
  expect([await order(''), await order('?sort=score'), await order('?sort=last_run')]).toEqual([
    'abcd',
    'acbd',
    'dcab',
  ]);
});

test.each(['name', 'score', 'last_run'])('whoever pages through the agents by %s sees each once', async (sort) => {
  const workspace = await newWorkspace();
  const names = Array.from({ length: 60 }, (_, index) => `agent-${String(index).padStart(3, '0')}`);
  for (const [index, name] of names.entries()) {
    const agentId = await storeAgent(workspace, name, index % 3 === 0 ? {} : { score: 50 + (index % 4) });
    if (index % 5 === 0) await storeRun(workspace, { agentId, at: 1_000 + (index % 10) });
  }
  const visitor = await visit(workspace);
  const pages: string[][] = [];
  for (let url = `/agents?sort=${sort}`; url !== ''; ) {
    const { html } = await visitor.open(url);
    pages.push(cards(html));
    url = linkOf(html, 'Next page');
  }
  expect(pages.map((page) => page.length)).toEqual([24, 24, 12]);
  expect(pages.flat().sort()).toEqual(names);
});

test('two runs that are ticked lead to their comparison, the older one first, and anything else is refused in a sentence', async () => {
  const { visitor, runs } = await fleet();
  const { html } = await visitor.open('/runs');
  expect(html).toContain(`<input type="checkbox" name="run" value="${runs.fresh}"`);
  const compare = async (...ticked: string[]) => {
    const query = new URLSearchParams(ticked.map((id) => ['run', id]));
    const answer = await request(`/runs/compare?${query}`, { headers: { cookie: visitor.cookie } });
    return [answer.status, answer.headers.get('location') ?? (await answer.text())];
  };
  expect(await compare(runs.fresh, runs.failing)).toEqual([
    302,
    `/runs/compare?agent=shop-agent&a=${runs.failing}&b=${runs.fresh}`,
  ]);
  const refused = (status: number, words: string) => [status, expect.stringContaining(words)];
  expect(await compare(runs.fresh, runs.broken)).toEqual(refused(400, 'Only runs of one agent can be compared.'));
  expect(await compare(runs.fresh)).toEqual(refused(400, 'Two runs are needed to compare. Ticked: 1.'));
  expect(await compare(runs.fresh, runs.failing, runs.broken)).toEqual(refused(400, 'Ticked: 3.'));
  expect(await compare(runs.fresh, 'tr_0000000000000009')).toEqual(refused(404, 'not in this workspace'));
});
