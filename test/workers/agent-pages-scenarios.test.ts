import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { AGENT, addScenario, type Caller, refund, request, shop, sync, type Workspace } from './client.ts';
import { linkOf, type Visitor, visit } from './dashboard-visitor.ts';

type Looking = { workspace: Workspace; call: Caller; visitor: Visitor; path: string; scenarioId: string };

async function looking(): Promise<Looking> {
  const { workspace, call, scenarioId } = await shop();
  const { structured } = await call('get_agent', { agent_name: AGENT });
  const path = `/agent/${structured.id}/scenarios`;
  return { workspace, call, visitor: await visit(workspace), path, scenarioId };
}

function csrfOf(html: string): string {
  return /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
}

/** Sends fields, of which some stand more than once, to a page that has a form. */
async function send({ visitor, path }: Looking, page: string, fields: [string, string][]) {
  const csrf = csrfOf((await visitor.open(path)).html);
  const headers = {
    cookie: visitor.cookie,
    origin: 'http://localhost',
    'content-type': 'application/x-www-form-urlencoded',
  };
  const body = String(new URLSearchParams([...fields, ['csrf', csrf]]));
  const answer = await request(page, { method: 'POST', headers, body });
  return { status: answer.status, location: answer.headers.get('location') ?? '', html: await answer.text() };
}

async function flush({ id }: Workspace): Promise<void> {
  await runDurableObjectAlarm(env.AGENT.getByName(`${id}/${AGENT}`));
}

const NEW: [string, string][] = [
  ['name', 'Refund & "more"'],
  ['description', 'Two steps'],
  ['user_message', 'Refund order A1,\r\nplease.'],
  ['tool', 'get_order'],
  ['tool', ''],
  ['tool', 'issue_refund'],
  ['expected_behavior', 'Looks before it pays.'],
  ['complexity', 'moderate'],
  ['tags', 'money, A1 ,money,'],
  ['expectations', '{"must_confirm": true}'],
];

test('scenarios are listed with their status, and filtered and paged by the address', async () => {
  const it = await looking();
  const { call, visitor, path, scenarioId } = it;
  for (let each = 1; each <= 20; each++) await addScenario(call, { name: `Extra ${each}`, tags: '["extra", "<b>"]' });
  await call('manage_scenario', { scenario_id: scenarioId, action: 'toggle' });
  const first = await visitor.open(path);
  expect(first.text).toContain('21 scenarios');
  expect(first.html.match(/<li class="result"/g)).toHaveLength(20);
  const second = await visitor.open(linkOf(first.html, 'Next'));
  expect(second.text).toMatch(/Not run|not run/);
  expect(second.text).toContain('inactive: left out of runs');
  const counts = async (query: string) => {
    const { html } = await visitor.open(`${path}?${query}`);
    return html.match(/<li class="result"/g)?.length ?? 0;
  };
  expect(await counts('active=no')).toBe(1);
  expect(await counts('tag=extra&page=1')).toBe(20);
  expect(await counts('tag=none')).toBe(0);
  expect(await counts('status=passed')).toBe(0);
  expect((await visitor.open(`${path}?status=wrong`)).text).toContain('status=wrong means nothing here');
});

test('the status of a scenario follows its runs', async () => {
  const it = await looking();
  await sync(it.call, [refund(`${it.scenarioId}_1`)]);
  await flush(it.workspace);
  await expect.poll(async () => (await it.visitor.open(`${it.path}?status=passed`)).text).toContain('1 scenario');
  const page = await it.visitor.open(`${it.path}/${it.scenarioId}`);
  expect(page.text).toMatch(/Refund a broken cup\s+passed/);
  expect(page.text).toMatch(/passed in the newest run/);
  await sync(it.call, [refund(`${it.scenarioId}_1`), refund(`${it.scenarioId}_1`, { trial: 2, tools_called: [] })]);
  const worse = await it.visitor.open(`${it.path}/${it.scenarioId}`);
  expect(worse.text).toMatch(/failed in the newest run/);
  const [, link = ''] = /<a href="([^"]*\/cases\/[^"]*)"/.exec(worse.html) ?? [];
  expect((await it.visitor.open(link.replaceAll('&amp;', '&'))).status).toBe(302);
});

test('a scenario opens to its case with the message and what is expected, in words', async () => {
  const { visitor, path, scenarioId } = await looking();
  const list = await visitor.open(path);
  const page = await visitor.open(linkOf(list.html, 'Refund a broken cup'));
  expect(page.text).toContain('My cup of order A1 arrived broken.');
  expect(page.text).toContain(`${scenarioId}_1`);
  expect(page.text).toMatch(/Must have succeeded: issue_refund/);
});

test('a scenario of many cases shows them a page at a time', async () => {
  const it = await looking();
  const cases = Array.from({ length: 30 }, (_, index) => ({
    n: index + 2,
    content: JSON.stringify({ title: `Case ${index + 2}`, user_message: 'Hi', expectations: {} }),
  }));
  await env.DB.prepare(
    "INSERT INTO test_cases (scenario_id, n, content) SELECT ?1, value ->> 'n', value ->> 'content' FROM json_each(?2)",
  )
    .bind(it.scenarioId, JSON.stringify(cases))
    .run();
  const first = await it.visitor.open(`${it.path}/${it.scenarioId}`);
  expect(first.text).toMatch(/31 test cases 1 to 25/);
  const second = await it.visitor.open(linkOf(first.html, 'Next page'));
  expect(second.text).toMatch(/26 to 31/);
  expect(second.html).toContain(`<code>${it.scenarioId}_31</code>`);
});

test('a scenario is created on its page, with tools in order, and is what the tool would have made', async () => {
  const it = await looking();
  const made = await send(it, `${it.path}/new`, NEW);
  expect([made.status, made.location]).toEqual([303, expect.stringMatching(new RegExp(`^${it.path}/sc_`))]);
  const { structured } = await it.call('get_tests', { agent_name: AGENT });
  const [newest] = structured.test_cases as Record<string, unknown>[];
  expect(newest).toMatchObject({
    ...{ title: 'Refund & "more"', user_message: 'Refund order A1,\nplease.', complexity: 'moderate' },
    ...{
      tags: ['money', 'A1'],
      expected_tools: ['get_order', 'issue_refund'],
      expected_behavior: 'Looks before it pays.',
    },
    expectations: expect.objectContaining({ must_confirm: true }),
  });
  expect((await it.visitor.open(made.location)).text).toMatch(/get_order › issue_refund/);
});

test('a scenario that is refused comes back with the reason and all that was typed', async () => {
  const it = await looking();
  const wrong = NEW.map(([name, value]): [string, string] => [
    name,
    name === 'expectations' ? '{"must_cofirm": true}' : value,
  ]);
  const answer = await send(it, `${it.path}/new`, wrong);
  expect(answer.status).toBe(400);
  expect(answer.html).toContain('Unknown field &#39;must_cofirm&#39; in expectations');
  expect(answer.html).toMatch(/name="expectations"[^>]*aria-invalid="true"/);
  for (const value of [
    'Refund &amp; &quot;more&quot;',
    'Two steps',
    'Refund order A1,\nplease.',
    'Looks before it pays.',
    'money, A1 ,money,',
  ])
    expect(answer.html).toContain(value);
  expect(answer.html.match(/name="tool" value="[^"]*"/g)).toEqual(
    ['get_order', '', 'issue_refund'].map((tool) => `name="tool" value="${tool}"`),
  );
  expect((await send(it, `${it.path}/new`, [['name', ' ']])).html).toContain('name is required and cannot be empty');
  const stale = await send(it, `${it.path}/new`, [...NEW, ['csrf', 'other']]);
  expect(stale.status).toBe(403);
  expect(stale.html).toContain('Looks before it pays.');
  const more = await send(it, `${it.path}/new`, [...NEW, ['do', 'more']]);
  expect(more.html.match(/name="tool"/g)).toHaveLength(7);
  expect((await it.call('list_scenarios', { agent_name: AGENT })).structured.total).toBe(1);
});

test('of a scenario that is edited only what was changed is sent', async () => {
  const it = await looking();
  const page = `${it.path}/${it.scenarioId}`;
  const fields = (more: Record<string, string>): [string, string][] =>
    Object.entries({ name: 'Refund a broken cup', description: '', expected_behavior: '', tags: '', ...more });
  expect((await send(it, `${page}/edit`, fields({}))).status).toBe(303);
  expect((await it.visitor.open(page)).text).not.toContain('changed');
  const saved = await send(
    it,
    `${page}/edit`,
    fields({ name: 'Refund a cup', tags: 'cups, money', expected_behavior: 'Pays once.' }),
  );
  expect(saved.location).toBe(page);
  expect((await it.visitor.open(page)).text).toMatch(/Refund a cup .* cups money .* Behaves like this: Pays once\./);
  const refused = await send(it, `${page}/edit`, fields({ name: ' ', description: 'kept <b>' }));
  expect(refused.status).toBe(400);
  expect(refused.html).toContain('name is required and cannot be empty');
  expect(refused.html).toContain('kept &lt;b&gt;');
});

test('a scenario is taken out of runs and put back, and a form that is sent twice does so once', async () => {
  const it = await looking();
  const page = `${it.path}/${it.scenarioId}`;
  const active = async () => {
    const { structured } = await it.call('list_scenarios', { agent_name: AGENT });
    return (structured.scenarios as { active: boolean }[])[0]?.active;
  };
  for (let each = 0; each < 2; each++)
    expect((await send(it, `${page}/toggle`, [['to', 'inactive']])).location).toBe(page);
  expect(await active()).toBe(false);
  await send(it, `${page}/toggle`, [['to', 'active']]);
  expect(await active()).toBe(true);
});

test('a scenario is deleted after a question, and is gone for its page too', async () => {
  const it = await looking();
  const page = `${it.path}/${it.scenarioId}`;
  const question = await it.visitor.open(linkOf((await it.visitor.open(page)).html, 'Delete'));
  expect(question.text).toMatch(/Delete the scenario Refund a broken cup \? .*1 test case/);
  const answer = await send(it, `${page}/delete`, []);
  expect([answer.status, answer.location]).toEqual([303, it.path]);
  expect((await it.visitor.open(page)).status).toBe(404);
  expect((await send(it, `${page}/delete`, [])).status).toBe(404);
  expect((await it.visitor.open(it.path)).text).toContain('No scenarios yet.');
});

test('a scenario of another agent of the workspace is none of this one', async () => {
  const it = await looking();
  await it.call('upload_blueprint', {
    blueprint: 'agent_name: other-agent\ntools: [{name: a, description: b, parameters: {}}]',
  });
  const { structured } = await it.call('create_scenario', {
    agent_name: 'other-agent',
    name: 'Theirs',
    user_message: 'Hi',
  });
  const page = `${it.path}/${structured.scenario_id}`;
  expect((await it.visitor.open(page)).status).toBe(404);
  expect((await send(it, `${page}/delete`, [])).status).toBe(404);
  expect((await it.visitor.open(`${it.path}/${it.scenarioId}_1`)).status).toBe(404);
});
