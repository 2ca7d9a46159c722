/** A client that takes nothing for so long has gone without saying so. */
const IDLE_MS = 300_000;

/**
 * Text, or bytes of it, as a body that is made only as fast as it is taken: a chunk is asked for when a reader waits for one, and none is held besides. A
 * reader who goes away, or takes nothing for minutes, ends the work.
 */
export function streamOf(chunks: AsyncGenerator<string | Uint8Array>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let idle: ReturnType<typeof setTimeout> | undefined;
  const end = async () => {
    clearTimeout(idle);
    await chunks.return(undefined);
  };
  const source: UnderlyingSource<Uint8Array> = {
    async pull(controller) {
      clearTimeout(idle);
      const { value, done } = await chunks.next();
      if (done) return controller.close();
      controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
      idle = setTimeout(() => {
        controller.error(new Error('nobody takes what is sent'));
        void end();
      }, IDLE_MS);
    },
    cancel: end,
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}
