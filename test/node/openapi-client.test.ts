import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { ROOT, type Server, startServer } from './server.ts';

/** What `/openapi.json` promises: that it is what it says it is, and that a client somebody else's generator makes of it works. */

type Content = Record<string, { schema?: object }>;
type Operation = {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
};
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};
type Answer = { data?: Record<string, unknown>; error?: Record<string, unknown>; response: Response };
type Call = (options: Record<string, unknown>) => Promise<Answer>;

const GENERATOR = path.join(import.meta.dirname, 'generate-client.ts');

/** Making the client takes longer than the server keeps an idle connection: a request may find it closed. */
const patient = (request: Request) => fetch(request.clone()).catch(() => fetch(request));

let server: Server;
let document: Document;
let calls: Record<string, Call>;
const directory = mkdtempSync(path.join(tmpdir(), 'invarium-client-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

beforeAll(async () => {
  server = await startServer();
  document = (await (await fetch(`${server.facts.base_url}/openapi.json`)).json()) as Document;
  const source = path.join(directory, 'openapi.json');
  writeFileSync(source, JSON.stringify(document));
  await promisify(execFile)(process.execPath, [GENERATOR, source, path.join(directory, 'client')], { cwd: ROOT });
  calls = (await import(pathToFileURL(path.join(directory, 'client', 'sdk.gen.ts')).href)) as Record<string, Call>;
});

const operations = () =>
  Object.entries(document.paths).flatMap(([where, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ where, method, operation })),
  );

test('the document is OpenAPI 3.1: its schemas are JSON Schema 2020-12, its references lead somewhere, its paths name their parameters', () => {
  expect(document.openapi).toBe('3.1.1');
  const ajv = new Ajv2020({ strict: false, formats: {}, validateFormats: false });
  ajv.addSchema({ $id: 'invarium:document', ...document });
  const schemas = operations().flatMap(({ operation: { parameters = [], requestBody, responses } }) => [
    ...parameters.map(({ schema }) => schema),
    ...[requestBody ?? {}, ...Object.values(responses)].flatMap(({ content = {} }) =>
      Object.values(content).flatMap(({ schema }) => schema ?? []),
    ),
  ]);
  const located = JSON.parse(
    JSON.stringify([...schemas, ...Object.values(document.components.schemas)]).replaceAll(
      '"#/components',
      '"invarium:document#/components',
    ),
  ) as object[];
  expect(located.length).toBeGreaterThan(100);
  for (const schema of located) expect(() => ajv.compile(schema), JSON.stringify(schema).slice(0, 300)).not.toThrow();
  for (const { where, method, operation } of operations()) {
    const declared = (operation.parameters ?? []).filter((one) => one.in === 'path');
    const named = [...where.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect([method, where, declared.map(({ name }) => name).sort()]).toEqual([method, where, named.sort()]);
    expect(declared.every(({ required }) => required)).toBe(true);
    expect(Object.keys(operation.responses)).toContain('default');
  }
  const ids = operations().map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a client that a public generator made calls every operation, and gets an answer that is declared', async () => {
  const { base_url: baseUrl, api_key } = server.facts;
  const call = (id: string, options: Record<string, unknown> = {}) =>
    calls[id]?.({ baseUrl, auth: api_key, fetch: patient, ...options }) ??
    Promise.reject(new Error(`no function ${id}`));
  const made = await call('uploadBlueprint', { body: { blueprint: JSON.stringify(BLUEPRINT) } });
  expect([made.error, made.response.status]).toEqual([undefined, 201]);
  const agent = { name: AGENT_NAME, agent: AGENT_NAME };
  const scenario = await call('createScenario', { path: agent, body: { name: 'Greets', user_message: 'Hi' } });
  const caseId = `${scenario.data?.scenario_id}_1`;
  const result = { scenario_id: caseId, user_message: 'Hi', agent_response: 'Hello', passed: true };
  const run = await call('syncResults', { path: agent, body: { results: [result] } });
  const id = String(run.data?.test_run_id);
  const values: Record<string, string> = {
    ...agent,
    id,
    key: `${caseId}.1`,
    workspace: server.facts.workspace_id,
    file: 'none.svg',
  };
  const undeclared: string[] = [];
  const reached: number[] = [];
  // What deletes comes last, so that the others find something.
  const lastDeletes = operations().sort((a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'));
  for (const { where, method, operation } of lastDeletes) {
    const names = [...where.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const needed = (operation.parameters ?? []).filter((one) => one.in === 'query' && one.required);
    const { response, error } = await call(operation.operationId, {
      path: Object.fromEntries(names.map((name) => [name, values[name] ?? 'nothing'])),
      query: Object.fromEntries(needed.map(({ name }) => [name, id])),
      ...(operation.requestBody ? { body: operation.operationId === 'ingest' ? [result] : {} } : {}),
    });
    const isProblem =
      response?.headers.get('content-type') === 'application/problem+json' && typeof error?.code === 'string';
    if (
      !response ||
      response.status >= 500 ||
      response.status === 405 ||
      !(String(response.status) in operation.responses || isProblem)
    )
      undeclared.push(`${method} ${where}: ${response?.status} ${JSON.stringify(error)}`);
    if (response?.ok) reached.push(response.status);
  }
  expect(undeclared).toEqual([]);
  expect(operations().length).toBeGreaterThan(60);
  expect(reached.length).toBeGreaterThan(20);
});

test('the reference for people names every operation and asks nobody to sign in', async () => {
  const page = await (await fetch(`${server.facts.base_url}/docs`)).text();
  const missing = operations().filter(({ where }) => !page.includes(where.replaceAll('&', '&amp;')));
  expect(missing.map(({ where }) => where)).toEqual([]);
});
