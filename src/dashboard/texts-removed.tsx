import { removalSentence } from '../domain/retention.ts';

/** Says of a run or a result that its texts are gone, and since when; nothing where they are here. */
export function TextsRemoved({ at }: { at: number | undefined }) {
  return at === undefined ? null : <p class="notes">{removalSentence(at)}</p>;
}
