import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { newId } from '../../src/agent/ids.ts';
import { d1, passTime } from '../faults/worker.ts';
import { ctrf, rest, upload } from './ci-client.ts';
import { AGENT, type Caller, newWorkspace, openRun, refund, shop, sync, type Workspace } from './client.ts';
import { visit } from './dashboard-visitor.ts';

const MINUTE_MS = 60_000;
const MAIL = 'jo.doe@example.org';
const SECRET = 'password=hunter2hunter2';

afterEach(() => {
  d1.mode = 'ok';
});

async function decide(workspace: Workspace, change: Record<string, unknown>) {
  const { status } = await rest(workspace, 'PATCH /v1/settings', change);
  expect(status).toBe(200);
}

async function statusOf(call: Caller, runId: string) {
  const { structured } = await call('get_test_run', { agent_name: AGENT, test_run_id: runId });
  return (structured.run as { status: string }).status;
}

async function said(call: Caller, runId: unknown): Promise<string> {
  const { structured } = await call('get_test_run', { agent_name: AGENT, test_run_id: runId });
  return JSON.stringify(structured.results);
}

function ring({ id }: Workspace) {
  return runDurableObjectAlarm(env.AGENT.getByName(`${id}/${AGENT}`));
}

test('a run ends after the stall time that held when it was made, whatever is decided later', async () => {
  const { workspace, call, caseId } = await shop();
  await decide(workspace, { stall_minutes: 5 });
  const short = await openRun(call, 2);
  await sync(call, [refund(caseId)], { test_run_id: short });
  await decide(workspace, { stall_minutes: 720 });
  const long = await openRun(call, 2);
  await sync(call, [refund(caseId)], { test_run_id: long });
  passTime(4 * MINUTE_MS);
  await ring(workspace);
  expect([await statusOf(call, short), await statusOf(call, long)]).toEqual(['running', 'running']);
  passTime(MINUTE_MS + 1_000);
  await ring(workspace);
  expect([await statusOf(call, short), await statusOf(call, long)]).toEqual(['failed', 'running']);
  passTime(714 * MINUTE_MS);
  await ring(workspace);
  expect(await statusOf(call, long)).toBe('running');
  passTime(2 * MINUTE_MS);
  await ring(workspace);
  expect(await statusOf(call, long)).toBe('failed');
});

/** A way to make a run with one result that a person's address and a password stand in. */
const DOORS: Record<string, (at: { workspace: Workspace; call: Caller; caseId: string }) => Promise<unknown>> = {
  'created empty': async ({ call, caseId }) => {
    const runId = await openRun(call);
    await sync(call, [told(caseId)], { test_run_id: runId });
    return runId;
  },
  'a batch': async ({ call, caseId }) => (await sync(call, [told(caseId)])).structured.test_run_id,
  'made over REST': async ({ workspace, call, caseId }) => {
    const { body } = await rest(workspace, `POST /v1/agents/${AGENT}/runs`, {});
    await sync(call, [told(caseId)], { test_run_id: body.id });
    return body.id;
  },
  'an upload': async ({ workspace, caseId }) => {
    const report = ctrf([
      { name: 'a', labels: { scenario_id: caseId }, status: 'failed', message: `${MAIL} ${SECRET}` },
    ]);
    return (await upload(workspace, report)).body.run_id;
  },
};

function told(caseId: string) {
  return refund(caseId, { user_message: `I am ${MAIL}, ${SECRET}.` });
}

for (const [name, door] of Object.entries(DOORS)) {
  test(`with personal data kept a run that is ${name} holds an address and never a password; before and after it holds neither`, async () => {
    const made = await shop();
    const before = await door(made);
    await decide(made.workspace, { redact_personal_data: false });
    const kept = await door(made);
    await decide(made.workspace, { redact_personal_data: true });
    const after = await door(made);
    const texts = await Promise.all([before, kept, after].map((runId) => said(made.call, runId)));
    expect(texts.map((text) => text.includes(MAIL))).toEqual([false, true, false]);
    for (const text of texts) expect(text).not.toContain('hunter2');
    expect(texts[0]).toContain('[REDACTED:');
  });
}

test('a run keeps its redaction when the workspace decides anew while it is open', async () => {
  const { workspace, call, caseId } = await shop();
  const runId = await openRun(call);
  await decide(workspace, { redact_personal_data: false });
  await sync(call, [told(caseId)], { test_run_id: runId });
  expect(await said(call, runId)).not.toContain(MAIL);
});

test('a call that adds to a run does not ask what was decided, one that makes a run does', async () => {
  const { call, caseId } = await shop();
  const runId = await openRun(call, 100);
  passTime(31_000);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  const get = vi.spyOn(Object.getPrototypeOf(env.KV) as KVNamespace, 'get');
  try {
    for (let trial = 2; trial <= 5; trial++) await sync(call, [refund(caseId, { trial })], { test_run_id: runId });
    expect(get.mock.calls.filter(([key]) => String(key).startsWith('settings:'))).toEqual([]);
    await openRun(call);
    expect(get.mock.calls.filter(([key]) => String(key).startsWith('settings:'))).toHaveLength(1);
  } finally {
    get.mockRestore();
  }
});

test('while D1 is away a run holds to what KV says was decided', async () => {
  const { workspace, call, caseId } = await shop();
  await decide(workspace, { redact_personal_data: false });
  passTime(31_000);
  d1.mode = 'fail';
  const runId = await openRun(call);
  await sync(call, [told(caseId)], { test_run_id: runId });
  expect(await said(call, runId)).toContain(MAIL);
});

test('settings are read by any key and changed within their bounds by an admin, each change with a line of the audit log', async () => {
  const workspace = await newWorkspace('Cups');
  const first = await rest(workspace, 'GET /v1/settings');
  expect(first.body).toEqual({
    ...{ name: 'Cups', stall_minutes: 30, retention_days: 90, redact_personal_data: true },
  });
  const bad = [
    ...[{ stall_minutes: 2 }, { stall_minutes: 721 }, { stall_minutes: 4.5 }, { retention_days: 0 }],
    ...[
      { retention_days: 3651 },
      { redact_personal_data: 'no' },
      { name: ' ' },
      { name: 'x'.repeat(81) },
      { other: 1 },
    ],
  ];
  for (const change of bad)
    expect([change, (await rest(workspace, 'PATCH /v1/settings', change)).status]).toEqual([change, 400]);
  const changed = await rest(workspace, 'PATCH /v1/settings', { name: 'Plates', retention_days: 7, stall_minutes: 30 });
  const now = { name: 'Plates', stall_minutes: 30, retention_days: 7, redact_personal_data: true };
  expect([changed.status, changed.body]).toEqual([200, now]);
  await rest(workspace, 'PATCH /v1/settings', { retention_days: 7 });
  expect((await rest(workspace, 'GET /v1/settings')).body).toEqual(now);
  expect(await auditOf(workspace)).toEqual(['name: Plates, retention: 7 days']);
  const weak = { ...workspace, key: await keyOf(workspace, ['read', 'write', 'ingest']) };
  expect((await rest(weak, 'GET /v1/settings')).status).toBe(200);
  expect((await rest(weak, 'PATCH /v1/settings', { retention_days: 8 })).status).toBe(403);
});

async function auditOf({ id }: Workspace): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    "SELECT subject FROM audit_log WHERE workspace_id = ?1 AND action = 'workspace.settings_changed' ORDER BY at",
  )
    .bind(id)
    .all<{ subject: string }>();
  return results.map(({ subject }) => subject);
}

async function keyOf(workspace: Workspace, scopes: string[]): Promise<string> {
  return String((await rest(workspace, 'POST /v1/keys', { name: 'Weak', scopes })).body.key);
}

const RULES = { stallMinutes: '45', retentionDays: '14', redactPersonal: '' };

async function csrfOf(visitor: Awaited<ReturnType<typeof visit>>): Promise<string> {
  return /name="csrf" value="([^"]+)"/.exec((await visitor.open('/settings')).html)?.[1] ?? '';
}

test('an owner changes name and rules in the browser, and is told beside the field what is wrong', async () => {
  const workspace = await newWorkspace('Cups');
  const visitor = await visit(workspace);
  const csrf = await csrfOf(visitor);
  const wrong = await visitor.post('/settings/rules', { csrf, ...RULES, stallMinutes: '2', retentionDays: '1e3' });
  expect(wrong.status).toBe(400);
  const html = await wrong.text();
  expect(html).toMatch(
    /id="stallMinutes"[^>]* value="2"[^>]*aria-invalid="true"[^>]*aria-describedby="stallMinutes-error/,
  );
  expect(html).toContain('id="stallMinutes-error">Give whole minutes from 3 to 720.');
  expect(html).toContain('id="retentionDays-error">Give whole days from 1 to 3,650.');
  expect(html).not.toMatch(/name="redactPersonal"[^>]* checked/);
  expect((await visitor.post('/settings/rules', { csrf: 'forged', ...RULES })).status).toBe(403);
  const saved = await visitor.post('/settings/rules', { csrf, ...RULES });
  expect([saved.status, saved.headers.get('location')]).toEqual([303, '/settings#stallMinutes']);
  expect((await visitor.post('/settings/name', { csrf, name: ' ' })).status).toBe(400);
  expect((await visitor.post('/settings/name', { csrf, name: ' Plates <b> ' })).status).toBe(303);
  const page = await visitor.open('/settings');
  expect(page.text).toContain('Name Plates &lt;b&gt; Id');
  expect(page.html).toMatch(/id="stallMinutes"[^>]* value="45"/);
  expect(page.html).toMatch(/id="retentionDays"[^>]* value="14"/);
  expect(page.html).not.toMatch(/name="redactPersonal"[^>]* checked/);
  const lines = ['stall timer: 45 minutes, retention: 14 days, personal data: kept', 'name: Plates <b>'];
  expect(await auditOf(workspace)).toEqual(lines);
});

for (const role of ['member', 'viewer']) {
  test(`a ${role} sees the rules and cannot change them`, async () => {
    const workspace = await newWorkspace();
    await decide(workspace, { retention_days: 5 });
    const memberId = newId('mb');
    const insert =
      "INSERT INTO members (id, workspace_id, email, role, created_at) VALUES (?1, ?2, 'x@example.com', ?3, 2)";
    await env.DB.prepare(insert).bind(memberId, workspace.id, role).run();
    const visitor = await visit({ ...workspace, memberId });
    const { html, text } = await visitor.open('/settings');
    expect(text).toContain('Stall timer A run that hears nothing for 30 minutes ends.');
    expect(text).toContain('Retention 5 days.');
    expect(html).not.toMatch(/action="\/settings\//);
    const csrf = await csrfOf(visitor);
    expect((await visitor.post('/settings/rules', { csrf, ...RULES })).status).toBe(403);
    expect((await visitor.post('/settings/name', { csrf, name: 'Mine' })).status).toBe(403);
    expect((await rest(workspace, 'GET /v1/settings')).body).toMatchObject({
      name: 'Test workspace',
      retention_days: 5,
    });
  });
}
