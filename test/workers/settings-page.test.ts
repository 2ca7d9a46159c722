import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { newId } from '../../src/agent/ids.ts';
import { d1, plan } from '../faults/worker.ts';
import { newWorkspace, refund, request, shop, sync } from './client.ts';
import { visit } from './dashboard-visitor.ts';

const PATIENCE = { timeout: 10_000 };

afterEach(() => {
  plan.text = null;
  d1.mode = 'ok';
});

test('the page shows the figures that invarium_usage tells, limited or not', async () => {
  const { workspace, call, caseId } = await shop();
  await sync(
    call,
    [1, 2, 3].map((trial) => refund(caseId, { trial })),
  );
  // D1 hears of a run a second after its end.
  await vi.waitFor(async () => expect((await call('usage')).text).toContain('Simulation credits: 3 '), PATIENCE);
  const visitor = await visit(workspace);
  const limits = { agents: 2, generations: 200, credits: null, api_keys: 1 };
  for (const text of [null, JSON.stringify({ name: 'Free', limits })]) {
    plan.text = text;
    const told = (await call('usage')).text;
    const figures = [...told.matchAll(/^ {2}(\S[^:]*): (.*)$/gm)];
    expect(figures).toHaveLength(4);
    const page = await visitor.open('/settings');
    for (const [, label, figure = ''] of figures)
      expect(page.text).toMatch(new RegExp(`${label} (this month, resets \\S+ )?${escaped(figure)}`));
    expect(page.text).toContain(`Usage and plan ${/^Plan: (.*)$/m.exec(told)?.[1]}`);
    expect(page.text).toContain(`resets ${/Resets: (\S+)/.exec(told)?.[1]}`);
    expect(page.html.match(/<meter /g)?.length ?? 0).toBe(text === null ? 0 : 3);
  }
});

function escaped(text: string): string {
  return text.replace(/[()[\]/]/g, '\\$&').replace(/\s+/g, '\\s+');
}

test('the page says who is signed in where, what rules hold, and how to connect', async () => {
  const workspace = await newWorkspace('Cups & <b>plates</b>');
  const visitor = await visit(workspace);
  const { text, html } = await visitor.open('/settings');
  expect(text).toContain('Signed in as dev@example.com Role owner');
  expect(text).toContain(`Name Cups &amp; &lt;b&gt;plates&lt;/b&gt; Id ${workspace.id}`);
  expect(html).toContain(`id="stallMinutes" name="stallMinutes" type="number" min="3" max="720"`);
  expect(html).toContain('<pre class="copy">http://localhost/mcp</pre>');
  expect(html.match(/<details class="client"/g)).toHaveLength(3);
  await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?1").bind(workspace.memberId).run();
  expect((await visitor.open('/settings')).text).toContain('Role viewer , who may look at everything');
});

for (const mode of ['fail', 'hang'] as const) {
  test(`while D1 calls ${mode} the page says so and still shows what it knows`, async () => {
    const workspace = await newWorkspace('Cut off');
    const visitor = await visit(workspace);
    d1.mode = mode;
    const { status, text } = await visitor.open('/settings');
    expect(status).toBe(200);
    expect(text).toContain('The database does not answer, so usage cannot be shown.');
    expect(text).toContain('Signed in as dev@example.com Role owner');
    expect(text).toContain(`Name Cut off Id ${workspace.id}`);
    expect(text).toContain('http://localhost/mcp');
  });
}

test("signing out everywhere ends every session of the member, and no other member's", async () => {
  const workspace = await newWorkspace();
  const [here, there] = [await visit(workspace), await visit(workspace)];
  const memberId = newId('mb');
  await env.DB.prepare(
    "INSERT INTO members (id, workspace_id, email, role, created_at) VALUES (?1, ?2, 'other@example.com', 'viewer', 2)",
  )
    .bind(memberId, workspace.id)
    .run();
  const other = await visit({ ...workspace, memberId });
  const { html } = await here.open('/settings');
  expect(html).toContain('action="/sign-out-everywhere"');
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  expect((await here.post('/sign-out-everywhere', { csrf: 'forged' })).status).toBe(403);
  expect((await there.open('/settings')).status).toBe(200);
  const answer = await here.post('/sign-out-everywhere', { csrf });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in']);
  for (const visitor of [here, there]) expect((await visitor.open('/settings')).status).toBe(302);
  expect((await other.open('/settings')).status).toBe(200);
});

test('the way out is on the page, and without a session there is no page', async () => {
  const visitor = await visit(await newWorkspace());
  const answer = await request('/settings', { headers: { cookie: visitor.cookie } });
  expect(answer.headers.get('cache-control')).toBe('private, no-store');
  const [, csrf = ''] =
    /action="\/sign-out"><input type="hidden" name="csrf" value="([^"]+)"/.exec(await answer.text()) ?? [];
  expect((await visitor.post('/sign-out', { csrf })).status).toBe(303);
  const after = await request('/settings', { headers: { cookie: visitor.cookie } });
  expect([after.status, after.headers.get('location')]).toEqual([302, '/sign-in?next=%2Fsettings']);
});
