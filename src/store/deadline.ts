/** The database did not answer in time: whether the statement ran is unknown. */
export class DeadlineError extends Error {}

/** The promise's value, or a `DeadlineError` after `ms` milliseconds. The work itself is not stopped: repeats must be harmless. */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
