import { createGunzip, createInflate } from 'node:zlib';
import { RefusedRequest } from '../api/refused-request.ts';

/** The bytes of an upload, and what they inflate to: bounded in size, in growth and in time. */

export const MAX_WIRE_BYTES = 10 * 1024 * 1024;
const MAX_INFLATED_BYTES = 32 * 1024 * 1024;
const MAX_RATIO = 100;
/** Small bodies may well shrink more than that: a page of blanks is nobody's attack. */
const RATIO_FROM_BYTES = 1024 * 1024;
const MEGABYTE = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** A sender that brings less than this in a stretch of that length has stopped, or wants to hold the line. */
const STRETCH_MS = 1_500;
const STRETCH_BYTES = 256;
const DRAIN_MS = 1_000;

/** The body as it was received. @throws RefusedRequest 413 for one that is too large, 408 for one that does not come */
export async function readWire(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  if (announced > MAX_WIRE_BYTES) throw await drained(reader, tooLarge());
  const wire = new GrowingBytes(announced);
  let stretch = 0;
  // One timer a stretch, not one a part: a request may have 10,000 of them.
  let stretchEnds = sleep(STRETCH_MS);
  const more = () => reader.read().catch(() => 'gone' as const);
  let next = more();
  for (;;) {
    const part = await Promise.race([next, stretchEnds]);
    if (part === 'late') {
      if (stretch < STRETCH_BYTES) throw await given(reader, stopped());
      stretch = 0;
      stretchEnds = sleep(STRETCH_MS);
      continue;
    }
    if (part === 'gone') throw stopped();
    if (part.done) return wire.bytes();
    if (wire.length + part.value.byteLength > MAX_WIRE_BYTES) throw await drained(reader, tooLarge());
    wire.add(part.value);
    stretch += part.value.byteLength;
    next = more();
  }
}

/** Bytes in one place from the beginning, so that a large body is never held twice. */
class GrowingBytes {
  #room: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(expected: number) {
    this.#room = new Uint8Array(expected);
  }

  add(more: Uint8Array): void {
    const wanted = this.length + more.byteLength;
    if (wanted > this.#room.byteLength) {
      const larger = new Uint8Array(Math.max(wanted, 2 * this.#room.byteLength));
      larger.set(this.bytes());
      this.#room = larger;
    }
    this.#room.set(more, this.length);
    this.length = wanted;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#room.subarray(0, this.length);
  }
}

function sleep(ms: number): Promise<'late'> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('late'), ms);
  });
}

/** Lets go of the rest of the body. */
async function given(reader: ReadableStreamDefaultReader<Uint8Array>, fault: RefusedRequest): Promise<RefusedRequest> {
  await reader.cancel().catch(() => undefined);
  return fault;
}

/** Hears the sender out for a moment: many a client reads no answer while it still writes. */
async function drained(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  fault: RefusedRequest,
): Promise<RefusedRequest> {
  const ends = sleep(DRAIN_MS);
  for (;;) {
    const part = await Promise.race([reader.read().catch(() => null), ends]);
    if (part === null || part === 'late' || part.done) return given(reader, fault);
  }
}

/**
 * The body in chunks, inflated where it was compressed. It can be asked for several times, so that a report is looked through before
 * anything of it is stored.
 * @throws RefusedRequest 413 for one that inflates too far, 400 for one that does not inflate, 415 for another encoding
 */
export async function* inflated(wire: Uint8Array<ArrayBuffer>, encoding: string | null): AsyncGenerator<Uint8Array> {
  const format = formatOf(encoding);
  if (format === null) {
    if (wire.byteLength > 0) yield wire;
    return;
  }
  // Unlike a DecompressionStream, this one stops while nobody reads: a bomb is never inflated further than it is looked at.
  const inflating =
    format === 'gzip' ? createGunzip({ chunkSize: CHUNK_BYTES }) : createInflate({ chunkSize: CHUNK_BYTES });
  inflating.end(wire);
  let bytes = 0;
  try {
    for await (const part of inflating as AsyncIterable<Uint8Array>) {
      bytes += part.byteLength;
      const isBomb = bytes > RATIO_FROM_BYTES && bytes > wire.byteLength * MAX_RATIO;
      if (bytes > MAX_INFLATED_BYTES || isBomb) throw inflatesTooFar();
      yield part;
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    throw new RefusedRequest({ code: 'INVALID_RESULTS', text: `The body is not valid ${format}.`, status: 400 });
  }
}

function formatOf(encoding: string | null): 'gzip' | 'deflate' | null {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return null;
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name === 'deflate') return 'deflate';
  const text = 'The body is compressed in a way that is not taken. Send it as gzip, or as it is.';
  throw new RefusedRequest({ code: 'INVALID_ARGUMENT', text, status: 415 });
}

function tooLarge(): RefusedRequest {
  const text = `Request is over ${MAX_WIRE_BYTES / MEGABYTE} MB. Maximum is ${MAX_WIRE_BYTES / MEGABYTE} MB. Send it compressed with gzip, or in shards.`;
  return new RefusedRequest({ code: 'INVALID_ARGUMENT', text, status: 413 });
}

function inflatesTooFar(): RefusedRequest {
  const text = `The body inflates to more than ${MAX_INFLATED_BYTES / MEGABYTE} MB, or to more than ${MAX_RATIO} times its size. Send it in shards.`;
  return new RefusedRequest({ code: 'INVALID_ARGUMENT', text, status: 413 });
}

function stopped(): RefusedRequest {
  const text = 'The body stopped arriving. Send it again.';
  return new RefusedRequest({ code: 'INVALID_ARGUMENT', text, status: 408 });
}
