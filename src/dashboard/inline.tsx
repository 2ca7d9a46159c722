import { type Clip, shown } from './bounded-text.ts';

/** Foreign text among our own words: isolated, so that its direction cannot reorder what stands beside it. */
export function Inline({ clip }: { clip: Clip }) {
  return <bdi>{shown(clip)}</bdi>;
}
