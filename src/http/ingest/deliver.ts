import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Refusal } from '../../domain/errors.ts';
import { AGENT_NAME, Counts } from '../../domain/fields.ts';
import { REPORT_FORMATS } from '../../domain/formats/reported-case.ts';
import { redact } from '../../domain/redaction/redaction.ts';
import { externalKey } from '../../domain/trust-rule.ts';
import { type AgentRpc, agentObject } from '../../env.ts';
import { agentNotFound, runUrl } from '../../tools/agent-access.ts';
import { rulesOfNewRun } from '../../tools/run-rules.ts';
import { worded } from '../api/boundary.ts';
import { readKey } from '../api/idempotency.ts';
import type { OpenApiContext } from '../api/route.ts';
import type { Trusted } from '../ci-trust.ts';
import { answerOnce, type Delivery } from '../ci-trust-delivery.ts';
import { believed } from './believed.ts';
import { takeReport, type Uploaded } from './report-upload.ts';
import { inflated } from './upload-body.ts';
import { readQuery } from './upload-request.ts';

/** An upload whose sender is known, on its way into a run of one agent. */

const MOST_REJECTED = 100;
const FIRST_BAD_STATUS = 400;

/** The answer to an upload. */
export const Taken = z
  .object({
    ...{ run_id: z.string(), agent_name: z.string(), url: z.string(), status: z.string() },
    format: z.enum(REPORT_FORMATS),
    ...{ accepted: z.int(), duplicate: z.int(), replaced: z.int() },
    unmapped: z.int().meta({ description: 'Results of this upload that no test case was made for.' }),
    rejected: z.array(z.object({ index: z.int(), code: z.string(), message: z.string() })),
    rejected_total: z.int().meta({ description: `All of them; at most ${MOST_REJECTED} are listed.` }),
    counts: Counts.meta({ description: 'Of the run as it is now.' }),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Taken' });

/** `sender` is what the list of refused uploads says; `proof` is null for a holder of an API key. */
export type Known = {
  now: number;
  sender: string;
  workspaceId: string;
  agentName: string;
  wire: Uint8Array<ArrayBuffer>;
  proof: Trusted | null;
};

/** Takes the upload in once, however often it is delivered, and notes it with the agent where it is refused. */
export async function deliver(context: OpenApiContext, known: Known): Promise<Response> {
  const { c } = context;
  const { agentName, workspaceId, now } = known;
  if (!AGENT_NAME.test(agentName)) throw agentNotFound(agentName);
  const agent = agentObject(c.env, workspaceId, agentName);
  const answer = await once(context, known, agent).catch(worded);
  if (answer.status >= FIRST_BAD_STATUS && answer.status < 500) {
    c.executionCtx.waitUntil(
      note(agent, { known, answer: answer.clone(), format: formatOf(c.req.query('format')), now }),
    );
  }
  return answer;
}

async function once(context: OpenApiContext, known: Known, agent: AgentRpc): Promise<Response> {
  const delivery = known.proof?.delivery ?? deliveryOf(context, known);
  const work = async () => ({ status: 202, body: JSON.stringify(await take(context, known, { agent, delivery })) });
  const answer = answerOnce(context.env, { delivery, now: known.now }, work);
  const { status, body, repeated } = believed(await answer);
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'private, no-store' };
  return new Response(body, {
    status,
    headers: { ...headers, ...(repeated ? { 'Idempotent-Replayed': 'true' } : {}) },
  });
}

/** A sender with an API key may name its delivery too. */
function deliveryOf({ c }: OpenApiContext, { sender, wire }: Known): Delivery | null {
  const id = readKey(c.req.raw);
  if (id === null) return null;
  return { ruleId: sender, ids: [`${c.req.path}:${id}`], bodyHash: createHash('sha256').update(wire).digest('hex') };
}

type Taking = { agent: AgentRpc; delivery: Delivery | null };

async function take({ c, baseUrl }: OpenApiContext, known: Known, { agent, delivery }: Taking) {
  const { wire, proof, agentName } = known;
  const run = proof?.run ?? null;
  const uploaded = await takeReport({
    agent,
    payer: { env: c.env, workspaceId: known.workspaceId, now: known.now },
    chunks: () => inflated(wire, c.req.header('content-encoding') ?? null),
    contentType: c.req.header('content-type') ?? null,
    query: readQuery(c.req.query()),
    rules: await rulesOfNewRun(c.env, known),
    externalKey: run && externalKey(run),
    deliveryKey: delivery && `delivery:${delivery.ruleId}:${delivery.ids[0]}`,
  }).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'AGENT_NOT_FOUND') throw agentNotFound(agentName);
    throw error;
  });
  return wireAnswer(uploaded, baseUrl);
}

function wireAnswer({ run, rejected, facts, warnings, ...counted }: Uploaded, base: string) {
  return {
    run_id: run.id,
    agent_name: run.agent_name,
    url: runUrl(base, run.id, run.agent_name),
    status: run.status,
    format: facts.format,
    ...counted,
    ...said({ rejected: rejected.slice(0, MOST_REJECTED), warnings }),
    rejected_total: rejected.length,
    counts: run.counts,
  };
}

/** The answer is kept for repeats, and words of the report may be in it. */
function said<T>(words: T): T {
  return redact(words, { personalData: true }).value as T;
}

/** What is no format of ours is not kept. */
function formatOf(given: string | undefined): string | null {
  return REPORT_FORMATS.find((format) => format === given) ?? null;
}

type Noted = { known: Known; answer: Response; format: string | null; now: number };

/** A refusal that cannot be noted costs a line of the list, nothing else. */
async function note(agent: AgentRpc, { known, answer, format, now }: Noted): Promise<void> {
  const body = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
  const { code = `HTTP ${answer.status}`, detail = '' } = body;
  const bytes = known.wire.byteLength;
  await agent
    .noteRefusedUpload({ at: now, format, code, reason: detail, bytes, sender: known.sender })
    .catch(() => undefined);
}
