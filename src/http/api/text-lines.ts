import { Refusal } from '../../domain/errors.ts';

/** Lines of a body that may take as long as it likes, in batches: a full one at once, any other when nothing came for a moment. */

export type Line = { number: number; text: string };
/** `longest` in characters; `most` lines in a batch, and about so many characters (one line more). */
export type LineBounds = { longest: number; quietMs: number; most: number; mostChars: number };

/** Numbers count from 1; blank lines are left out. @throws Refusal INVALID_ARGUMENT for a line that does not end */
export async function* textLines(
  body: ReadableStream<Uint8Array> | null,
  { longest, quietMs, most, mostChars }: LineBounds,
): AsyncGenerator<Line[]> {
  if (!body) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const waiting: Line[] = [];
  let rest = '';
  let number = 0;
  const take = (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      number += 1;
      if (part.trim() !== '') waiting.push({ number, text: part });
    }
    if (rest.length > longest)
      throw new Refusal(
        'INVALID_ARGUMENT',
        `Line ${number + 1} is over ${Math.floor(longest / 1024)} KB`,
        'One result a line.',
      );
  };
  const more = () => reader.read().catch(() => BROKEN);
  let next = more();
  for (;;) {
    const part = waiting.length > 0 ? await Promise.race([next, quiet(quietMs)]) : await next;
    if (part === 'quiet') {
      yield waiting.splice(0, batchEnd(waiting, { most, mostChars }));
      continue;
    }
    if (part.done) {
      if (part !== BROKEN) take(`${decoder.decode()}\n`);
      break;
    }
    take(decoder.decode(part.value, { stream: true }));
    next = more();
    while (waiting.length > batchEnd(waiting, { most, mostChars }) || waiting.length >= most)
      yield waiting.splice(0, batchEnd(waiting, { most, mostChars }));
  }
  while (waiting.length > 0) yield waiting.splice(0, batchEnd(waiting, { most, mostChars }));
}

/** The sender is gone: whole lines stand, and half a line is none. */
const BROKEN = { done: true as const, value: undefined };

/** How many of the lines make a batch. */
function batchEnd(lines: readonly Line[], { most, mostChars }: Pick<LineBounds, 'most' | 'mostChars'>): number {
  let chars = 0;
  const end = lines.findIndex(({ text }) => {
    chars += text.length;
    return chars > mostChars;
  });
  return Math.min(most, end < 0 ? lines.length : Math.max(1, end));
}

function quiet(ms: number): Promise<'quiet'> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('quiet'), ms);
  });
}
