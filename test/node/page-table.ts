import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { Workspace } from './dashboard-workspace.ts';
import { ROOT } from './server.ts';

const TABS = 3;

/** A page of the dashboard as somebody comes to it; `route` is how the server declares the address. */
export type PageEntry = {
  route: string;
  name: string;
  path: (workspace: Workspace) => string;
  /** What it is answered with; 200 where nothing is said. */
  status?: number;
  /** Holds a whole document to edit, which may weigh what it weighs. */
  isDocument?: boolean;
  /** What is pressed to come to it from there. */
  act?: (page: Page) => Promise<void>;
};

const runPath =
  (run: 'after' | 'running', page = '', query = '') =>
  ({ runs, agentName }: Workspace) =>
    `/runs/${runs[run]}${page}?agent=${agentName}${query}`;
const agentPath =
  (page = '') =>
  ({ agentId }: Workspace) =>
    `/agent/${agentId}${page}`;
const casePath = (index: number) => (workspace: Workspace) =>
  runPath('after', `/cases/${workspace.cases.at(index)}.1`)(workspace);
const scenarioPath =
  (page = '') =>
  (workspace: Workspace) =>
    agentPath(`/scenarios/${workspace.cases[0]?.replace(/_\d+$/, '')}${page}`)(workspace);

/** Presses what leads to another page, and waits for that. */
const press = (role: 'button' | 'link', name: string | RegExp) => async (page: Page) => {
  await Promise.all([page.waitForEvent('load'), page.getByRole(role, { name }).first().click()]);
};

async function makeKey(page: Page): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill('Laptop');
  await press('button', 'Create key')(page);
}

/** Presses what belongs to a webhook, which is made where there is none: a workspace may have 20. */
const ofWebhook = (role: 'button' | 'link', name: string) => async (page: Page) => {
  if ((await page.getByRole('link', { name: 'Delete…' }).count()) === 0) {
    await page.getByLabel('URL', { exact: true }).fill('https://receiver.invalid/hook');
    await press('button', 'Add webhook')(page);
    await press('link', /go back$/)(page);
  }
  await press(role, name)(page);
};

/** The same of a trust rule. */
const ofRule = (role: 'button' | 'link', name: string) => async (page: Page) => {
  if ((await page.getByRole('link', { name: 'Delete…' }).count()) === 0) {
    await page.locator('summary', { hasText: 'Standard Webhooks' }).click();
    await page.locator('#standard_webhook-name').fill('CI');
    await press('button', 'Trust it')(page);
    await press('link', /go back$/)(page);
  }
  await press(role, name)(page);
};

/** Somebody else each time: of two invitations to one address only the later one is open. */
async function invite(page: Page): Promise<void> {
  await page.getByLabel('E-mail address').fill(`ada${Date.now()}${Math.floor(Math.random() * 1e6)}@example.com`);
  await press('button', 'Make an invitation link')(page);
}

async function openInvitation(page: Page): Promise<void> {
  await invite(page);
  await page.goto(await page.locator('pre.copy').innerText());
}

/** A client registers itself and leads here. */
async function openConsent(page: Page): Promise<void> {
  const redirect_uri = 'http://127.0.0.1:4321/callback';
  const client = { client_name: 'An editor', redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none' };
  const answer = await page.request.post('/oauth/register', { data: client });
  const { client_id } = (await answer.json()) as { client_id: string };
  const challenge = { code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' };
  await page.goto(
    `/authorize?${new URLSearchParams({ response_type: 'code', client_id, redirect_uri, ...challenge })}`,
  );
}

async function signInWrongly(page: Page): Promise<void> {
  await page.getByLabel('API key', { exact: true }).fill('inv_nobody');
  await press('button', 'Sign in')(page);
}

async function openShared(page: Page): Promise<void> {
  await press('button', 'Make a link')(page);
  await page.goto(await page.locator('.made pre').innerText());
}

/** What an empty workspace shows. */
export const FIRST_PAGES: PageEntry[] = [
  { route: '/', name: 'first use', path: () => '/' },
  { route: '/', name: 'first use with a key', path: () => '/', act: press('button', 'Make a key for Claude Code') },
  { route: '/agents', name: 'no agents', path: () => '/agents' },
  { route: '/runs', name: 'no runs', path: () => '/runs' },
  { route: '/review', name: 'nothing to review', path: () => '/review' },
  { route: '/webhooks', name: 'no webhooks', path: () => '/webhooks' },
  { route: '/webhooks/uploads', name: 'no trust rules', path: () => '/webhooks/uploads' },
];

const AGENT_PAGES: PageEntry[] = [
  { route: '/agent/:id', name: 'agent', path: agentPath() },
  { route: '/agent/:id/blueprint', name: 'blueprint', path: agentPath('/blueprint') },
  { route: '/agent/:id/blueprint/diff', name: 'blueprint changes', path: agentPath('/blueprint/diff') },
  {
    route: '/agent/:id/blueprint/edit',
    name: 'blueprint edited',
    path: agentPath('/blueprint/edit'),
    isDocument: true,
  },
  { route: '/agent/:id/scenarios', name: 'scenarios', path: agentPath('/scenarios') },
  { route: '/agent/:id/scenarios/new', name: 'new scenario', path: agentPath('/scenarios/new') },
  { route: '/agent/:id/scenarios/:scenario', name: 'scenario', path: scenarioPath() },
  { route: '/agent/:id/scenarios/:scenario/edit', name: 'scenario edited', path: scenarioPath('/edit') },
  { route: '/agent/:id/scenarios/:scenario/delete', name: 'delete a scenario', path: scenarioPath('/delete') },
  { route: '/agent/:id/generate', name: 'generate', path: agentPath('/generate') },
  {
    route: '/agent/:id/generations/:generation',
    name: 'generation',
    path: ({ agentId, generationId }) => `/agent/${agentId}/generations/${generationId}`,
  },
  { route: '/agent/:id/runs', name: 'runs of an agent', path: agentPath('/runs') },
  { route: '/agent/:id/compare', name: 'nothing ticked', path: agentPath('/compare'), status: 400 },
  { route: '/agent/:id/score', name: 'score', path: agentPath('/score') },
  { route: '/agent/:id/graph', name: 'graph', path: agentPath('/graph') },
  { route: '/agent/:id/audit', name: 'audit', path: agentPath('/audit') },
  { route: '/agent/:id/delete', name: 'delete an agent', path: agentPath('/delete') },
];

const RUN_PAGES: PageEntry[] = [
  { route: '/runs', name: 'runs', path: () => '/runs' },
  { route: '/runs', name: 'runs, filtered', path: () => '/runs?status=has_failures&date=7d' },
  { route: '/runs', name: 'runs, none found', path: () => '/runs?source=ci' },
  { route: '/runs/:id', name: 'run', path: runPath('after') },
  { route: '/runs/:id', name: 'run under way', path: runPath('running') },
  { route: '/runs/:id/results', name: 'results', path: runPath('after', '/results') },
  { route: '/runs/:id/cases/:key', name: 'failed case', path: casePath(0) },
  { route: '/runs/:id/cases/:key', name: 'passed case', path: casePath(2) },
  { route: '/runs/:id/cases/:key', name: 'pending case', path: casePath(-1) },
  {
    route: '/runs/compare',
    name: 'comparison',
    path: ({ agentName, runs }) => `/runs/compare?agent=${agentName}&a=${runs.before}&b=${runs.after}`,
  },
  { route: '/runs/:id/report', name: 'report', path: runPath('after', '/report') },
  { route: '/report/:link', name: 'shared report', path: runPath('after', '/report'), act: openShared },
];

/** Every page there is, in each of the shapes that differ. */
export const PAGES: PageEntry[] = [
  { route: '/', name: 'overview', path: () => '/' },
  { route: '/agents', name: 'agents', path: () => '/agents' },
  ...AGENT_PAGES,
  ...RUN_PAGES,
  { route: '/review', name: 'review', path: () => '/review' },
  { route: '/api-keys', name: 'keys', path: () => '/api-keys' },
  { route: '/api-keys', name: 'key made', path: () => '/api-keys', act: makeKey },
  { route: '/api-keys/:id/revoke', name: 'revoke a key', path: () => '/api-keys', act: press('link', /^Revoke/) },
  { route: '/webhooks', name: 'webhooks', path: () => '/webhooks' },
  { route: '/webhooks', name: 'webhook secret', path: () => '/webhooks', act: ofWebhook('button', 'Rotate secret') },
  {
    route: '/webhooks/:id/delete',
    name: 'delete a webhook',
    path: () => '/webhooks',
    act: ofWebhook('link', 'Delete…'),
  },
  { route: '/webhooks/uploads', name: 'uploads', path: () => '/webhooks/uploads' },
  {
    route: '/webhooks/rules/:id/delete',
    name: 'delete a trust rule',
    path: () => '/webhooks/uploads',
    act: ofRule('link', 'Delete…'),
  },
  { route: '/settings', name: 'settings', path: () => '/settings' },
  { route: '/settings/members', name: 'members', path: () => '/settings/members' },
  { route: '/settings/members', name: 'invitation made', path: () => '/settings/members', act: invite },
  { route: '/settings/members/:id', name: 'member', path: () => '/settings/members', act: press('link', /@/) },
  { route: '/settings/apps', name: 'connected apps', path: () => '/settings/apps' },
  { route: '/settings/audit-log', name: 'audit log', path: () => '/settings/audit-log' },
  { route: '/settings/export', name: 'export', path: () => '/settings/export' },
  { route: '/settings/delete', name: 'delete the workspace', path: () => '/settings/delete' },
  { route: '/workspaces', name: 'workspaces', path: () => '/workspaces' },
  { route: '/join/:token', name: 'join', path: () => '/settings/members', act: openInvitation },
  { route: '/join/:token', name: 'spent invitation', path: () => '/join/nothing', status: 410 },
  { route: '/authorize', name: 'consent', path: () => '/settings/apps', act: openConsent },
  { route: '/authorize', name: 'nothing to consent to', path: () => '/authorize', status: 400 },
  { route: '/docs', name: 'docs', path: () => '/docs' },
  { route: '/docs/:operation', name: 'docs of a route', path: () => '/docs/createRun' },
  { route: '/sign-in', name: 'sign-in', path: () => '/sign-in' },
  { route: '/sign-in', name: 'sign-in refused', path: () => '/sign-in', act: signInWrongly },
  { route: 'not found', name: 'nothing here', path: () => '/nowhere', status: 404 },
];

/** What GET answers without being a page: health, files, data, sockets. */
const NO_PAGES = [
  '/healthz',
  '/openapi.json',
  '/readyz',
  '/agent/:id/blueprint.yaml',
  '/agents.csv',
  '/agents.json',
  '/first-use.json',
  '/runs.csv',
  '/runs.json',
  '/runs/:id/:file{report\\\\.[a-z]+}',
  '/runs/:id/live',
  '/settings/audit-log.csv',
  '/settings/audit-log.json',
];
/** Addresses of forms that somebody lands on who had to sign in in between; they only lead on. */
const LEAD_ON = [
  '/agent/:id/blueprint/check',
  '/agent/:id/scenarios/:scenario/toggle',
  '/first-use/key',
  '/runs/:id/report/shares',
  '/runs/:id/review',
  '/settings/apps/withdraw',
  '/settings/invitations',
  '/settings/invitations/:id/revoke',
  '/settings/members/:id/:act',
  '/webhooks/:id/:act',
  '/webhooks/new',
  '/webhooks/redeliver',
  '/webhooks/rules',
  '/webhooks/rules/:id/:act',
  '/workspaces/:id/enter',
];

/** Comes to a page as a person does; answers with which status its address was answered. */
export async function openPage(page: Page, { path, act }: PageEntry, workspace: Workspace): Promise<number> {
  const answer = await page.goto(path(workspace));
  await act?.(page);
  return answer?.status() ?? 0;
}

/** Goes to all of them in a few tabs at once, because a tab that waits for the server leaves the browser idle. */
export async function visitAll(
  context: BrowserContext,
  entries: readonly PageEntry[],
  visit: (page: Page, entry: PageEntry) => Promise<string[]>,
): Promise<string[]> {
  const found: string[] = [];
  const left = entries.toReversed();
  const tab = async () => {
    const page = await context.newPage();
    for (let entry = left.pop(); entry; entry = left.pop()) found.push(...(await visit(page, entry)));
    await page.close();
  };
  await Promise.all(Array.from({ length: TABS }, tab));
  return found;
}

/** Routes that the sources declare and nobody looks at. */
export function unlistedRoutes(): string[] {
  const folder = path.join(ROOT, 'src/http');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  const declared = files.flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(/\.get\(\s*'(\/[^']*)'/g)].map(
      ([, route = '']) => route,
    ),
  );
  const known = [...PAGES.map(({ route }) => route), ...NO_PAGES, ...LEAD_ON];
  return declared.filter((route) => !known.includes(route));
}
