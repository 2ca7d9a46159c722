import { grouped } from '../domain/formatting.ts';
import { allowance, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { Time } from './time.tsx';

export type RefusedUpload = {
  at: number;
  format: string | null;
  code: string;
  reason: string;
  bytes: number | null;
  /** Who sent it, as far as that is known. */
  sender: string;
};

const SHOWN = 20;
const BYTES = 12_000;
const WORD_CHARS = 80;
const REASON_CHARS = 300;

/** Reports that did not become a run, with the reason: so a team sees why its results do not arrive. */
export function RefusedUploads({ uploads, now }: { uploads: readonly RefusedUpload[]; now: number }) {
  const take = allowance(BYTES);
  return (
    <section aria-labelledby="refused">
      <h2 id="refused">
        Refused uploads <small>reports that were turned away</small>
      </h2>
      <ol class="results">
        {uploads.slice(0, SHOWN).map((upload) => (
          <Upload upload={upload} now={now} take={take} />
        ))}
      </ol>
      {uploads.length > SHOWN && <p class="muted">… and {grouped(uploads.length - SHOWN)} older ones</p>}
    </section>
  );
}

function Upload({ upload, now, take }: { upload: RefusedUpload; now: number; take: Take }) {
  const { at, format, code, reason, bytes, sender } = upload;
  return (
    <li class="result">
      <span class="badge" data-status="error">
        refused
      </span>
      <p class="reason">
        <Inline clip={take(reason, REASON_CHARS)} />
      </p>
      <ul class="facts">
        <li>
          <code>{code}</code>
        </li>
        <li>
          <Time at={at} now={now} />
        </li>
        <li>
          from <Inline clip={take(sender, WORD_CHARS)} />
        </li>
        {format !== null && (
          <li>
            <Inline clip={take(format, WORD_CHARS)} />
          </li>
        )}
        {bytes !== null && <li>{grouped(bytes)} bytes</li>}
      </ul>
    </li>
  );
}
