import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import type { LiveFrame } from '../../src/domain/run.ts';
import { passTime } from '../faults/worker.ts';
import { signInAs } from './browser.ts';
import { AGENT, openRun, refund, request, shop, sync } from './client.ts';

type Watcher = { frames: LiveFrame[]; closed: () => number | undefined };

/** A page's socket, and what came over it. */
async function watch(runId: string, cookie: string): Promise<Watcher> {
  const headers = { upgrade: 'websocket', origin: 'http://localhost', cookie };
  const { webSocket } = await request(`/runs/${runId}/live?agent=${AGENT}`, { headers });
  if (!webSocket) throw new Error('no socket');
  const frames: LiveFrame[] = [];
  let code: number | undefined;
  webSocket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data)) as LiveFrame));
  webSocket.addEventListener('close', (event) => {
    code = event.code;
  });
  webSocket.accept();
  return { frames, closed: () => code };
}

const total = ({ frames }: Watcher) => frames.at(-1)?.run.counts.total;

test('a watcher sees where the run stands at once, every revision after it, and the end', async () => {
  const { call, caseId, workspace } = await shop();
  const runId = await openRun(call, 30);
  const watcher = await watch(runId, await signInAs(workspace));
  await vi.waitFor(() => expect(total(watcher)).toBe(0));
  for (let trial = 1; trial <= 30; trial++) await sync(call, [refund(caseId, { trial })], { test_run_id: runId });
  await vi.waitFor(() =>
    expect(watcher.frames.at(-1)?.run).toMatchObject({ status: 'completed', counts: { total: 30, passed: 30 } }),
  );
  const [first, ...rest] = watcher.frames;
  expect(rest.length).toBeLessThan(30);
  let rev = first?.run.rev;
  for (const frame of rest) {
    expect(frame.prev).toBe(rev);
    rev = frame.run.rev;
  }
  expect(watcher.frames.at(-1)?.rows.match(/<li class="result"/g)).toHaveLength(20);
});

test('a socket outlives the sleep of its object', async () => {
  const { call, caseId, workspace } = await shop();
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  const runId = await openRun(call, 3);
  const watcher = await watch(runId, await signInAs(workspace));
  await sync(call, [refund(caseId)], { test_run_id: runId });
  await vi.waitFor(() => expect(total(watcher)).toBe(1));
  await evictDurableObject(stub);
  await sync(call, [refund(caseId, { trial: 2 })], { test_run_id: runId });
  await vi.waitFor(() => expect(total(watcher)).toBe(2));
  passTime(31 * 60_000);
  await runDurableObjectAlarm(stub);
  await vi.waitFor(() =>
    expect(watcher.frames.at(-1)?.run).toMatchObject({ status: 'failed', status_reason: 'stalled' }),
  );
});

test('a page that was signed out is closed before the next frame once its check is old', async () => {
  const { call, caseId, workspace } = await shop();
  const runId = await openRun(call, 9);
  const cookie = await signInAs(workspace);
  const [mine, other] = [await watch(runId, cookie), await watch(runId, await signInAs(workspace))];
  const home = await (await request('/', { headers: { cookie } })).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(home)?.[1] ?? '';
  const form = { cookie, origin: 'http://localhost', 'content-type': 'application/x-www-form-urlencoded' };
  await request('/sign-out', { method: 'POST', headers: form, body: `csrf=${csrf}` });
  passTime(31_000);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  await vi.waitFor(() => expect(total(other)).toBe(1));
  await vi.waitFor(() => expect(mine.closed()).toBe(4401));
  expect(total(mine)).toBe(0);
});
