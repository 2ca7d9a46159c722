import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { rest, runOf } from './ci-client.ts';
import { AGENT, BLUEPRINT, request, shop, type Workspace } from './client.ts';

const OTHER = 'other-agent';

/** Both agents of a workspace with an open run of the same CI job, known to D1. */
async function scene(rule: { agent_name?: string }) {
  const { workspace, call } = await shop();
  await call('upload_blueprint', { blueprint: BLUEPRINT.replace(AGENT, OTHER) });
  const runs: Record<string, unknown> = {};
  for (const name of [AGENT, OTHER]) {
    const { body } = await rest(workspace, `POST /v1/agents/${name}/runs`, { external_key: 'octo/shop/77/1' });
    runs[name] = body.id ?? body.test_run_id ?? body.run_id;
    await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${name}`));
  }
  const policy = { kind: 'github_webhook' };
  const { body } = await rest(workspace, 'POST /v1/trust-rules', { name: 'GitHub', policy, ...rule });
  return { workspace, runs, secret: String(body.secret) };
}

/** One time for all deliveries: the same event has the same body. */
const NOW = new Date().toISOString();

function deliver(
  { id }: Workspace,
  secret: string,
  { conclusion, delivery }: Record<'conclusion' | 'delivery', string>,
) {
  const run = { id: 77, run_attempt: 1, conclusion, updated_at: NOW };
  const body = JSON.stringify({ action: 'completed', repository: { full_name: 'octo/shop' }, workflow_run: run });
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const headers = {
    ...{ 'x-github-event': 'workflow_run', 'x-github-delivery': delivery, 'x-hub-signature-256': signature },
    'content-type': 'application/json',
  };
  return request(`/ingest/${id}/github`, { method: 'POST', headers, body });
}

test('a workflow run that was cancelled ends its run of every agent, once', async () => {
  const { workspace, runs, secret } = await scene({});
  const answer = await deliver(workspace, secret, { conclusion: 'cancelled', delivery: 'd-1' });
  expect(answer.status).toBe(202);
  const { ended } = (await answer.json()) as { ended: string[] };
  expect(ended.sort()).toEqual(Object.values(runs).sort());
  expect(await runOf(workspace, runs[AGENT])).toMatchObject({ status: 'failed' });
});

test('a rule for one agent ends no run of another, and the same delivery is answered the same again', async () => {
  const { workspace, runs, secret } = await scene({ agent_name: OTHER });
  const first = await deliver(workspace, secret, { conclusion: 'cancelled', delivery: 'd-1' });
  expect(await first.json()).toMatchObject({ ended: [runs[OTHER]] });
  expect(await runOf(workspace, runs[AGENT])).toMatchObject({ status: expect.stringMatching(/pending|running/) });
  const again = await deliver(workspace, secret, { conclusion: 'cancelled', delivery: 'd-1' });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await again.json()).toMatchObject({ ended: [runs[OTHER]] });
});
