import type { Child } from 'hono/jsx';
import { grouped } from '../domain/formatting.ts';
import { allowance, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import type { RefusedUpload } from './refused-uploads.tsx';
import { Time } from './time.tsx';

export type RefusedOfAgent = RefusedUpload & { agentName: string };

const TEXTS_BYTES = 9_000;
const REASON_CHARS = 240;
const SENDER_CHARS = 60;

/** `children` is the choice of agents. */
export type HealthProps = { uploads: readonly RefusedOfAgent[]; now: number; children: Child };

/** Reports that were turned away, with the reason and who sent them, so that a team sees why its results do not arrive. */
export function UploadHealth({ uploads, now, children }: HealthProps) {
  return (
    <section aria-labelledby="health">
      <h2 id="health">
        Upload health <small>reports that were turned away</small>
      </h2>
      {children}
      {uploads.length > 0 ? (
        <Table uploads={uploads} now={now} />
      ) : (
        <p class="empty">
          No upload for these agents was turned away. One that cannot be read, or does not fit its run, would stand here
          with its reason. Who cannot prove to be trusted is told so in the answer alone.
        </p>
      )}
    </section>
  );
}

function Table({ uploads, now }: { uploads: readonly RefusedOfAgent[]; now: number }) {
  const take = allowance(TEXTS_BYTES);
  return (
    <section class="scroll" aria-label="Table of refused uploads" tabindex={0}>
      <table class="listing">
        <caption class="unseen">Refused uploads, newest first</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Agent</th>
            <th scope="col">Reason</th>
            <th scope="col">Format</th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col">Sender</th>
          </tr>
        </thead>
        <tbody>
          {uploads.map((upload) => (
            <Line {...{ upload, now, take }} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({ upload, now, take }: { upload: RefusedOfAgent; now: number; take: Take }) {
  const { at, agentName, reason, code, format, bytes, sender } = upload;
  return (
    <tr>
      <th scope="row">
        <Time at={at} now={now} />
      </th>
      <td class="name">{agentName}</td>
      <td class="why">
        <Inline clip={take(reason, REASON_CHARS)} />
        <small>
          <code>{code}</code>
        </small>
      </td>
      <td>{format === null ? '—' : <Inline clip={take(format, SENDER_CHARS)} />}</td>
      <td class="number">{bytes === null ? '—' : sizeText(bytes)}</td>
      <td>
        <Inline clip={take(sender, SENDER_CHARS)} />
      </td>
    </tr>
  );
}

const BYTES_PER_KB = 1024;

function sizeText(bytes: number): string {
  return bytes < BYTES_PER_KB ? `${bytes} B` : `${grouped(Math.ceil(bytes / BYTES_PER_KB))} KB`;
}
