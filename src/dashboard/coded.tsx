import { type Clip, shown } from './bounded-text.ts';

/** A sentence among our own words; what stands between its backticks is something to paste. */
export function Coded({ clip }: { clip: Clip }) {
  return (
    <bdi>
      {shown(clip)
        .split('`')
        .map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part))}
    </bdi>
  );
}
