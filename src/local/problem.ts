/** Something that the person at the terminal can mend. The message is all they see. */
export class Problem extends Error {}

/** Runs a command's main function: a problem becomes one sentence on stderr, a bug keeps its stack. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Problem ? error.message : error);
  }
}

/** The code of a failed system call, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
