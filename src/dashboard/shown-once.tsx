export type ShownOnceProps = {
  id: string;
  /** What it is, as in "Copy the key". */
  what: string;
  /** What becomes of it, as in "it is not stored". */
  fate: string;
  value: string;
};

/** A value that no page shows again, to be copied. */
export function ShownOnce({ id, what, fate, value }: ShownOnceProps) {
  return (
    <>
      <h2>Copy {what} now</h2>
      <div class="stack">
        <label for={id}>Shown once: {fate}, and cannot be shown again</label>
        <div class="beside">
          <input id={id} value={value} readonly autocomplete="off" spellcheck={false} />
          <button type="button" class="quiet" hidden data-copy-from={id} aria-label={`Copy ${what}`}>
            Copy
          </button>
        </div>
      </div>
    </>
  );
}
