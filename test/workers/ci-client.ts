import { AGENT, request, type Workspace } from './client.ts';

/** A CI job of a test: it delivers reports, and asks over REST what became of them. */

export type Reply = {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & { counts: Record<string, number> };
};
type More = { key?: string; headers?: Record<string, string>; agent?: string };

async function replyOf(answer: Response): Promise<Reply> {
  const text = await answer.text();
  const isJson = text !== '' && /[/+]json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : { text, counts: {} } };
}

/** Delivers a report to the shop agent; `query` says what the address says of it. */
export async function upload(
  { key }: Pick<Workspace, 'key'>,
  report: unknown,
  query: Record<string, string> = {},
  more: More = {},
): Promise<Reply> {
  const body = typeof report === 'string' || report instanceof Uint8Array ? report : JSON.stringify(report);
  const headers = { authorization: `Bearer ${more.key ?? key}`, 'content-type': 'application/json', ...more.headers };
  const address = `/ingest/${more.agent ?? AGENT}?${new URLSearchParams(query)}`;
  return replyOf(await request(address, { method: 'POST', headers, body: body as BodyInit }));
}

/** A request to the REST interface. An object is sent as JSON. */
export async function rest(
  { key }: Pick<Workspace, 'key'>,
  call: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const [method = 'GET', path = ''] = call.split(' ');
  const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const all = { authorization: `Bearer ${key}`, ...type, ...headers };
  return replyOf(await request(path, { method, headers: all, ...init }));
}

export type CtrfTest = { name: string; status?: string } & Record<string, unknown>;

export function ctrf(tests: CtrfTest[], more: Record<string, unknown> = {}): Record<string, unknown> {
  const listed = tests.map((test) => ({ status: 'passed', duration: 5, ...test }));
  const count = (status: string) => listed.filter((test) => test.status === status).length;
  const summary = { tests: listed.length, passed: count('passed'), failed: count('failed') };
  return {
    reportFormat: 'CTRF',
    specVersion: '1.0.0',
    results: { tool: { name: 'test' }, summary: { ...summary, pending: 0, skipped: 0, other: 0 }, tests: listed },
    ...more,
  };
}

/** The run as REST tells it. */
export async function runOf(workspace: Pick<Workspace, 'key'>, runId: unknown): Promise<Reply['body']> {
  return (await rest(workspace, `GET /v1/runs/${runId}?agent=${AGENT}`)).body;
}

export async function gateOf(workspace: Pick<Workspace, 'key'>, runId: unknown, query = ''): Promise<Reply> {
  return rest(workspace, `GET /v1/runs/${runId}/gate?agent=${AGENT}${query}`);
}
