import * as z from 'zod';
import { Refusal } from '../../domain/errors.ts';
import { REPORT_FORMATS, type ReportFacts } from '../../domain/formats/reported-case.ts';
import { asSent } from '../../domain/redaction/as-sent.ts';
import { MAX_EXPECTED_TOTAL, MIN_EXPECTED_TOTAL } from '../../domain/run-state.ts';
import { parseInput } from '../../tools/input.ts';

/** What the address of an upload says of it. */

const MAX_SHARDS = 1_000;
const SHARD = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/;

export const UploadQuery = z.strictObject({
  format: z
    .enum(REPORT_FORMATS, { error: `format must be one of: ${REPORT_FORMATS.join(', ')}` })
    .optional()
    .meta({ description: 'Recognised where it is left out.' }),
  external_key: asSent(
    z
      .string()
      .min(1)
      .max(300)
      .optional()
      .meta({ description: 'Names the CI job; all uploads with one key form one run.' }),
  ),
  shard: z
    .string()
    .regex(SHARD, { error: 'shard must be written as i/n, for example 3/8' })
    .optional()
    .meta({ description: '`i/n`: the run is over when all n shards were delivered.' }),
  name: z.string().max(200).optional().meta({ description: 'Label of the run.' }),
  branch: z.string().max(300).optional().meta({ description: 'What a later gate names as its baseline.' }),
  commit: z.string().max(100).optional(),
  expected_total: z.coerce
    .number({ error: 'expected_total must be a number' })
    .int()
    .min(MIN_EXPECTED_TOTAL)
    .max(MAX_EXPECTED_TOTAL)
    .optional()
    .meta({ description: 'The run is over when so many distinct results are there.' }),
});
export type UploadQuery = z.infer<typeof UploadQuery>;

export type Shard = { index: number; total: number };

/** @throws Refusal INVALID_ARGUMENT */
export function readQuery(query: Record<string, string>): UploadQuery & { at: Shard | null } {
  const read = parseInput(UploadQuery, query);
  const [, index, total] = SHARD.exec(read.shard ?? '') ?? [];
  return { ...read, at: index === undefined ? null : shardOf(Number(index), Number(total)) };
}

/** The shard that a report names itself, where the address names none: `2` of 8, or `2/8`. */
export function shardIn({ shardId, shardTotal }: ReportFacts): Shard | null {
  const [, index, total = shardTotal] = /^(\d{1,4})(?:\/(\d{1,4}))?$/.exec(shardId ?? '') ?? [];
  const isWhole = index !== undefined && total !== null && Number(index) >= 1 && Number(index) <= Number(total);
  return isWhole ? shardOf(Number(index), Number(total)) : null;
}

function shardOf(index: number, total: number): Shard {
  if (index > total || total > MAX_SHARDS)
    throw new Refusal('INVALID_ARGUMENT', `shard must be i/n with i from 1 to n and n at most ${MAX_SHARDS}`);
  return { index, total };
}
