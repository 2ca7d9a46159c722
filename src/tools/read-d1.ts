import * as z from 'zod';
import { Refusal } from '../domain/errors.ts';
import { logLine } from '../domain/redaction/log-line.ts';
import { withDeadline } from '../store/deadline.ts';

const READ_DEADLINE_MS = 10_000;

/** @throws Refusal RETRY_LATER when D1 fails or does not answer; what cannot be read of its answer is a bug, and is thrown as it is. */
export async function readD1<T>(work: Promise<T>): Promise<T> {
  try {
    return await withDeadline(work, READ_DEADLINE_MS);
  } catch (cause) {
    if (cause instanceof z.ZodError || cause instanceof SyntaxError || cause instanceof TypeError) throw cause;
    console.error(logLine({ level: 'error', event: 'd1_read_failed', cause: String(cause) }));
    throw new Refusal('RETRY_LATER', 'Could not reach the Invarium backend', 'Retry in 30 seconds.', {
      retry_after: 30,
    });
  }
}
