/** A part of a whole as a bar beside its figure, which says the same: nothing to read out. */
export function ShareBar({ part, whole }: { part: number; whole: number }) {
  const width = whole > 0 ? (100 * part) / whole : 0;
  return (
    <svg class="share-bar" aria-hidden="true" preserveAspectRatio="none" height="6" width="100%">
      <rect width={`${Number(width.toFixed(2))}%`} height="6" rx="3" />
    </svg>
  );
}
