import type * as z from 'zod';
import type { Scope } from '../../src/domain/access.ts';
import type { Route } from '../../src/http/api/route.ts';
import { ROUTES } from '../../src/http/api/routes.ts';
import { TOOLS } from '../../src/tools/catalog.ts';
import worker from '../../src/worker.ts';
import type { IdKind, Ids } from './access-ids.ts';
import { ctrf } from './ci-client.ts';
import { BLUEPRINT, refund } from './client.ts';

/** Everything that can be asked for, out of the catalogue of tools and the table of routes: a new one is in here, or nothing is. */

export type Door = 'tool' | 'rest' | 'page';
export type Ask = { method: string; path: string; body?: string; headers?: Record<string, string> };
export type Row = {
  door: Door;
  name: string;
  /** Scopes of which one is enough; for a page what a session needs. */
  needs: readonly Scope[] | 'open' | 'proof' | 'session';
  /** Whether it only reads. */
  reads: boolean;
  ask: (ids: Ids) => Ask;
};

/** Which ids a row names. */
export function kindsOf(row: Row, ids: Ids): IdKind[] {
  const named = new Set<IdKind>();
  const noting = new Proxy(ids, {
    get: (target, kind: IdKind) => {
      named.add(kind);
      return target[kind];
    },
  });
  row.ask(noting);
  named.delete('ruleSecret');
  return [...named];
}

const FIELDS: Record<string, IdKind> = {
  agent_name: 'agentName',
  scenario_id: 'scenarioId',
  test_run_id: 'runId',
  generation_id: 'generationId',
};

/** What a tool wants besides ids. A tool that is not in here does not exist. */
const ARGS: Record<string, (ids: Ids) => Record<string, unknown>> = {
  invarium_connect: () => ({}),
  invarium_usage: () => ({}),
  invarium_dashboard: () => ({}),
  invarium_get_workflow: () => ({}),
  invarium_prepare_blueprint: () => ({ blueprint: BLUEPRINT }),
  invarium_upload_blueprint: () => ({ blueprint: BLUEPRINT }),
  invarium_list_agents: () => ({}),
  invarium_get_agent: () => ({}),
  invarium_get_audit: () => ({}),
  invarium_delete_agent: () => ({ confirm: true }),
  invarium_generate_tests: () => ({ test_description: 'refunds' }),
  invarium_get_tests: () => ({}),
  invarium_list_scenarios: () => ({}),
  invarium_create_scenario: () => ({ name: 'Another', user_message: 'Hello' }),
  invarium_manage_scenario: () => ({ action: 'delete', confirm: true }),
  invarium_setup_tracing: () => ({}),
  invarium_sync_results: ({ caseId }) => ({ results: JSON.stringify([refund(caseId)]) }),
  invarium_list_test_runs: () => ({}),
  invarium_get_test_run: () => ({}),
};

const toolRows: Row[] = TOOLS.map((tool) => ({
  ...{ door: 'tool', name: tool.name, needs: tool.needsKey ? [tool.scope] : 'open', reads: tool.hints.readOnlyHint },
  ask: (ids) => {
    const args = ARGS[tool.name];
    if (!args) throw new Error(`The access matrix has no row for ${tool.name}`);
    const shape = (tool.input as z.ZodObject).shape;
    // A blueprint brings its name along.
    const given = Object.keys('blueprint' in shape ? {} : shape).flatMap((field) => {
      const kind = FIELDS[field];
      if (!kind && /_id$/.test(field)) throw new Error(`The access matrix does not know ${field} of ${tool.name}`);
      return kind ? [[field, ids[kind]]] : [];
    });
    const params = { name: tool.name, arguments: { ...Object.fromEntries(given), ...args(ids) } };
    return {
      ...{ method: 'POST', path: '/mcp' },
      headers: {
        ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        'mcp-protocol-version': '2025-06-18',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    };
  },
}));

/** What `{id}` and its like stand for, by the beginning of the path. The first that fits. */
const PARAMS: [RegExp, Record<string, IdKind>][] = [
  [/^\/v1\/agents\/\{name\}\/deliveries/, { name: 'agentName', message_id: 'messageId', webhook_id: 'webhookId' }],
  [/^\/v1\/agents\//, { name: 'agentName', id: 'runId' }],
  [/^\/v1\/runs\//, { id: 'runId', key: 'caseId' }],
  [/^\/v1\/scenarios\//, { id: 'scenarioId' }],
  [/^\/v1\/cases\//, { id: 'caseId' }],
  [/^\/v1\/generations\//, { id: 'generationId' }],
  [/^\/v1\/keys\//, { id: 'keyId' }],
  [/^\/v1\/trust-rules\//, { id: 'ruleId' }],
  [/^\/v1\/webhooks\//, { id: 'webhookId' }],
  [/^\/v1\/members\//, { id: 'memberId' }],
  [/^\/v1\/invitations\//, { id: 'invitationId' }],
  [/^\/ingest\//, { agent: 'agentName', workspace: 'workspaceId', id: 'runId' }],
  [/^\/badge\//, { workspace: 'workspaceId', name: 'agentName', file: 'badgeKey' }],
  [/^\/agent\/:id\/scenarios\/:scenario/, { id: 'agentId', scenario: 'scenarioId' }],
  [/^\/agent\//, { id: 'agentId', generation: 'generationId' }],
  [/^\/runs\/:id\/cases\//, { id: 'runId', key: 'caseId' }],
  [/^\/runs\//, { id: 'runId', hash: 'badgeKey', file: 'badgeKey' }],
  [/^\/api-keys\//, { id: 'keyId' }],
  [/^\/webhooks\/rules\//, { id: 'ruleId' }],
  [/^\/webhooks\//, { id: 'webhookId' }],
  [/^\/settings\/invitations\//, { id: 'invitationId' }],
  [/^\/settings\/members\//, { id: 'memberId' }],
  [/^\/workspaces\//, { id: 'workspaceId' }],
];

/** Parameters that are no ids. */
const LITERALS: Record<string, string> = {
  act: 'rotate',
  code: 'nothing',
  token: 'nothing',
  link: 'nothing',
  operation: 'getMe',
};

function fill(path: string, ids: Ids): string {
  const [, known = {}] = PARAMS.find(([start]) => start.test(path)) ?? [];
  return path.replace(/\{(\w+)\}|:(\w+)(?:\{[^}]*\})?/g, (_, braced: string | undefined, colon: string | undefined) => {
    const name = braced ?? colon ?? '';
    if (path.endsWith('{report\\.[a-z]+}') && name === 'file') return 'report.json';
    const kind = known[name];
    const literal = LITERALS[name];
    if (kind) return kind === 'caseId' && name === 'key' ? `${ids.caseId}.1` : ids[kind];
    if (literal) return literal;
    throw new Error(`The access matrix does not know what ${name} is in ${path}`);
  });
}

type Part = (ids: Ids) => unknown;
const NOTHING: Part = () => ({});
/** Bodies of the routes that take one. */
const BODIES: Record<string, Part> = {
  uploadBlueprint: () => ({ blueprint: BLUEPRINT }),
  generateTests: () => ({ test_description: 'refunds' }),
  createScenario: () => ({ name: 'Another', user_message: 'Hello' }),
  putSuite: () => ({ scenarios: [{ title: 'Another', cases: [{ user_message: 'Hello' }] }] }),
  updateScenario: () => ({ name: 'Changed' }),
  updateCase: () => ({ user_message: 'Changed' }),
  createRun: NOTHING,
  syncResults: ({ caseId }) => ({ results: [refund(caseId)] }),
  addResults: ({ caseId }) => [refund(caseId)],
  reviewResult: () => ({ status: 'passed' }),
  ingest: ({ caseId }) => ctrf([{ name: 'a', labels: { scenario_id: caseId } }]),
  ingestTrusted: () => ctrf([{ name: 'a' }]),
  githubEvent: NOTHING,
  createKey: () => ({ name: 'Mine', scopes: ['admin'] }),
  createTrustRule: () => ({ name: 'Mine', policy: { kind: 'standard_webhook' } }),
  rotateTrustSecret: NOTHING,
  createWebhook: () => ({ url: 'https://ok.hooks.test/ok', events: ['run.completed'] }),
  updateWebhook: () => ({ enabled: false }),
  updateMember: () => ({ role: 'viewer' }),
  createInvitation: () => ({ email: 'evil@example.com', role: 'owner' }),
  changeSettings: () => ({ retention_days: 1 }),
  deleteWorkspace: () => ({ confirm: 'Workspace of agent-a' }),
};

const QUERIES: Record<string, (ids: Ids) => string> = {
  compareRuns: ({ runId, otherRunId, agentName }) => `?a=${runId}&b=${otherRunId}&agent=${agentName}`,
};

function queryOf(route: Route, ids: Ids): string {
  const special = QUERIES[route.id];
  if (special) return special(ids);
  return 'agent' in route.query.shape ? `?agent=${ids.agentName}` : '';
}

const restRows: Row[] = ROUTES.map((route) => ({
  ...{ door: 'rest', name: `${route.method} ${route.path}`, reads: route.method === 'GET' },
  needs: route.access === 'open' || route.access === 'proof' ? route.access : [route.access].flat(),
  ask: (ids) => {
    const body = BODIES[route.id];
    if (route.body && !body) throw new Error(`The access matrix has no body for ${route.id}`);
    return {
      method: route.method,
      path: fill(route.path, ids) + queryOf(route, ids),
      ...(body ? { body: JSON.stringify(body(ids)), headers: { 'content-type': 'application/json' } } : {}),
    };
  },
}));

/** Pages that everybody may ask for, and doors that find out themselves whom to believe. */
const OPEN_PATHS = [
  /^\/(healthz|readyz|openapi\.json|docs.*|sign-in|assets\/.*|api\/tracer.*|favicon\.ico)$/,
  /^\/(\.well-known|oauth|api\/setup|join|report|badge)\//,
];
/** Where somebody lands who reloads after a form: they lead on to the page of that form and look nothing up. */
const LEAD_ON =
  /^\/(agent\/:id\/blueprint\/check|first-use\/key|runs\/:id\/(report\/shares|review)|settings\/(apps\/withdraw|invitations.*|members\/:id\/:act)|webhooks\/(:id\/:act|new|redeliver|rules(\/:id\/:act)?)|workspaces\/:id\/enter)$/;
/** Answered by middleware and by the rows above. */
const ELSEWHERE = /^\/(\*|mcp|v1\/.*|ingest\/.*)$/;
const OF_REST = new Set(ROUTES.map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`));

type Declared = { method: string; path: string };
const declared = new Map(
  (worker as unknown as { routes: Declared[] }).routes.map(({ method, path }) => [
    `${method} ${path}`,
    { method, path },
  ]),
);

const pageRows: Row[] = [...declared.values()]
  .filter(({ method, path }) => method !== 'ALL' && !ELSEWHERE.test(path) && !OF_REST.has(`${method} ${path}`))
  .map(({ method, path }) => ({
    ...{ door: 'page', name: `${method} ${path}`, reads: method === 'GET' },
    needs: OPEN_PATHS.some((open) => open.test(path)) || (method === 'GET' && LEAD_ON.test(path)) ? 'open' : 'session',
    ask: (ids) => ({
      method,
      path: fill(path, ids) + (/^\/runs\/(:id|compare)/.test(path) ? runQuery(path, ids) : ''),
      ...(path.endsWith('/live') ? { headers: { upgrade: 'websocket', origin: 'http://localhost' } } : {}),
    }),
  }));

function runQuery(path: string, ids: Ids): string {
  const compared = path.startsWith('/runs/compare') ? `&run=${ids.runId}&run=${ids.otherRunId}` : '';
  return `?agent=${ids.agentName}${compared}`;
}

export const ACCESS_ROWS: readonly Row[] = [...toolRows, ...restRows, ...pageRows];
