import type { ResultView } from '../domain/run.ts';
import { shown } from './bounded-text.ts';
import { CsrfField } from './layout.tsx';
import type { RowText } from './row-text.ts';

/** The form's id: rows are made once for all who watch, so what belongs to one reader's session stands outside of them. */
const FORM_ID = 'review';
const MAX_COMMENT_CHARS = 2000;

/** The form that the controls in the rows belong to. `back` is where its reader returns to. */
export function ReviewForm({ action, back, csrf }: { action: string; back: string; csrf: string | undefined }) {
  return (
    <form id={FORM_ID} method="post" action={action} autocomplete="off">
      <CsrfField csrf={csrf} />
      <input type="hidden" name="back" value={back} />
    </form>
  );
}

/** Decides about the attempt that is shown: a button says which row and what, and that row's comment is read with it. */
export function ReviewControls({ result }: { result: ResultView }) {
  const key = `${result.test_case_id}.${result.trial}.${result.attempt}`;
  return (
    <fieldset class="review">
      <legend>Your verdict</legend>
      <label>
        Comment
        <textarea form={FORM_ID} name={`comment:${key}`} rows={2} maxlength={MAX_COMMENT_CHARS}></textarea>
      </label>
      <button type="submit" form={FORM_ID} name="verdict" value={`passed:${key}`} class="quiet">
        Mark as passed
      </button>{' '}
      <button type="submit" form={FORM_ID} name="verdict" value={`failed:${key}`} class="quiet">
        Mark as failed
      </button>
    </fieldset>
  );
}

/** The verdict that a reviewer or the judge stands in for. */
export function Overridden({ result, text }: { result: ResultView; text: RowText }) {
  const { instead_of: before, decided_by } = result;
  if (!before || !text.before || (decided_by !== 'reviewer' && decided_by !== 'judge')) return null;
  return (
    <p class="was" dir="auto">
      <strong>
        was: {before.status} by {before.decided_by}
      </strong>{' '}
      — {shown(text.before)}
    </p>
  );
}
