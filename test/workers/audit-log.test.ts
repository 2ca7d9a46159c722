import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { insertAuditEntry } from '../../src/store/audit-log.ts';
import { newWorkspace, request, type Workspace } from './client.ts';
import { linkOf } from './dashboard-visitor.ts';
import { api, keyOf } from './members-doors.ts';
import { newMember, owned } from './members-scene.ts';

const PAGE = '/settings/audit-log';
const START = Date.UTC(2026, 7, 1);

/** Lines of which several fall on one moment. */
async function fill({ id: workspaceId }: Workspace, count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await insertAuditEntry(env.DB, {
      ...{ workspaceId, at: START + Math.floor(n / 3) * 60_000, actor: n % 2 ? 'ada@example.com' : 'bob@example.com' },
      ...{ action: n % 5 ? 'run.deleted' : 'agent.deleted', subject: `line-${String(n).padStart(3, '0')}` },
    });
}

const linesOf = (text: string) => text.match(/line-\d{3}/g) ?? [];

test('the log is read page by page, newest first, and no line is missed or told twice', async () => {
  const owner = await owned();
  await fill(owner.workspace, 120);
  const seen: string[] = [];
  let path = PAGE;
  for (let page = 0; path !== '' && page < 9; page++) {
    const { html, text } = await owner.visitor.open(path);
    seen.push(...linesOf(text));
    path = linkOf(html, 'Next page');
  }
  expect(seen).toHaveLength(120);
  expect(new Set(seen).size).toBe(120);
  expect(seen.slice(0, 3).sort()).toEqual(['line-117', 'line-118', 'line-119']);
  expect(seen.slice(-3).sort()).toEqual(['line-000', 'line-001', 'line-002']);
});

test('an address says whose acts and which are shown, on the page and in both files', async () => {
  const owner = await owned();
  await fill(owner.workspace, 40);
  const query = '?actor=ada%40example.com&action=agent.deleted';
  const wanted = ['line-035', 'line-025', 'line-015', 'line-005'];
  const page = await owner.visitor.open(PAGE + query);
  expect(linesOf(page.text)).toEqual(wanted);
  expect(page.text).toContain('2026-08-01 00:11 ada@example.com deleted an agent line-035');
  const { cookie } = owner.visitor;
  const csv = await request(`${PAGE}.csv${query}`, { headers: { cookie } });
  expect([csv.headers.get('content-type'), csv.headers.get('content-disposition')]).toEqual([
    ...['text/csv; charset=utf-8', 'attachment; filename="audit-log.csv"'],
  ]);
  const [head, first, ...rest] = (await csv.text()).trim().split('\r\n');
  expect([head, first]).toEqual([
    ...['at,actor,action,subject', '2026-08-01T00:11:00.000Z,ada@example.com,agent.deleted,line-035'],
  ]);
  expect(rest).toHaveLength(3);
  const json = await (await request(`${PAGE}.json${query}`, { headers: { cookie } })).json();
  expect(json).toMatchObject({ next: null, notes: [], audit_log: wanted.map((subject) => ({ subject })) });
  expect((await owner.visitor.open(`${PAGE}?actor=nobody`)).text).toContain('No such line.');
  const odd = await owner.visitor.open(`${PAGE}?action=%3Cb%3E&after=here`);
  expect([linesOf(odd.text).length, odd.text]).toEqual([
    ...[40, expect.stringMatching(/means nothing here and was left out\..* is no place in this list/)],
  ]);
});

test('a file goes on where it ends, and a subject is no formula', async () => {
  const owner = await owned();
  await fill(owner.workspace, 1_001);
  await insertAuditEntry(env.DB, {
    ...{ workspaceId: owner.workspace.id, at: START - 1, actor: '=cmd', action: 'run.deleted', subject: '+1' },
  });
  const { cookie } = owner.visitor;
  const first = await request(`${PAGE}.csv`, { headers: { cookie } });
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
  expect((await first.text()).trim().split('\r\n')).toHaveLength(1_001);
  const second = await request(new URL(next).pathname + new URL(next).search, { headers: { cookie } });
  expect(await second.text()).toMatch(/line-\d+\r\n2026-07-31T23:59:59\.999Z,'=cmd,run\.deleted,'\+1\r\n$/);
});

test('only owners read the log, by page, file and REST', async () => {
  const owner = await owned();
  await fill(owner.workspace, 5);
  for (const role of ['member', 'viewer']) {
    const person = await newMember(owner, role);
    for (const path of [PAGE, `${PAGE}.csv`, `${PAGE}.json`]) {
      const { status, text } = await person.visitor.open(path);
      expect([status, linesOf(text).length], `${role} ${path}`).toEqual([403, 0]);
    }
    expect((await api(await keyOf(person, role, ['read']), 'GET', '/v1/audit-log')).status).toBe(403);
  }
  const stranger = await owned();
  expect(linesOf((await stranger.visitor.open(PAGE)).text)).toEqual([]);
  expect((await api((await newWorkspace()).key, 'GET', '/v1/audit-log')).body).toMatchObject({ audit_log: [] });
});

test('REST pages through the log by its cursor', async () => {
  const { key, ...workspace } = await newWorkspace();
  await fill({ ...workspace, key }, 7);
  type Page = { audit_log: { subject: string }[]; next_cursor: string | null };
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null && seen.length < 20) {
    const query = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = (await api(key, 'GET', `/v1/audit-log?limit=3${query}`)).body as Page;
    seen.push(...page.audit_log.map(({ subject }) => subject));
    cursor = page.next_cursor;
  }
  expect(seen.toSorted()).toEqual(Array.from({ length: 7 }, (_, n) => `line-00${n}`));
  expect((await api(key, 'GET', '/v1/audit-log?cursor=x')).status).toBe(400);
  expect((await api(key, 'GET', '/v1/audit-log?action=agent.deleted')).body).toMatchObject({
    audit_log: [{ subject: 'line-005' }, { subject: 'line-000' }],
  });
});
