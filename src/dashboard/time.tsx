import { isoTime, minuteTime, relativeTime } from '../domain/formatting.ts';

/** A moment as people say it, with the exact minute (UTC) beside it for those who compare. */
export function Time({ at, now }: { at: number; now: number }) {
  return (
    <time datetime={isoTime(at)} title={`${minuteTime(at)} UTC`}>
      {relativeTime(at, now)}
    </time>
  );
}
