import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Env } from '../../src/env.ts';
import { exportLines } from '../../src/http/export/export-lines.ts';
import { streamOf } from '../../src/http/export/export-stream.ts';
import { readPlace } from '../../src/http/export/place.ts';
import { rest } from './ci-client.ts';
import { AGENT, newWorkspace, refund, request, shop, sync, type Workspace } from './client.ts';
import { visit } from './dashboard-visitor.ts';
import { full, storedCounts } from './workspace-export-scene.ts';

type Line = Record<string, unknown> & { type: string };

const NOW = Date.parse('2026-03-04T05:06:07Z');

function parse(text: string): Line[] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

async function exported({ key }: Workspace, query = ''): Promise<{ text: string; lines: Line[]; headers: Headers }> {
  const answer = await request(`/v1/workspace/export${query}`, { headers: { authorization: `Bearer ${key}` } });
  expect(answer.status).toBe(200);
  const text = await answer.text();
  return { text, lines: parse(text), headers: answer.headers };
}

async function joined(lines: AsyncGenerator<string | Uint8Array>): Promise<Line[]> {
  return parse(await new Response(streamOf(lines)).text());
}

const ofType = (lines: Line[], type: string) => lines.filter((line) => line.type === type);
const orderOf = (workspace: Workspace) => ({
  ...{ workspace: { id: workspace.id, name: 'Test workspace' }, now: NOW, after: null },
});
const objectOf = (workspace: Workspace) => env.AGENT.getByName(`${workspace.id}/${AGENT}`);

test('an export holds every record of the workspace, and nothing of another one with an agent of the same name', async () => {
  const [mine, other] = await Promise.all([full('heron'), full('osprey')]);
  const { text, lines, headers } = await exported(mine.workspace);
  expect(headers.get('content-type')).toBe('application/x-ndjson');
  expect(headers.get('content-disposition')).toMatch(
    /^attachment; filename="invarium-ws_[0-9a-f]+-[\d-]{10}\.ndjson"$/,
  );
  expect(headers.get('cache-control')).toBe('private, no-store');
  expect(lines[0]).toMatchObject({
    ...{ type: 'header', format: 'invarium-export', version: 1, after: null },
    workspace: { id: mine.workspace.id, name: 'Test workspace' },
  });

  const { counts, ...end } = lines.at(-1) as Line & { counts: Record<string, number> };
  expect(end).toEqual({ type: 'end', incomplete: false, missing: 0, next: null });
  const byType = Map.groupBy(lines.slice(1, -1), ({ type }) => type);
  expect(counts).toEqual(Object.fromEntries([...byType].map(([type, records]) => [type, records.length])));
  const stored = await storedCounts(mine.workspace);
  expect(counts).toEqual(Object.fromEntries(Object.entries(stored).filter(([, n]) => n > 0)));
  expect(stored).toMatchObject({
    blueprint: 2,
    result: 4,
    run: 2,
    webhook: 1,
    trust_rule: 1,
    report_share: 1,
    invitation: 1,
  });

  expect(text).toContain('heron');
  for (const foreign of ['osprey', other.workspace.id, other.workspace.memberId]) expect(text).not.toContain(foreign);
  expect(mine.secrets.length).toBeGreaterThan(14);
  for (const secret of mine.secrets) expect(text).not.toContain(secret);
});

test('the export tells every attempt with its verdict, evidence, review and text, and the score after each run', async () => {
  const { workspace, caseId } = await full('kestrel');
  const { lines } = await exported(workspace);
  const results = Map.groupBy(ofType(lines, 'result'), (line) => line.test_case_id === caseId);
  expect(results.get(true)).toMatchObject([
    { trial: 1, attempt: 1, result_id: 'kestrel-1', verdict: { status: 'passed', evidence: expect.any(Array) } },
    { trial: 1, attempt: 2, body: { agent_response: 'Refunded again.' }, texts_removed_at: null },
    { trial: 2, verdict: { status: 'failed', reason: 'No, says kestrel.', instead_of: { status: 'passed' } } },
  ]);
  expect(results.get(false)).toMatchObject([{ test_case_id: 'sc_unmapped_1' }]);
  const [first] = ofType(lines, 'run');
  expect(first).toMatchObject({ agent: AGENT, status: 'completed', counts: { total: 2, passed: 1, failed: 1 } });
  expect(first?.started_at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(ofType(lines, 'score')).toMatchObject([{ run_id: first?.id, score: { value: expect.any(Number) } }, {}]);
  expect(ofType(lines, 'workspace')).toMatchObject([{ retention_days: 90, redact_personal: true }]);
  expect(ofType(lines, 'blueprint').map(({ version }) => version)).toEqual([1, 2]);
  expect(ofType(lines, 'audit_entry').at(-1)).toMatchObject({ action: 'workspace.exported' });
});

test('a result whose texts retention removed says so', async () => {
  const { workspace, call, caseId } = await shop();
  await sync(call, [refund(caseId)]);
  await runInDurableObject(objectOf(workspace), (_, { storage }) => {
    storage.sql.exec('UPDATE results SET removed_at = ?1', NOW);
  });
  const { lines } = await exported(workspace);
  expect(ofType(lines, 'result')).toMatchObject([{ texts_removed_at: '2026-03-04T05:06:07.000Z' }]);
});

test('an export that stops at the number of calls says where to go on, and its files together are the whole', async () => {
  const { workspace, call, caseId } = await shop();
  const long = (trial: number) => refund(caseId, { trial, agent_response: 'x'.repeat(200_000) });
  await sync(
    call,
    Array.from({ length: 12 }, (_, index) => long(index + 1)),
  );
  const records = (lines: Line[]) => lines.slice(1, -1).map((line) => JSON.stringify(line));
  const whole = await joined(exportLines(env as Env, orderOf(workspace)));
  expect(whole.at(-1)?.counts).toMatchObject({ run: 1, result: 12, score: 1, case_version: 1 });
  const parts: string[] = [];
  let files = 0;
  for (let next: string | null = ''; next !== null; files++) {
    const after = next === '' ? null : readPlace(next);
    const file = await joined(exportLines(env as Env, { ...orderOf(workspace), after, mostCalls: 2 }));
    parts.push(...records(file));
    next = file.at(-1)?.next as string | null;
    expect(file.at(-1)).toMatchObject({ incomplete: next !== null });
  }
  expect(parts).toEqual(records(whole));
  expect(files).toBeGreaterThan(8);
});

test('over REST an export goes on after a place, and what is no place is refused', async () => {
  const { workspace } = await shop();
  const after = Buffer.from(JSON.stringify({ behind: 'zzz' })).toString('base64url');
  const { lines } = await exported(workspace, `?after=${after}`);
  expect(lines.map(({ type }) => type).filter((type) => type !== 'audit_entry')).toEqual(['header', 'end']);
  const places = [{ table: 'member', after: ['too few'] }, { table: 'sessions', after: null }, 'x'];
  for (const place of places) {
    const token = Buffer.from(JSON.stringify(place)).toString('base64url');
    const refused = await rest(workspace, `GET /v1/workspace/export?after=${token}`);
    expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_ARGUMENT' } });
  }
});

test('what an object or the database does not tell is named, and the end says that the export is incomplete', async () => {
  const { workspace } = await shop();
  const silent = { exportPage: () => Promise.reject(new Error('it is away')) };
  const deaf = { ...env, AGENT: { getByName: () => silent } } as unknown as Env;
  const lines = await joined(exportLines(deaf, orderOf(workspace)));
  expect(ofType(lines, 'missing')).toEqual([{ type: 'missing', agent: AGENT, reason: 'It did not answer.' }]);
  expect(lines.at(-1)).toMatchObject({ type: 'end', incomplete: true, missing: 1, counts: { agent: 1 } });

  const DB = {
    prepare: (sql: string) => {
      if (/FROM members/.test(sql)) throw new Error('D1_ERROR: the test broke it');
      return env.DB.prepare(sql);
    },
  };
  const partly = await joined(exportLines({ ...env, DB } as unknown as Env, orderOf(workspace)));
  expect(ofType(partly, 'missing')).toMatchObject([{ part: 'member' }]);
  expect(partly.at(-1)).toMatchObject({ incomplete: true, counts: { api_key: 1, case_version: 1 } });
});

test('a page of an export is read when the one before it was taken, and none once the reader has gone', async () => {
  const made: number[] = [];
  let isOver = false;
  async function* pages() {
    try {
      for (let page = 0; page < 50; page++) {
        made.push(page);
        yield `${page}`.padEnd(100_000);
      }
    } finally {
      isOver = true;
    }
  }
  const reader = streamOf(pages()).getReader();
  expect(made).toEqual([]);
  for (let taken = 1; taken <= 3; taken++) {
    expect((await reader.read()).value?.length).toBe(100_000);
    expect(made).toHaveLength(taken);
  }
  await reader.cancel();
  expect(isOver).toBe(true);
  expect(made).toHaveLength(3);
});

test('a reader who takes nothing any more ends the work', async () => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  async function* pages() {
    try {
      for (;;) yield 'page';
    } finally {
      end();
    }
  }
  const reader = streamOf(pages()).getReader();
  await reader.read();
  await ended;
  await expect(reader.read()).rejects.toThrow('nobody takes what is sent');
});

test('an owner downloads the export from the page, and it stands in the audit log; a viewer and a forged form get nothing', async () => {
  const workspace = await newWorkspace();
  const owner = await visit(workspace);
  const { html } = await owner.open('/settings/export');
  const csrf = /action="\/settings\/export"><input type="hidden" name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  expect((await owner.post('/settings/export', { csrf: 'forged' })).status).toBe(403);
  const answer = await owner.post('/settings/export', { csrf });
  const lines = parse(await answer.text());
  expect(lines.at(-1)).toMatchObject({ type: 'end', incomplete: false });
  const logged = await env.DB.prepare(
    "SELECT actor FROM audit_log WHERE workspace_id = ?1 AND action = 'workspace.exported'",
  )
    .bind(workspace.id)
    .all();
  expect(logged.results).toEqual([{ actor: 'dev@example.com' }]);

  await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?1").bind(workspace.memberId).run();
  expect((await owner.post('/settings/export', { csrf })).status).toBe(403);
});

test('a key without the scope admin takes no export', async () => {
  const workspace = await newWorkspace();
  const { body } = await rest(workspace, 'POST /v1/keys', { name: 'Narrow', scopes: ['read', 'write', 'ingest'] });
  const refused = await rest({ key: String(body.key) }, 'GET /v1/workspace/export');
  expect(refused.status).toBe(403);
});
