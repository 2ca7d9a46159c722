import { allowance } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { type NamedRun, runName } from './run-links.ts';

const NAME_CHARS = 120;
const NAME_BYTES = 600;

/** What a run is called, as far as it fits; its sender chose the name. */
export function RunName({ run }: { run: NamedRun }) {
  return <Inline clip={allowance(NAME_BYTES)(runName(run), NAME_CHARS)} />;
}
