import type { Call } from './calls.ts';
import { admitsFailure, isBrokenTool } from './failure-text.ts';
import type { Scene } from './scene.ts';

/** How an agent dealt with calls that failed, all of them tries of one thing that was due. */
export type FailedTries = {
  /** It went on as if they had worked. */
  ignored: boolean;
  /** Every one failed for a reason outside of the agent, and it said so. */
  blameless: boolean;
};

export function failedTries(scene: Scene, tries: readonly Call[]): FailedTries {
  const last = tries.at(-1);
  const words = wordsAfter(scene, last);
  const ignored = words === '' ? goesOn(scene, last) : !admitsFailure(words);
  return {
    ignored,
    blameless: !ignored && tries.every(({ failure }) => failure !== undefined && isBrokenTool(failure)),
  };
}

/** What the agent said first after a call; all it said where that cannot be told. */
function wordsAfter(scene: Scene, call: Call | undefined): string {
  const after = call?.step;
  if (after === undefined) return scene.said.map(({ text }) => text).join('\n');
  return scene.said.find(({ step }) => step > after)?.text ?? '';
}

/** Without a word, further changes tell that the error was passed over. */
function goesOn({ calls = [] }: Scene, call: Call | undefined): boolean {
  return calls.some(({ index, tool, failed }) => index > (call?.index ?? 0) && tool.kind === 'effect' && !failed);
}
