import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { memoryMb } from './process-tree.ts';
import { type Server, startServer } from './server.ts';

/** What nobody would send who means well, against a whole server. */

const AGENT = AGENT_NAME;
const MEGABYTE = 1024 * 1024;
/** What a person waits for a refusal. */
const ANSWER_MS = 2_000;
/** A heap may keep what it grew to for the largest upload; it must not grow with their number. */
const GROWTH_MB = 64;

let server: Server;
beforeAll(async () => {
  // A young generation that may grow as it likes holds garbage; what is measured is what the server keeps.
  server = await startServer();
  const made = await call('POST', '/v1/agents', JSON.stringify(BLUEPRINT), { 'content-type': 'text/yaml' });
  expect(made.status).toBe(201);
});

async function call(method: string, path: string, body?: string | Uint8Array, headers: Record<string, string> = {}) {
  const { base_url, api_key } = server.facts;
  const all = { authorization: `Bearer ${api_key}`, ...headers };
  const answer = await fetch(`${base_url}${path}`, {
    method,
    headers: all,
    ...(body === undefined ? {} : { body: body as BodyInit }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const suite = (inner: string, head = '') =>
  `${head}<testsuite name="s"><testcase name="a">${inner}</testcase></testsuite>`;
const ctrf = (test: string) => `{"reportFormat":"CTRF","results":{"tool":{"name":"x"},"tests":[${test}]}}`;
const withExtra = (value: string) => ctrf(`{"name":"a","status":"passed","duration":1,"extra":${value}}`);
const entities = (n: number) =>
  Array.from({ length: n }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('');
const bomb = gzipSync(
  Buffer.concat([Buffer.from('{"reportFormat":"CTRF","results":{"tests":['), Buffer.alloc(256 * MEGABYTE, 32)]),
);

type Hostile = [name: string, body: string | Uint8Array, headers: Record<string, string>, statuses: number[]];
const XML = { 'content-type': 'application/xml' };
const JSON_ = { 'content-type': 'application/json' };
const GZIP = { ...JSON_, 'content-encoding': 'gzip' };

const HOSTILE: Hostile[] = [
  ['a billion laughs', suite('&e9;', `<!DOCTYPE a [<!ENTITY e0 "ha">${entities(9)}]>`), XML, [400]],
  ['an external entity', suite('&x;', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'), XML, [400]],
  ['10,000 elements in each other', `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`, XML, [400, 413]],
  ['10,000 arrays in each other', withExtra(`${'['.repeat(10_000)}${']'.repeat(10_000)}`), JSON_, [400, 413]],
  [
    'a million attributes',
    `<testsuite ${Array.from({ length: 1_000_000 }, (_, i) => `a${i}=""`)
      .join(' ')
      .slice(0, 9 * MEGABYTE)}/>`,
    XML,
    [413],
  ],
  ['a gzip bomb', bomb, GZIP, [413]],
  ['half of a gzip stream', gzipSync(ctrf('{"name":"a","status":"passed"}')).subarray(0, 60), GZIP, [400]],
  ['no gzip stream at all', ctrf('{"name":"a","status":"passed"}'), GZIP, [400]],
  ['another compression', 'x', { ...JSON_, 'content-encoding': 'br' }, [415]],
  ['11 MB', ctrf(`{"name":"${'x'.repeat(11 * MEGABYTE)}","status":"passed"}`), JSON_, [413]],
  ['a key twice', withExtra('{"a":1,"a":2}'), JSON_, [400, 422]],
  ['__proto__ as a key', withExtra('{"__proto__":{"polluted":true}}'), JSON_, [400, 422]],
  ['half of a surrogate pair', withExtra('"\\ud83d"'), JSON_, [400, 422]],
  ['bytes that are no text', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), JSON_, [400, 415]],
  ['an image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), { 'content-type': 'image/png' }, [415]],
  ['nothing', '', JSON_, [400, 415, 422]],
  ['words', 'hello there', { 'content-type': 'text/plain' }, [400, 415]],
  ['a name of 5 MB', ctrf(`{"name":"${'x'.repeat(5 * MEGABYTE)}","status":"passed"}`), JSON_, [413]],
  ['half of a report', ctrf('{"name":"a","status":"passed"}').slice(0, -3), JSON_, [400]],
];

async function total(): Promise<unknown> {
  return (await call('GET', `/v1/agents/${AGENT}/runs`)).body.total;
}

test('hostile uploads are refused with a reason within two seconds, and nothing of them is stored', async () => {
  const wrong: string[] = [];
  for (const [name, body, headers, statuses] of HOSTILE) {
    const from = performance.now();
    const answer = await call('POST', `/ingest/${AGENT}`, body, headers);
    const ms = performance.now() - from;
    const hasReason =
      typeof answer.body.detail === 'string' && answer.body.detail.length > 10 && typeof answer.body.code === 'string';
    if (!statuses.includes(answer.status) || !hasReason || ms > ANSWER_MS)
      wrong.push(`${name}: ${answer.status} in ${Math.round(ms)} ms, ${JSON.stringify(answer.body).slice(0, 200)}`);
  }
  expect(wrong).toEqual([]);
  expect(await total()).toBe(0);
});

test('dozens of large hostile uploads, four at once, leave the memory of the server where it was', async () => {
  const large = HOSTILE.filter(([name]) => /laughs|attributes|bomb|5 MB|arrays/.test(name));
  const round = async () => {
    for (const [, body, headers] of large)
      await Promise.all([1, 2, 3, 4].map(() => call('POST', `/ingest/${AGENT}`, body, headers)));
  };
  await round();
  await sleep(500);
  const before = memoryMb(server.pid);
  await round();
  await round();
  await sleep(500);
  expect(memoryMb(server.pid) - before).toBeLessThan(GROWTH_MB);
  expect(await total()).toBe(0);
});

/** Sends a request by hand, byte after byte, and answers with what comes back until the other side ends it. */
async function byHand(
  path: string,
  headers: Record<string, string>,
  send: (write: (text: string) => void, heard: () => string) => Promise<void>,
) {
  const { hostname, port } = new URL(server.facts.base_url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  const all = { host: hostname, authorization: `Bearer ${server.facts.api_key}`, ...headers };
  socket.write(
    `POST ${path} HTTP/1.1\r\n${Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );
  await send(
    (part) => socket.write(part),
    () => text,
  );
  socket.destroy();
  return text;
}

async function until(isThere: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !isThere(); await sleep(10))
    if (Date.now() > end) throw new Error('nothing came');
}

test('a body that stops arriving is refused before it holds the line', async () => {
  const from = performance.now();
  const heard = await byHand(
    `/ingest/${AGENT}`,
    { 'content-type': 'application/json', 'content-length': '1000' },
    async (write, said) => {
      write('{"reportFormat":');
      await until(() => said().includes('\r\n\r\n'));
    },
  );
  expect(heard).toMatch(/^HTTP\/1\.1 408 /);
  expect(performance.now() - from).toBeLessThan(ANSWER_MS);
});

test('a body four times as large as any may be is refused for that', async () => {
  const headers = { 'content-type': 'application/json', 'content-length': String(40 * MEGABYTE) };
  const heard = await byHand(`/ingest/${AGENT}`, headers, async (write, said) => {
    write('x'.repeat(40 * MEGABYTE));
    await until(() => said().includes('\r\n\r\n'));
  });
  expect(heard).toMatch(/^HTTP\/1\.1 413 /);
});

const resultOf = (caseId: string, trial: number) =>
  `${JSON.stringify({ scenario_id: caseId, trial, user_message: 'Hi', agent_response: 'Hello', passed: true })}\n`;
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

test('of a stream whose connection is cut everything is stored that was answered, and the rest can be sent again', async () => {
  const made = await call(
    'POST',
    `/v1/agents/${AGENT}/scenarios`,
    JSON.stringify({ name: 'Greets', user_message: 'Hi' }),
    JSON_,
  );
  const caseId = `${made.body.scenario_id}_1`;
  const run = await call('POST', `/v1/agents/${AGENT}/runs`, JSON.stringify({ expected_total: 6 }), JSON_);
  const path = `/v1/agents/${AGENT}/runs/${run.body.id}/results`;
  const headers = { 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' };
  const heard = await byHand(path, headers, async (write, said) => {
    write(chunk(resultOf(caseId, 1) + resultOf(caseId, 2)));
    await until(() => said().includes('"last_line":2'));
    write(chunk(resultOf(caseId, 3)));
    await until(() => said().includes('"last_line":3'));
    write(chunk(resultOf(caseId, 4).slice(0, 40)));
  });
  expect(heard).toContain('"accepted":2');
  const read = async () => (await call('GET', `/v1/runs/${run.body.id}?agent=${AGENT}`)).body;
  expect(await read()).toMatchObject({ status: 'running', counts: { total: 3, passed: 3 } });
  const rest = [3, 4, 5, 6].map((trial) => JSON.parse(resultOf(caseId, trial)) as unknown);
  const resumed = await call('POST', path, JSON.stringify(rest), JSON_);
  expect(resumed.body).toMatchObject({ accepted: 3, duplicate: 1, status: 'completed' });
  expect(await read()).toMatchObject({ status: 'completed', counts: { total: 6, passed: 6 } });
});
