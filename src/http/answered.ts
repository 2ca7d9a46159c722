import * as z from 'zod';
import { DeadlineError, withDeadline } from '../store/deadline.ts';

const D1_DEADLINE_MS = 5_000;

/** @throws DeadlineError when D1 fails or does not answer, which has a page of its own; what cannot be read of its answer is a bug. */
export async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await withDeadline(work, D1_DEADLINE_MS);
  } catch (cause) {
    if (cause instanceof z.ZodError || cause instanceof TypeError) throw cause;
    throw new DeadlineError(`D1 failed: ${cause}`, { cause });
  }
}
