import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { ROUTES } from '../../src/http/api/routes.ts';
import { ctrf, rest, upload } from './ci-client.ts';
import { AGENT, addScenario, BLUEPRINT, type Caller, newWorkspace, refund, shop, type Workspace } from './client.ts';

/** What the routes of the REST interface are tried on, and how each of them is asked. */

export type Scene = {
  workspace: Workspace;
  call: Caller;
  scenarioId: string;
  caseId: string;
  runId: string;
  agentId: string;
};

export async function scene(): Promise<Scene> {
  const { workspace, call, scenarioId, caseId } = await shop();
  const { body } = await upload(workspace, ctrf([{ name: 'a', labels: { scenario_id: caseId } }, { name: 'b' }]), {
    branch: 'main',
  });
  const agent = await rest(workspace, `GET /v1/agents/${AGENT}`);
  return { workspace, call, scenarioId, caseId, runId: String(body.run_id), agentId: String(agent.body.id) };
}

export type Ask = { path: string; body?: unknown; headers?: Record<string, string>; status: number };

async function openRun({ workspace }: Scene): Promise<string> {
  return String((await rest(workspace, `POST /v1/agents/${AGENT}/runs`, {})).body.id);
}

async function made({ workspace }: Scene, path: string, body: unknown): Promise<string> {
  return String((await rest(workspace, `POST ${path}`, body)).body.id);
}

const OF_AGENT = `/v1/agents/${AGENT}`;
const RULE = { name: 'Jenkins', policy: { kind: 'standard_webhook' } };
const WEBHOOK = { url: 'https://ok.hooks.test/ok', events: ['run.completed'] };
const KEY = { name: 'CI', scopes: ['ingest'] };
const ofRun = (rest: string) => (at: Scene) => ({ path: `/v1/runs/${at.runId}${rest}?agent=${AGENT}`, status: 200 });
/** No proof is brought: the answer to that is all that is tried here; the rest is tried with ingestion. */
const unproved = (rest: string) => (at: Scene) => ({ path: `/ingest/${at.workspace.id}/${AGENT}${rest}`, status: 401 });

/** A run ends while a webhook listens; its message is sent once more. */
async function redelivery(at: Scene): Promise<Ask> {
  const { workspace, caseId } = at;
  await made(at, '/v1/webhooks', WEBHOOK);
  await upload(workspace, ctrf([{ name: 'a', labels: { scenario_id: caseId } }]));
  const log = `${OF_AGENT}/deliveries`;
  const [delivery] = await vi.waitFor(async () => {
    await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`) as never);
    const { deliveries } = (await rest(workspace, `GET ${log}`)).body;
    const listed = deliveries as { message_id: string; webhook_id: string }[];
    if (listed.length === 0) throw new Error('nothing was delivered yet');
    return listed;
  });
  return { path: `${log}/${delivery?.message_id}/${delivery?.webhook_id}/redeliver`, status: 202 };
}

/** One row for each operation of the interface. */
export const ROWS: Record<string, (at: Scene) => Ask | Promise<Ask>> = {
  getMe: () => ({ path: '/v1/me', status: 200 }),
  getUsage: () => ({ path: '/v1/usage', status: 200 }),
  getOverview: () => ({ path: '/v1/overview', status: 200 }),
  getSettings: () => ({ path: '/v1/settings', status: 200 }),
  changeSettings: () => ({ path: '/v1/settings', body: { retention_days: 30 }, status: 200 }),
  exportWorkspace: () => ({ path: '/v1/workspace/export', status: 200 }),
  deleteWorkspace: async () => {
    const { key } = await newWorkspace();
    return {
      ...{ path: '/v1/workspace', body: { confirm: 'Test workspace' }, status: 202 },
      headers: { authorization: `Bearer ${key}` },
    };
  },
  listMembers: () => ({ path: '/v1/members', status: 200 }),
  updateMember: ({ workspace }) => ({
    path: `/v1/members/${workspace.memberId}`,
    body: { role: 'owner' },
    status: 200,
  }),
  removeMember: ({ workspace }) => ({ path: `/v1/members/${workspace.memberId}`, status: 409 }),
  listInvitations: () => ({ path: '/v1/invitations', status: 200 }),
  createInvitation: () => ({ path: '/v1/invitations', body: { email: 'ada@example.com' }, status: 201 }),
  revokeInvitation: async (at) => ({
    ...{ path: `/v1/invitations/${await made(at, '/v1/invitations', { email: 'bob@example.com' })}`, status: 200 },
  }),
  listAuditLog: () => ({ path: '/v1/audit-log', status: 200 }),
  listAgents: () => ({ path: '/v1/agents', status: 200 }),
  uploadBlueprint: () => ({
    ...{ path: '/v1/agents', status: 201, body: BLUEPRINT.replace(AGENT, 'second-agent') },
    headers: { 'content-type': 'application/yaml' },
  }),
  getAgent: () => ({ path: OF_AGENT, status: 200 }),
  deleteAgent: async ({ workspace }) => {
    await rest(workspace, 'POST /v1/agents', { blueprint: BLUEPRINT.replace(AGENT, 'third-agent') });
    return { path: '/v1/agents/third-agent', status: 200 };
  },
  getAudit: () => ({ path: `${OF_AGENT}/audit`, status: 200 }),
  generateTests: () => ({ path: `${OF_AGENT}/tests/generate`, body: { test_description: 'refunds' }, status: 202 }),
  getGeneration: async ({ workspace }) => {
    await rest(workspace, 'POST /v1/agents', { blueprint: BLUEPRINT.replace(AGENT, 'fourth-agent') });
    const { body } = await rest(workspace, 'POST /v1/agents/fourth-agent/tests/generate', {
      test_description: 'refunds',
    });
    return { path: `/v1/generations/${body.generation_id}?agent=fourth-agent`, status: 200 };
  },
  listScenarios: () => ({ path: `${OF_AGENT}/scenarios`, status: 200 }),
  createScenario: () => ({
    ...{ path: `${OF_AGENT}/scenarios`, status: 201 },
    body: { name: 'Made over REST', user_message: 'Hello', expected_tools: ['get_order'], tags: ['rest'] },
  }),
  listTests: () => ({ path: `${OF_AGENT}/tests?limit=5`, status: 200 }),
  getSuite: () => ({ path: `${OF_AGENT}/suite.yaml`, status: 200 }),
  putSuite: () => ({
    ...{ path: `${OF_AGENT}/suite.yaml`, status: 200, headers: { 'content-type': 'application/yaml' } },
    body: 'scenarios:\n  - title: Out of a file\n    cases:\n      - user_message: Hello\n',
  }),
  updateScenario: async ({ call }) => {
    const id = await addScenario(call, { name: 'To be changed' });
    return { path: `/v1/scenarios/${id}`, body: { name: 'Changed', tags: ['x'] }, status: 200 };
  },
  deleteScenario: async ({ call }) => ({
    path: `/v1/scenarios/${await addScenario(call, { name: 'To be deleted' })}`,
    status: 200,
  }),
  toggleScenario: async ({ call }) => ({
    path: `/v1/scenarios/${await addScenario(call, { name: 'To be switched off' })}/toggle`,
    status: 200,
  }),
  updateCase: async ({ call }) => ({
    path: `/v1/cases/${await addScenario(call, { name: 'Its case is changed' })}_1`,
    ...{ body: { user_message: 'Another', expectations: { required_calls: [{ tool: 'get_order' }] } }, status: 200 },
  }),
  listRuns: () => ({ path: '/v1/runs?limit=2', status: 200 }),
  compareRuns: async ({ workspace, runId, caseId }) => {
    const { body } = await upload(workspace, ctrf([{ name: 'a', labels: { scenario_id: caseId }, status: 'failed' }]));
    return { path: `/v1/runs/compare?agent=${AGENT}&a=${runId}&b=${body.run_id}`, status: 200 };
  },
  createRun: () => ({ path: `${OF_AGENT}/runs`, body: { name: 'mine', expected_total: 3 }, status: 201 }),
  syncResults: ({ caseId }) => ({ path: `${OF_AGENT}/results`, body: { results: [refund(caseId)] }, status: 200 }),
  addResults: async (at) => ({
    ...{ path: `${OF_AGENT}/runs/${await openRun(at)}/results`, body: [refund(at.caseId)], status: 200 },
  }),
  finishRun: async (at) => ({ path: `${OF_AGENT}/runs/${await openRun(at)}/finish`, status: 200 }),
  cancelRun: async (at) => ({ path: `${OF_AGENT}/runs/${await openRun(at)}/cancel`, status: 200 }),
  deleteRun: async (at) => ({ path: `${OF_AGENT}/runs/${await openRun(at)}`, status: 200 }),
  listAgentRuns: () => ({ path: `${OF_AGENT}/runs`, status: 200 }),
  getRun: ofRun(''),
  getRunResults: ofRun('/results'),
  reviewResult: (at) => ({
    ...{ path: `/v1/runs/${at.runId}/results/${at.caseId}.1/verdict?agent=${AGENT}`, status: 200 },
    body: { status: 'passed', comment: 'fine' },
  }),
  getGate: ofRun('/gate'),
  getGateMarkdown: ofRun('/gate.md'),
  getGateJunit: ofRun('/gate.xml'),
  getReportHtml: ofRun('/report.html'),
  getReportMarkdown: ofRun('/report.md'),
  getReportJson: ofRun('/report.json'),
  getReportJunit: ofRun('/report.xml'),
  getReportCtrf: ofRun('/report.ctrf.json'),
  getReportCsv: ofRun('/report.csv'),
  getReportOtel: ofRun('/report.otel.json'),
  getBadge: () => ({ path: `${OF_AGENT}/badge`, status: 200 }),
  showBadge: async ({ workspace }) => {
    const { body } = await rest(workspace, `GET ${OF_AGENT}/badge`);
    return { path: new URL(String(body.url)).pathname, status: 200 };
  },
  ingest: () => ({ path: `/ingest/${AGENT}`, body: ctrf([{ name: 'a' }]), status: 202 }),
  ingestTrusted: unproved(''),
  finishTrusted: (at) => unproved(`/runs/${at.runId}/finish`)(at),
  gateTrusted: (at) => unproved(`/runs/${at.runId}/gate`)(at),
  gateTrustedMarkdown: (at) => unproved(`/runs/${at.runId}/gate.md`)(at),
  gateTrustedJunit: (at) => unproved(`/runs/${at.runId}/gate.xml`)(at),
  githubEvent: ({ workspace }) => ({ path: `/ingest/${workspace.id}/github`, body: {}, status: 401 }),
  listKeys: () => ({ path: '/v1/keys', status: 200 }),
  createKey: () => ({ path: '/v1/keys', body: KEY, status: 201 }),
  revokeKey: async (at) => ({ path: `/v1/keys/${await made(at, '/v1/keys', KEY)}`, status: 200 }),
  listTrustRules: () => ({ path: '/v1/trust-rules', status: 200 }),
  createTrustRule: () => ({ path: '/v1/trust-rules', body: RULE, status: 201 }),
  rotateTrustSecret: async (at) => ({
    ...{ path: `/v1/trust-rules/${await made(at, '/v1/trust-rules', RULE)}/rotate`, body: {}, status: 200 },
  }),
  finishTrustRotation: async (at) => ({
    path: `/v1/trust-rules/${await made(at, '/v1/trust-rules', RULE)}/finish-rotation`,
    status: 200,
  }),
  deleteTrustRule: async (at) => ({ path: `/v1/trust-rules/${await made(at, '/v1/trust-rules', RULE)}`, status: 200 }),
  listDeliveries: () => ({ path: `${OF_AGENT}/deliveries`, status: 200 }),
  listRefusedUploads: async ({ workspace }) => {
    await upload(workspace, ctrf([]));
    return { path: `${OF_AGENT}/refused-uploads`, status: 200 };
  },
  redeliver: redelivery,
  listWebhooks: () => ({ path: '/v1/webhooks', status: 200 }),
  createWebhook: () => ({ path: '/v1/webhooks', body: WEBHOOK, status: 201 }),
  updateWebhook: async (at) => ({
    ...{ path: `/v1/webhooks/${await made(at, '/v1/webhooks', WEBHOOK)}`, body: { enabled: false }, status: 200 },
  }),
  rotateWebhookSecret: async (at) => ({
    path: `/v1/webhooks/${await made(at, '/v1/webhooks', WEBHOOK)}/rotate`,
    status: 200,
  }),
  finishWebhookRotation: async (at) => ({
    path: `/v1/webhooks/${await made(at, '/v1/webhooks', WEBHOOK)}/finish-rotation`,
    status: 200,
  }),
  deleteWebhook: async (at) => ({ path: `/v1/webhooks/${await made(at, '/v1/webhooks', WEBHOOK)}`, status: 200 }),
};

/** An address of a route that leads to nothing: its parts are filled with what fits their form. */
export function nowhere({ path }: (typeof ROUTES)[number]): string {
  const named: Record<string, string> = { name: AGENT, agent: AGENT, id: 'tr_0123456789abcdef', key: 'sc_x_1.1' };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => named[name] ?? 'nothing');
}
