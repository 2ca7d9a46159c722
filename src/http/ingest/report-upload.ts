import type { IngestAnswer } from '../../agent/agent-object.ts';
import type { ReportedItem } from '../../agent/ci-intake.ts';
import { Refusal, type Result, unwrap } from '../../domain/errors.ts';
import { ReportReader } from '../../domain/formats/report-reader.ts';
import type { ReportFacts, ReportItem } from '../../domain/formats/reported-case.ts';
import type { RunRules } from '../../domain/run-state.ts';
import type { AgentRpc } from '../../env.ts';
import { type Payer, withinCredits } from '../../tools/credits.ts';
import { ItemReader } from './item-reader.ts';
import { type Shard, shardIn, type UploadQuery } from './upload-request.ts';

/**
 * A report on its way into a run. It is read twice: once to see that it can be read at all and what it says of itself, so that nothing of a
 * broken one is stored, and once to store it part by part. Memory never holds more than a part of its items.
 */

/** Items of a call to the object, and the bytes of their texts, at most. */
const PART_ITEMS = 500;
const PART_BYTES = 8 * 1024 * 1024;
const SHOWN_FAULTS = 10;

/**
 * `chunks` can be asked for again and again. `externalKey` is what the sender proved; `deliveryKey` what makes the delivery the same one
 * again, where it names itself.
 */
export type ReportUpload = {
  agent: AgentRpc;
  payer: Payer;
  chunks: () => AsyncIterable<Uint8Array>;
  contentType: string | null;
  query: UploadQuery & { at: Shard | null };
  externalKey: string | null;
  deliveryKey: string | null;
  /** What the run holds to, where this upload makes it. */
  rules: RunRules;
};

type Rejected = IngestAnswer['rejected'][number];
export type Uploaded = Omit<IngestAnswer, 'rejected'> & {
  rejected: Rejected[];
  warnings: string[];
  facts: ReportFacts;
};

/** @throws Refusal (ReportFault for a report that cannot be read), RefusedRequest from the chunks */
export async function takeReport(upload: ReportUpload): Promise<Uploaded> {
  const { facts, items, faults } = await lookThrough(upload);
  const { query } = upload;
  const named = query.at ?? shardIn(facts);
  if (items === 0 && !named) {
    const hint = 'A report without tests never counts as passed. Check that the runner wrote it.';
    throw new Refusal('INVALID_RESULTS', 'There is no test in the report', hint);
  }
  if (items > 0 && faults.length === items) throw unreadable(faults);
  const job = upload.externalKey ?? query.external_key ?? (facts.runId === null ? null : `run:${facts.runId}`);
  const externalKey = job ?? ownKey(upload, facts);
  // An upload that is of no job is all there is; one that breaks off half-way does not look complete.
  const shard = named ?? (job === null ? ONLY_SHARD : null);
  const call = {
    ci: { externalKey, branch: query.branch ?? null, commit: query.commit ?? null },
    ...{ shard, name: query.name ?? null, source: 'ci' as const },
    expectedTotal: query.expected_total ?? null,
    rules: upload.rules,
  };
  const send: Send = (part) => upload.agent.ingest({ ...call, ...part });
  const stored = await withinCredits(upload.payer, items - faults.length, () => store(upload, send));
  return { ...stored, warnings: facts.warnings, facts };
}

const ONLY_SHARD: Shard = { index: 1, total: 1 };

/** A report or a delivery that names itself is one run, however often it is sent. */
function ownKey({ deliveryKey }: ReportUpload, { reportId }: ReportFacts): string | null {
  return reportId === null ? deliveryKey : `report:${reportId}`;
}

type Looked = { facts: ReportFacts; items: number; faults: string[] };

async function lookThrough(upload: ReportUpload): Promise<Looked> {
  const reader = readerOf(upload);
  const faults: string[] = [];
  let items = 0;
  for await (const batch of reader.read(upload.chunks())) {
    items += batch.length;
    for (const item of batch) if (item.kind === 'rejected') faults.push(item.rejected.message);
  }
  return { facts: reader.facts, items, faults };
}

/** A report of which no test can be read. */
function unreadable(faults: readonly string[]): Refusal {
  const problems = faults.slice(0, SHOWN_FAULTS);
  return new Refusal('INVALID_RESULTS', `No test of the report can be read. ${problems[0]}`, undefined, { problems });
}

function readerOf({ query, contentType }: ReportUpload): ReportReader {
  return new ReportReader({
    ...(query.format ? { format: query.format } : {}),
    ...(contentType ? { contentType } : {}),
  });
}

type SentPart = { runId: string | null; items: ReportedItem[]; last: boolean; refused: number };
type Send = (part: SentPart) => Promise<Result<IngestAnswer>>;

async function store(upload: ReportUpload, send: Send): Promise<Omit<Uploaded, 'warnings' | 'facts'>> {
  const rejected: Rejected[] = [];
  const sums: Sum[] = [];
  for await (const { items, last } of parts(readerOf(upload), { upload, rejected })) {
    const refused = rejected.length;
    const answer = unwrap(await send({ runId: sums[0]?.run.id ?? null, items, last, refused }));
    const { rejected: refusedThere, ...counted } = answer;
    rejected.push(...refusedThere);
    sums.push(counted);
  }
  // The last part closes the upload, so there always is one.
  return { ...sums.reduce(added), rejected: rejected.sort((a, b) => a.index - b.index) };
}

type Sum = Omit<IngestAnswer, 'rejected'>;

function added(sum: Sum, more: Sum): Sum {
  return {
    run: more.run,
    accepted: sum.accepted + more.accepted,
    duplicate: sum.duplicate + more.duplicate,
    replaced: sum.replaced + more.replaced,
    unmapped: sum.unmapped + more.unmapped,
  };
}

type Part = { items: ReportedItem[]; last: boolean };

/** The items in parts; the last part may be empty, and closes the upload. */
async function* parts(
  reader: ReportReader,
  { upload, rejected }: { upload: ReportUpload; rejected: Rejected[] },
): AsyncGenerator<Part> {
  const read = new ItemReader();
  let items: ReportedItem[] = [];
  let bytes = 0;
  const take = (item: ReportItem) => {
    for (const one of read.items(item, rejected)) {
      items.push(one);
      bytes += one.text.length;
    }
  };
  for await (const batch of reader.read(upload.chunks())) {
    for (const item of batch) {
      take(item);
      if (items.length < PART_ITEMS && bytes < PART_BYTES) continue;
      yield { items, last: false };
      items = [];
      bytes = 0;
    }
  }
  yield { items, last: true };
}
