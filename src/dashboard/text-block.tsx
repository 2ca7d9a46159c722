import { type Clip, cutNote } from './bounded-text.ts';

/** A longer foreign text under its heading, as it was written, with a note where it was cut. */
export function TextBlock({ label, clip }: { label: string; clip: Clip }) {
  const note = cutNote(clip);
  return (
    <>
      <h4>{label}</h4>
      {clip.text === '' && !note ? <p class="muted">(empty)</p> : <pre dir="auto">{clip.text}</pre>}
      {note && <p class="muted">{note}</p>}
    </>
  );
}
