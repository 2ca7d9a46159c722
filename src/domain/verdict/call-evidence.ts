import type { Call } from './calls.ts';
import type { Difference } from './difference.ts';
import type { Scene } from './scene.ts';
import type { Evidence } from './verdict.ts';
import { asEvidence, clip } from './wording.ts';

const NAME_CHARS = 200;
const GUESSED = 'its side_effects are not declared, so its kind was guessed from its name';

/** What points a reader at one call. */
export function evidenceOf(scene: Scene, call: Call, more: Evidence = {}): Evidence {
  const notes = [more.note, call.tool.guessed ? GUESSED : undefined].filter((note) => note !== undefined);
  return {
    call: call.index,
    ...(scene.messages.length > 0 && call.step !== undefined ? { step: call.step } : {}),
    tool: clip(call.name, NAME_CHARS),
    ...more,
    ...('expected' in more ? { expected: asEvidence(more.expected) } : {}),
    ...('actual' in more ? { actual: asEvidence(more.actual) } : {}),
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}

/** A side that is absent is left out. */
export function differenceEvidence({ path, expected, actual, way }: Difference): Evidence {
  return {
    path: clip(path, NAME_CHARS),
    ...(expected === undefined ? {} : { expected: asEvidence(expected) }),
    ...(actual === undefined ? {} : { actual: asEvidence(actual) }),
    ...(way ? { note: `expected: ${way}` } : {}),
  };
}
