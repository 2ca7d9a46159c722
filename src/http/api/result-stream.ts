import * as z from 'zod';
import { contentHash } from '../../agent/content-hash.ts';
import type { Item } from '../../agent/streaming.ts';
import { Refusal, refusalText } from '../../domain/errors.ts';
import { parseResults, type Received } from '../../domain/intake.ts';
import { asSent } from '../../domain/redaction/as-sent.ts';
import { MAX_RESULT_BYTES, RunResult } from '../../domain/result.ts';
import { askAgent } from '../../tools/agent-access.ts';
import { callTool } from '../../tools/catalog.ts';
import { withinCredits } from '../../tools/credits.ts';
import { syncResults } from '../../tools/sync-results.ts';
import { problem } from './problem.ts';
import { type ApiContext, json, ownRoute } from './route.ts';
import { textLines } from './text-lines.ts';

/**
 * Results into a run that exists. A JSON array is one call, all or nothing. NDJSON is committed batch by batch while it arrives: each batch
 * is answered with a line that says what it did, so that a sender whose line broke off knows what is kept, and sends the rest again.
 */

const NDJSON = 'application/x-ndjson';
/** A batch is committed when it holds so many results, or when nothing more has arrived for a moment. */
const BATCH_RESULTS = 100;
const QUIET_MS = 50;
/** A call to an object takes 32 MiB, and text that is not Latin takes two bytes a character. */
const BATCH_CHARS = 4_000_000;

const Batch = z.object({
  first_line: z.int(),
  last_line: z.int(),
  accepted: z.int(),
  duplicate: z.int(),
  replaced: z.int(),
  rejected: z.array(z.object({ line: z.int(), code: z.string(), message: z.string() })),
  status: z.string().optional(),
  total: z.int().optional(),
});
type Batch = z.infer<typeof Batch>;
type Rejected = Batch['rejected'][number];

export const streamedResults = ownRoute({
  ...{ method: 'POST', path: '/v1/agents/{name}/runs/{id}/results', id: 'addResults', tag: 'Runs', access: 'ingest' },
  summary: 'Add results to a run',
  description:
    'A JSON array is all or nothing. As application/x-ndjson, one result a line, it is committed while it arrives and answered with a line for each batch: what was answered is kept.',
  params: z.object({ name: z.string(), id: z.string() }),
  body: asSent(z.array(RunResult)),
  bodyTypes: [NDJSON],
  answers: [
    { status: 200, description: 'What was done with them', schema: syncResults.output },
    { status: 200, description: 'A line for each batch', schema: Batch, type: NDJSON },
  ],
  run: async ({ params, body }, context) => {
    if (body === undefined) return streamIn(params, context);
    const args = { agent_name: params.name, test_run_id: params.id, results: body, source: 'api' };
    const answer = await callTool(syncResults, args, context);
    return answer.ok ? json(answer.structured) : problem(answer);
  },
});

async function streamIn({ name, id }: { name: string; id: string }, context: ApiContext): Promise<Response> {
  // A run that does not exist is refused with a status, before the first line is read.
  await askAgent(context, name, (agent) => agent.getRun({ runId: id, status: null, page: 1, limit: 1 }));
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const work = pump(context, { name, id, out: writable.getWriter() });
  context.c.executionCtx.waitUntil(work.catch(() => undefined));
  return new Response(readable, { headers: { 'Content-Type': NDJSON } });
}

type Pumping = { name: string; id: string; out: WritableStreamDefaultWriter<Uint8Array> };

/** A sender that is gone does not undo what it sent: what is read is committed, whether or not the answer still finds anybody. */
async function pump(context: ApiContext, { name, id, out }: Pumping): Promise<void> {
  const encoder = new TextEncoder();
  const lines = textLines(context.c.req.raw.body, {
    longest: MAX_RESULT_BYTES * 2,
    quietMs: QUIET_MS,
    most: BATCH_RESULTS,
    mostChars: BATCH_CHARS,
  });
  try {
    for await (const batch of lines) {
      const answer = await commit(context, { name, id, batch });
      await out.write(encoder.encode(`${JSON.stringify(answer)}\n`)).catch(() => undefined);
    }
    await out.close();
  } catch (error) {
    const code = error instanceof Refusal ? error.code : 'SERVER_ERROR';
    const message = error instanceof Refusal ? refusalText(error) : 'Error: Server error. Send the rest again.';
    await out.write(encoder.encode(`${JSON.stringify({ code, message })}\n`)).catch(() => undefined);
    await out.close().catch(() => undefined);
  }
}

type Line = { number: number; text: string };
type Committing = { name: string; id: string; batch: Line[] };

async function commit(context: ApiContext, { name, id, batch }: Committing): Promise<Batch> {
  const rejected: Rejected[] = [];
  const read = batch.flatMap(({ number, text }) => parseLine(text, number, rejected));
  const where = { first_line: batch[0]?.number ?? 0, last_line: batch.at(-1)?.number ?? 0 };
  if (read.length === 0) return { ...where, accepted: 0, duplicate: 0, replaced: 0, rejected };
  const items = read.map(({ received, number }) => ({
    ...toItem(received),
    index: number,
    ...NAMED,
    caseId: received.result.scenario_id,
  }));
  const payer = { env: context.env, workspaceId: context.caller.workspaceId, now: context.now };
  const send = () =>
    askAgent(context, name, (agent) =>
      agent.ingest({
        ...{ runId: id, items, last: false, refused: 0, shard: null, name: null, source: 'api', expectedTotal: null },
        ...{ ci: { externalKey: null, branch: null, commit: null }, rules: null },
      }),
    );
  const { run, accepted, duplicate, replaced, ...rest } = await withinCredits(payer, items.length, send);
  const refused = rest.rejected.map(({ index: line, code, message }) => {
    return { line, code, message: message.replaceAll(`at index ${line}`, `at line ${line}`) };
  });
  const done = { accepted, duplicate, replaced, status: run.status, total: run.counts.total };
  return { ...where, ...done, rejected: [...rejected, ...refused].sort((a, b) => a.line - b.line) };
}

/** A result of our own names its case itself. */
const NAMED = { title: '', name: '', strict: true };

function parseLine(text: string, number: number, rejected: Rejected[]): { received: Received; number: number }[] {
  try {
    const read = parseResults(`[${text}]`);
    const [received] = read;
    if (received && read.length === 1) return [{ received, number }];
    throw new Refusal('INVALID_RESULTS', `A line holds one result, and line ${number} holds ${read.length}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const message = refusalText(error).replaceAll('at index 0', `at line ${number}`);
    rejected.push({ line: number, code: error.code, message });
    return [];
  }
}

/** A result with what names it, as an object takes it. */
export function toItem({ result, raw, text }: Received): Item {
  return {
    scenario_id: result.scenario_id,
    trial: result.trial ?? 1,
    attempt: result.attempt ?? 1,
    result_id: result.result_id ?? null,
    hash: contentHash(raw),
    text,
  };
}
