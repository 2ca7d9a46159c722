import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { ROOT, type Server, startServer } from './server.ts';

/** The recipes for CI, run as they stand in the README. */

const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const directory = mkdtempSync(path.join(tmpdir(), 'invarium-recipes-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let server: Server;
beforeAll(async () => {
  server = await startServer();
  const made = await post('/v1/agents', JSON.stringify(BLUEPRINT), 'text/yaml');
  expect(made.status).toBe(201);
});

function post(where: string, body: string, type = 'application/json'): Promise<Response> {
  const { base_url, api_key } = server.facts;
  const headers = { authorization: `Bearer ${api_key}`, 'content-type': type };
  return fetch(`${base_url}${where}`, { method: 'POST', headers, body });
}

/** The code between the marks of a recipe. */
function recipe(name: string): string {
  const [, code] =
    new RegExp(`<!-- recipe:${name} -->\\n\`\`\`\\w*\\n([\\s\\S]*?)\`\`\`\\n<!-- /recipe:${name} -->`).exec(README) ??
    [];
  if (code === undefined) throw new Error(`README.md has no recipe ${name}`);
  return code;
}

type Ended = { code: number; out: string };

/** Runs a recipe in a shell of its own, as a CI job does. */
function run(name: string, settings: Record<string, string>): Promise<Ended> {
  const { base_url: INVARIUM_URL, api_key: INVARIUM_API_KEY, workspace_id: INVARIUM_WORKSPACE } = server.facts;
  const known = { PATH: process.env.PATH ?? '', INVARIUM_URL, INVARIUM_API_KEY, INVARIUM_WORKSPACE, AGENT: AGENT_NAME };
  return new Promise((resolve) => {
    const child = execFile(
      'sh',
      ['-c', recipe(name)],
      { env: { ...known, ...settings }, cwd: directory },
      (error, stdout, stderr) => resolve({ code: error ? (child.exitCode ?? -1) : 0, out: stdout + stderr }),
    );
  });
}

function report(name: string, text: string): string {
  const file = path.join(directory, name);
  writeFileSync(file, text);
  return file;
}

const CASES = {
  pytest: (outcome: string) =>
    `<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="0" failures="1" skipped="0" tests="2" time="0.1" timestamp="2026-05-06T07:08:09" hostname="ci"><testcase classname="tests.test_orders" name="test_greets" time="0.001"><properties><property name="owner" value="qa" /></properties></testcase><testcase classname="tests.test_orders" name="test_refunds[A1]" time="0.001">${outcome}</testcase></testsuite></testsuites>`,
  vitest: (outcome: string) =>
    `<?xml version="1.0" encoding="UTF-8" ?>\n<testsuites name="vitest tests" tests="2" failures="1" errors="0" time="0.1"><testsuite name="test/orders.test.ts" timestamp="2026-05-06T07:08:09.000Z" hostname="ci" tests="2" failures="1" errors="0" skipped="0" time="0.003"><testcase classname="test/orders.test.ts" name="orders &gt; greets" time="0.001"></testcase><testcase classname="test/orders.test.ts" name="orders &gt; refunds" time="0.002">${outcome}</testcase></testsuite></testsuites>`,
  jest: (outcome: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="jest tests" tests="2" failures="1" errors="0" time="0.6"><testsuite name="orders" errors="0" failures="1" skipped="0" timestamp="2026-05-06T07:08:09" time="0.4" tests="2"><testcase classname="orders greets" name="orders greets" time="0.002"></testcase><testcase classname="orders refunds" name="orders refunds" time="0.002">${outcome}</testcase></testsuite></testsuites>`,
  playwright: (outcome: string) =>
    `<testsuites id="" name="" tests="2" failures="1" skipped="0" errors="0" time="1.2"><testsuite name="orders.spec.ts" timestamp="2026-05-06T07:08:09.000Z" hostname="chromium" tests="2" failures="1" skipped="0" time="1.1" errors="0"><testcase name="greets" classname="orders.spec.ts" time="0.5"></testcase><testcase name="refunds" classname="orders.spec.ts" time="0.6">${outcome}</testcase></testsuite></testsuites>`,
};
const FAILURE = '<failure message="was 11.00, not 12.50">assert 11.0 == 12.5</failure>';

test.each(Object.entries(CASES))(
  'the gate of the README is green on a good run of %s and red with the reasons on a bad one',
  async (runner, print) => {
    const good = await run('gate', { REPORT: report(`${runner}-good.xml`, print('')) });
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining('# Gate passed') });
    expect(good.out).toContain('2 of 2 results passed');
    const bad = await run('gate', { REPORT: report(`${runner}-bad.xml`, print(FAILURE)) });
    expect([bad.code, bad.out]).toEqual([
      22,
      expect.stringContaining('| **no** | Pass rate | at least 100 % | 50 % (1 of 2) |'),
    ]);
    expect(bad.out).toContain('was 11.00, not 12.50');
    const lenient = await run('gate', { REPORT: report(`${runner}-bad.xml`, print(FAILURE)), MIN_PASS_RATE: '0.5' });
    expect(lenient.code).toBe(0);
  },
);

test('the gate of the README is red where the report is none, or cannot be delivered', async () => {
  const empty = await run('gate', { REPORT: report('empty.xml', '<testsuites></testsuites>') });
  expect([empty.code, empty.out]).toEqual([1, expect.stringContaining('There is no test in the report')]);
  const unknown = await run('gate', { REPORT: report('good.xml', CASES.pytest('')), AGENT: 'nobody' });
  expect([unknown.code, unknown.out]).toEqual([1, expect.stringContaining('Agent not found')]);
  const stranger = await run('gate', {
    REPORT: report('good.xml', CASES.pytest('')),
    INVARIUM_API_KEY: `inv_${'x'.repeat(40)}`,
  });
  expect(stranger.code).toBe(1);
});

test('shards that are delivered as the README says are one run, over with the last of them', async () => {
  const shard = (SHARD: string) =>
    run('shard', {
      REPORT: report(`s${SHARD}.xml`, CASES.pytest('').replaceAll('test_', `test_${SHARD}_`)),
      JOB: 'job-1',
      SHARD,
      SHARDS: '2',
    });
  const one = await shard('2');
  expect(one).toMatchObject({ code: 0, out: expect.stringContaining('"status":"running"') });
  expect((await shard('1')).out).toMatch(/"status":"completed".*"total":4/);
});

/** GitHub's side of a job, and our door as a job sees it that is believed by its token: with the key of the test in the token's place. */
async function github(): Promise<{ origin: string; asked: string[]; close: () => void }> {
  const asked: string[] = [];
  const { base_url, api_key, workspace_id } = server.facts;
  const believe = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = request.url ?? '';
    asked.push(`${request.method} ${url} ${request.headers.authorization}`);
    if (url.startsWith('/token?')) return response.end(JSON.stringify({ count: 1, value: 'the.job.token' }));
    const rest = url.replace(`/ingest/${workspace_id}/`, '/ingest/');
    const path = rest.replace(/^\/ingest\/([^/]+)\/runs\/(\w+)\/gate\.md\?/, '/v1/runs/$2/gate.md?agent=$1&');
    const { method = 'GET' } = request;
    const headers = { authorization: `Bearer ${api_key}` };
    const body = method === 'POST' ? { body: Buffer.concat(chunks) } : {};
    const answer = await fetch(`${base_url}${path}`, { method, headers, ...body });
    response.writeHead(answer.status).end(await answer.text());
  };
  const stand = createServer((request, response) => void believe(request, response));
  await new Promise<void>((resolve) => stand.listen(0, '127.0.0.1', resolve));
  const { port } = stand.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, asked, close: () => stand.close() };
}

test('the recipe for GitHub Actions asks for a token of our server, delivers with it, and is as green or red as the gate', async () => {
  const { origin, asked, close } = await github();
  const summary = report('summary.md', '');
  const settings = {
    ...{ INVARIUM_URL: origin, INVARIUM_API_KEY: '', BRANCH: 'main', GITHUB_STEP_SUMMARY: summary },
    ...{ ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'ask', ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}/token?api-version=2` },
  };
  const good = await run('oidc', { ...settings, REPORT: report('good.xml', CASES.pytest('')) });
  expect(good).toMatchObject({ code: 0, out: expect.stringContaining('# Gate passed') });
  expect(asked).toEqual([
    `GET /token?api-version=2&audience=${origin} Bearer ask`,
    `POST /ingest/${server.facts.workspace_id}/${AGENT_NAME}?branch=main&shard=1/1 Bearer the.job.token`,
    expect.stringMatching(/^GET \/ingest\/ws_\w+\/[\w-]+\/runs\/tr_\w+\/gate\.md\?\S+ Bearer the\.job\.token$/),
  ]);
  const bad = await run('oidc', { ...settings, REPORT: report('bad.xml', CASES.pytest(FAILURE)) });
  expect([bad.code, bad.out]).toEqual([22, expect.stringContaining('# Gate failed')]);
  expect(readFileSync(summary, 'utf8')).toMatch(/# Gate passed[\s\S]+# Gate failed/);
  close();
});
