import * as z from 'zod';
import { AGENT_NAME } from '../../domain/fields.ts';
import { externalKey, runEndOf } from '../../domain/trust-rule.ts';
import { agentObject, type Env } from '../../env.ts';
import { selectAgentsOfKey } from '../../store/ci-runs.ts';
import { agentNotFound } from '../../tools/agent-access.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { toWire } from '../../tools/wire-run.ts';
import { ofRun } from '../api/find-run.ts';
import { answerGate, GATE_FORMS, GateCriteriaQuery, type GateForm, gateAnswers } from '../api/gate-answer.ts';
import { RefusedRequest } from '../api/refused-request.ts';
import { json, keyed, type OpenApiContext, openRoute, pathParams, type Route } from '../api/route.ts';
import { Run } from '../api/run-routes.ts';
import { readCredential } from '../auth.ts';
import { type Trusted, type TrustedEvent, trustGithubEvent, trustUpload } from '../ci-trust.ts';
import { answerOnce } from '../ci-trust-delivery.ts';
import type { Trust } from '../ci-trust-faults.ts';
import { knowsItself } from '../own-origin.ts';
import { assertClaim, claimOf, settleClaim } from '../rate-limit.ts';
import { believed } from './believed.ts';
import { deliver, Taken } from './deliver.ts';
import { readWire } from './upload-body.ts';
import { UploadQuery } from './upload-request.ts';

/** `/ingest/…`: a CI job delivers its report, in whatever format its runner writes it, and hears whether it was good enough. */

const place = { tag: 'Ingestion' } as const;
const REPORT_TYPES = ['application/xml', 'text/xml', 'application/x-ndjson', 'application/octet-stream'];
const taken = [{ status: 202, description: 'What was done with it', schema: Taken }];
const description =
  'CTRF, JUnit XML, message lists, promptfoo results, OTLP/JSON spans or results of our own, recognised where `format` is left out. At most 10 MB, 32 MB inflated from gzip.';

const withKey: Route = {
  ...{ ...place, method: 'POST', path: '/ingest/{agent}', id: 'ingest', access: 'ingest', raw: true },
  summary: 'Deliver a report with an API key',
  description,
  params: pathParams('/ingest/{agent}'),
  query: UploadQuery,
  body: z.unknown(),
  bodyTypes: REPORT_TYPES,
  answers: taken,
  serve: async ({ params }, open) => {
    const { c, caller, now } = keyed(open);
    const { workspaceId, credentialId } = caller;
    const wire = await readWire(c.req.raw);
    const agentName = params.agent ?? '';
    return deliver(open, { now, sender: `key ${credentialId}`, workspaceId, agentName, wire, proof: null });
  },
};

const withProof: Route = {
  ...{ ...place, method: 'POST', path: '/ingest/{workspace}/{agent}', id: 'ingestTrusted', access: 'proof', raw: true },
  summary: 'Deliver a report with a Standard Webhooks signature or a GitHub Actions token',
  description,
  params: pathParams('/ingest/{workspace}/{agent}'),
  query: UploadQuery,
  body: z.unknown(),
  bodyTypes: REPORT_TYPES,
  answers: taken,
  serve: async ({ params: { workspace = '', agent = '' } }, context) => {
    const wire = await readWire(context.c.req.raw);
    const proof = await prove(context, { workspace, agent, wire });
    const sender = `rule ${proof.rule.name}`;
    return deliver(context, { now: context.now, sender, workspaceId: workspace, agentName: agent, wire, proof });
  },
};

/** GitHub's own webhook: a job that was cancelled does not come to say so. */
const fromGithub: Route = {
  ...{ ...place, method: 'POST', path: '/ingest/{workspace}/github', id: 'githubEvent', access: 'proof', raw: true },
  summary: "GitHub's workflow_run webhook: ends the runs of a job that is over",
  params: pathParams('/ingest/{workspace}/github'),
  query: z.object({}),
  body: z.unknown(),
  answers: [{ status: 202, description: 'Which runs it ended', schema: z.object({ ended: z.array(z.string()) }) }],
  serve: async ({ params: { workspace: workspaceId = '' } }, { c, env, now }) => {
    const event = { workspaceId, headers: c.req.raw.headers, body: await readWire(c.req.raw), now };
    const trusted = await proved({ c, now, workspaceId }, () => trustGithubEvent(env, event));
    c.set('workspace', workspaceId);
    const work = async () => {
      const ended = await endRuns(env, workspaceId, trusted);
      return { status: 202, body: JSON.stringify({ ended }) };
    };
    const { delivery } = trusted;
    const { status, body, repeated } = believed(await answerOnce(env, { delivery, now }, work));
    const headers = { 'Content-Type': 'application/json', ...(repeated ? { 'Idempotent-Replayed': 'true' } : {}) };
    return new Response(body, { status, headers });
  },
};

/** Ends what is still open of a workflow run that is over, of the agents that the rule covers. Answers the ids of the runs. */
async function endRuns(env: Env, workspaceId: string, { outcome, rule }: TrustedEvent): Promise<string[]> {
  if (!outcome) return [];
  const key = externalKey(outcome);
  const how = runEndOf(outcome.conclusion);
  const agents = await readD1(selectAgentsOfKey(env.DB, workspaceId, key));
  const ended: string[] = [];
  for (const name of agents.filter((agent) => rule.agentName === null || agent === rule.agentName)) {
    const run = await agentObject(env, workspaceId, name).endRun({ how, externalKey: key });
    if (run.ok) ended.push(run.value.id);
  }
  return ended;
}

const ofRunPath = '/ingest/{workspace}/{agent}/runs/{id}';

const finish = openRoute({
  ...{ ...place, method: 'POST', path: `${ofRunPath}/finish`, id: 'finishTrusted', access: 'proof' },
  summary: 'End a run with a signature or a token; what it holds stands',
  answers: [{ status: 200, description: 'The run as it is now', schema: Run }],
  run: async ({ params }, context) => {
    const { agent, job } = await agentOf(context, params);
    const run = await agent.endRun({ how: 'finish', runId: String(params.id), job });
    return json(toWire(ofRun(run), context.baseUrl));
  },
});

const GATES: Record<GateForm, { path: string; id: string; summary: string }> = {
  json: { path: `${ofRunPath}/gate`, id: 'gateTrusted', summary: 'The gate, with a signature or a token' },
  md: { path: `${ofRunPath}/gate.md`, id: 'gateTrustedMarkdown', summary: 'The same as Markdown' },
  xml: { path: `${ofRunPath}/gate.xml`, id: 'gateTrustedJunit', summary: 'The same as JUnit XML' },
};

const gates = GATE_FORMS.map((form) =>
  openRoute({
    ...{ ...place, method: 'GET', ...GATES[form], access: 'proof' },
    query: GateCriteriaQuery,
    answers: gateAnswers(form),
    run: async ({ params, query: criteria }, context) => {
      const { agent, job } = await agentOf(context, params);
      return answerGate(agent, { runId: String(params.id), criteria, form, baseUrl: context.baseUrl, job });
    },
  }),
);

/** In the order in which they are matched: no agent of a workspace can be called `github` here. */
export const INGEST_ROUTES: readonly Route[] = [withKey, fromGithub, withProof, finish, ...gates];

type Proving = { workspace: string; agent: string; wire: Uint8Array<ArrayBuffer> };

/** What speaks for the sender. @throws RefusedRequest where nothing does, Refusal RETRY_LATER while D1 is away */
async function prove({ c, env, baseUrl, now }: OpenApiContext, { workspace, agent, wire }: Proving): Promise<Trusted> {
  if (readCredential(c.req.header('authorization')).kind === 'key') throw keyHere();
  const upload = { workspaceId: workspace, agentName: agent, headers: c.req.raw.headers, body: wire, now };
  assertOwnOrigin(env, { baseUrl, headers: c.req.raw.headers });
  const origin = new URL(baseUrl).origin;
  const proof = await proved({ c, now, workspaceId: workspace }, () => trustUpload(env, { ...upload, origin }));
  c.set('workspace', workspace);
  return proof;
}

type Proved = Pick<OpenApiContext, 'c' | 'now'> & { workspaceId: string };

/** A source that proved something to a workspace goes on without being counted; one that fails is. @throws Refusal, RefusedRequest */
async function proved<T extends Pick<TrustedEvent, 'rule'>>(
  { c, now, workspaceId }: Proved,
  prove: () => Promise<Trust<T>>,
): Promise<T> {
  const claim = claimOf(c, `proof ${workspaceId}`, now);
  await assertClaim(c, claim);
  const trust = await readD1(prove());
  await settleClaim(c, claim, trust.ok ? trust.value.rule.id : null);
  return believed(trust);
}

function keyHere(): RefusedRequest {
  const text =
    'Here a signature or a token of the CI system is wanted. With an API key send it to /ingest/{agent_name}.';
  return new RefusedRequest({ code: 'AUTH_FAILED', text });
}

/** @throws RefusedRequest where a token is shown and we do not know our own address */
function assertOwnOrigin(env: Env, { baseUrl, headers }: { baseUrl: string; headers: Headers }): void {
  const isSigned = headers.has('webhook-signature') || headers.has('webhook-id');
  if (isSigned || knowsItself(env, baseUrl)) return;
  const text = 'This server does not know its own address, so it cannot take tokens. Set PUBLIC_URL.';
  throw new RefusedRequest({ code: 'AUTH_FAILED', text, status: 401 });
}

/** The object of the agent in the address, once the sender has proved that it may ask. A signature is one of an empty body. */
async function agentOf(context: OpenApiContext, params: Record<string, unknown>) {
  const [workspace, agent] = [String(params.workspace), String(params.agent)];
  const wire = await readWire(context.c.req.raw);
  const { run } = await prove(context, { workspace, agent, wire });
  if (!AGENT_NAME.test(agent)) throw agentNotFound(agent);
  return { agent: agentObject(context.env, workspace, agent), job: run && externalKey(run) };
}
