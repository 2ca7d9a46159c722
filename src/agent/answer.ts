import { Refusal, type Result, refused } from '../domain/errors.ts';

/** A refusal crosses RPC as data; anything else thrown is a bug, and is thrown. */
export async function answer<T>(work: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof Refusal) return refused(error);
    throw error;
  }
}
