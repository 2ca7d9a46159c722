import { minuteTime } from '../domain/formatting.ts';
import { CopyText } from './copy-text.tsx';
import { CsrfField } from './layout.tsx';
import { sharesUrl } from './report-links.ts';
import type { PlacedRun } from './run-links.ts';

/** A link that works; `hash` names it to those who are signed in, and opens nothing. */
export type LiveShare = { hash: string; createdAt: number; expiresAt: number };

export type ReportSharesProps = {
  run: PlacedRun;
  csrf: string | undefined;
  shares: readonly LiveShare[];
  /** Whether the reader may share and revoke. */
  mayChange: boolean;
  /** How many days a link lives if nothing else is asked for. */
  usualDays: number;
  mostDays: number;
  /** The link that was made just now: no page shows it again. */
  made?: string;
  error?: string;
};

/** Links that open this report to whoever has them. */
export function ReportShares(props: ReportSharesProps) {
  const { run, csrf, shares, mayChange, made, error } = props;
  return (
    <section class="sharing" aria-labelledby="share">
      <h2 id="share">Share this report</h2>
      <p class="empty">
        A link opens this report, and nothing else, to whoever has it, signed in or not, until it expires or is revoked.
      </p>
      {error && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      {made && (
        <div class="sheet made" role="status">
          <p>Copy the link now: only its fingerprint is stored, so it cannot be shown again.</p>
          <CopyText text={made} name="the link" />
        </div>
      )}
      {mayChange && <ShareForm {...props} />}
      {shares.length > 0 && (
        <ul class="sheet lines">
          {shares.map(({ hash, createdAt, expiresAt }) => (
            <li>
              <span>
                Link of {minuteTime(createdAt)} UTC, expires {minuteTime(expiresAt).slice(0, 'YYYY-MM-DD'.length)}
              </span>
              {mayChange && (
                <form method="post" action={sharesUrl(run, hash)}>
                  <CsrfField csrf={csrf} />
                  <button type="submit" class="quiet" aria-label={`Revoke the link of ${minuteTime(createdAt)} UTC`}>
                    Revoke
                  </button>
                </form>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ShareForm({ run, csrf, usualDays, mostDays }: ReportSharesProps) {
  return (
    <form method="post" action={`${sharesUrl(run)}#share`} class="pair">
      <CsrfField csrf={csrf} />
      <label for="share-days">Expires after (days)</label>
      <input
        id="share-days"
        name="days"
        type="number"
        min={1}
        max={mostDays}
        step={1}
        value={String(usualDays)}
        required
        inputmode="numeric"
      />
      <button type="submit">Make a link</button>
    </form>
  );
}
