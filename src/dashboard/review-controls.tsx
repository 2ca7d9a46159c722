import type { Child } from 'hono/jsx';
import type { ResultView } from '../domain/run.ts';
import { type Clip, shown } from './bounded-text.ts';
import { CsrfField } from './layout.tsx';
import { type PlacedRun, reviewUrl } from './run-links.ts';

const MAX_COMMENT_CHARS = 2000;

type ReviewFormProps = {
  run: PlacedRun;
  result: Pick<ResultView, 'test_case_id' | 'trial' | 'attempt'>;
  /** Where its reader returns to. */
  back: string;
  csrf: string | undefined;
  /** Keys that press the buttons, where a script listens for them. */
  keys?: { passed: string; failed: string; comment: string };
  children?: Child;
};

/** Decides about the attempt that is shown: the button that is pressed says which one, and what. */
export function ReviewForm({ run, result, back, csrf, keys, children }: ReviewFormProps) {
  const key = `${result.test_case_id}.${result.trial}.${result.attempt}`;
  return (
    <form id="review" class="review" method="post" action={reviewUrl(run)} autocomplete="off">
      <CsrfField csrf={csrf} />
      <input type="hidden" name="back" value={back} />
      <label>
        Comment <Key name={keys?.comment} /> <span class="hint">optional; becomes the reason</span>
        <textarea name="comment" rows={2} maxlength={MAX_COMMENT_CHARS} aria-keyshortcuts={keys?.comment}></textarea>
      </label>
      <button type="submit" name="verdict" value={`passed:${key}`} class="pass" aria-keyshortcuts={keys?.passed}>
        Passed <Key name={keys?.passed} />
      </button>
      <button type="submit" name="verdict" value={`failed:${key}`} class="fail" aria-keyshortcuts={keys?.failed}>
        Failed <Key name={keys?.failed} />
      </button>
      {children}
    </form>
  );
}

/** The key that does the same; unhidden by the script that listens for it. */
export function Key({ name }: { name: string | undefined }) {
  return name === undefined ? null : <kbd hidden>{name.toUpperCase()}</kbd>;
}

/** The verdict that a reviewer or the judge stands in for; `before` is its reason. */
export function Overridden({ result, before }: { result: ResultView; before: Clip | undefined }) {
  const { instead_of, decided_by } = result;
  if (!instead_of || !before || (decided_by !== 'reviewer' && decided_by !== 'judge')) return null;
  return (
    <p class="was" dir="auto">
      <strong>
        was: {instead_of.status} by {instead_of.decided_by}
      </strong>{' '}
      — {shown(before)}
    </p>
  );
}
