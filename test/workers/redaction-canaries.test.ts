import { expect, onTestFinished, test, vi } from 'vitest';
import app from '../../src/worker.ts';
import { type Scene, scene } from './api-scene.ts';
import { dumpAll } from './canary-dump.ts';
import { formPlants, formsOf, openPlants } from './canary-pages.ts';
import { linePlants, restPlants } from './canary-rest.ts';
import { Plantings } from './canary-texts.ts';
import { type Plant, toolPlants } from './canary-tools.ts';
import { reportPlants, signedPlants } from './canary-uploads.ts';
import { visit } from './dashboard-visitor.ts';

const PATIENCE_MS = 300_000;

/** Places that take a name of something, a choice or a form of its own, and no text of any kind. */
const TAKES_NO_TEXT = [
  / (?:agent|agent_name|phase|action|scenario_id|generation_id|test_run_id|shard|prune|role|confirm|email|key|days)$/,
  / (?:complexity|failure_category|persona|test_cases|expectations|stallMinutes|retentionDays|blueprint)$/,
  / blueprint (?:agent_name|framework|tools\[0\]\.(?:name|side_effects)|graph\.(?:nodes\[0\]\.(?:id|type)|edges\[0\]\.(?:from|to|type)))$/,
  /results\[\]\.scenario_id$|scenarios\[\]\.id$|policy\.repository|expected_tools\[\]$| url$/,
  /^GET | path | query |^POST \/ingest\/|^\/|^GitHub|^webhook-id|\.(?:timestamp|status)$/,
];

/** Places that should have taken a text and did not: what is refused at the door says nothing of what is kept behind it. */
function unexpected(refused: readonly string[]): string[] {
  return refused.filter((where) => !TAKES_NO_TEXT.some((form) => form.test(where)));
}

/** Forms that take ids, choices and buttons, or what another form takes too. */
const WITHOUT_TEXT = [
  ...['/.well-known/oauth-authorization-server', '/authorize', '/agent/:id/blueprint/check', '/first-use/key'],
  ...['/runs/:id/report/shares/:hash/revoke', '/workspaces/:id/enter', '/join/:token', '/settings/apps/withdraw'],
  ...['on', 'off', 'rotate', 'finish-rotation', 'delete'].map((act) => `/webhooks/:id/${act}`),
  ...['rotate', 'finish-rotation', 'delete'].map((act) => `/webhooks/rules/:id/${act}`),
  ...['role', 'remove', 'link'].map((act) => `/settings/members/:id/${act}`),
  ...['/webhooks/redeliver', '/settings/invitations/:id/revoke'],
];

/** Lines that were logged, in whatever way. */
function heardLines(): string[] {
  const lines: string[] = [];
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const spy = vi.spyOn(console, level).mockImplementation((...said: unknown[]) => {
      lines.push(said.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '));
    });
    onTestFinished(() => spy.mockRestore());
  }
  return lines;
}

/** Sends every text of every kind; answers which places took none of them. */
async function plantAll(plants: readonly Plant[], plantings: Plantings): Promise<string[]> {
  const refused: string[] = [];
  for (const { where, longest, personal, send } of plants) {
    let taken = 0;
    for (const text of plantings.texts(where, { longest, personal })) taken += Number(await send(text));
    if (taken === 0) refused.push(where);
  }
  return refused;
}

async function survivors(plantings: Plantings, lines: readonly string[]) {
  const places = new Map([...(await dumpAll()), ['log', lines.join('\n')]]);
  return [...places].flatMap(([place, text]) =>
    plantings.survivorsIn(text).map(({ where, kind }) => `${kind} of ${where} in ${place}`),
  );
}

async function run(plantsOf: (at: Scene) => Plant[] | Promise<Plant[]>) {
  const at = await scene();
  const lines = heardLines();
  const plantings = new Plantings();
  const refused = await plantAll(await plantsOf(at), plantings);
  return { refused, found: await survivors(plantings, lines) };
}

test('no secret that comes in through a tool is kept or logged', { timeout: PATIENCE_MS }, async () => {
  const { refused, found } = await run(toolPlants);
  expect(found).toEqual([]);
  expect(unexpected(refused)).toEqual([]);
});

test('no secret that comes in over REST is kept or logged', { timeout: PATIENCE_MS }, async () => {
  const { refused, found } = await run((at) => [...restPlants(at), ...linePlants(at)]);
  expect(found).toEqual([]);
  expect(unexpected(refused)).toEqual([]);
});
test('no secret that comes in a report or an event is kept or logged', { timeout: PATIENCE_MS }, async () => {
  const { refused, found } = await run(async (at) => [...reportPlants(at), ...(await signedPlants(at))]);
  expect(found).toEqual([]);
  expect(unexpected(refused)).toEqual([]);
});

/** Routes that pages and scripts use: the others have a table of their own. */
function pageRoutes(method: string): string[] {
  const own = app.routes.filter(
    (route) => route.method === method && !/^\/(v1|ingest|mcp|api|badge|oauth)\b/.test(route.path),
  );
  return [...new Set(own.map(({ path }) => path))];
}

test('no secret that comes in a form is kept or logged', { timeout: PATIENCE_MS }, async () => {
  const at = await scene();
  const visitor = await visit(at.workspace);
  const forms = await formsOf(visitor, at, pageRoutes('GET'));
  const lines = heardLines();
  const plantings = new Plantings();
  const plants = [...formPlants(visitor, forms), ...openPlants()];
  const refused = await plantAll(plants, plantings);
  expect(await survivors(plantings, lines)).toEqual([]);
  expect(unexpected(refused)).toEqual([]);
  const known = forms.map(({ action }) => action.split(/[?#]/)[0] ?? '');
  const isKnown = (route: string) =>
    known.some((action) => new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`).test(action));
  expect(pageRoutes('POST').filter((route) => !isKnown(route) && !WITHOUT_TEXT.includes(route))).toEqual([]);
});
