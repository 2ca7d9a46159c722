import { findFact } from './fact-search.ts';
import { type Invention, inventedValue } from './invented-value.ts';
import type { Scene } from './scene.ts';
import { type Classification, SEEN } from './taxonomy.ts';
import type { ToolInfo } from './tool-table.ts';
import type { Evidence } from './verdict.ts';
import { clip } from './wording.ts';

const QUOTE_CHARS = 300;

/** What a call that was never made is filed under: a look-up whose answer the agent states all the same is made up. */
export function missingCall(
  scene: Scene,
  tool: ToolInfo,
  lack: Evidence,
): { evidence: Evidence[]; seen: Classification; step: number } {
  const invented = tool.kind === 'read' ? (inventedValue(scene) ?? statedFact(scene)) : undefined;
  if (!invented) return { evidence: [lack], seen: SEEN.missingCall, step: scene.lastAgentStep };
  const { step, value, quote } = invented;
  const at = scene.messages.length > 0 ? { step } : {};
  const stated = { ...at, actual: value, quote: clip(quote, QUOTE_CHARS), note: 'stated, and nobody had told it' };
  return { evidence: [lack, stated], seen: SEEN.factualHallucination, step };
}

/** A fact that had to be said, and was, although no look-up was made at all and the user had not told it. */
function statedFact(scene: Scene): Invention | undefined {
  if (scene.calls?.some((call) => call.tool.kind === 'read')) return undefined;
  for (const fact of scene.expectations.required_facts ?? []) {
    const found = findFact(fact, scene.heard);
    if (found && !findFact(fact, scene.told)) return { ...found, value: fact };
  }
  return undefined;
}
