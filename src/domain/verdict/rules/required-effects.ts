import { evidenceOf } from '../call-evidence.ts';
import { describeDeviation } from '../effect-findings.ts';
import { type EffectMatch, matchEffects } from '../effects.ts';
import { ignoredPaths } from '../match-arguments.ts';
import { holds, MAX_EVIDENCE, type Ruling, withoutCalls } from '../ruling.ts';
import type { Scene } from '../scene.ts';
import { byGravity } from '../taxonomy.ts';
import type { Evidence } from '../verdict.ts';
import { clip } from '../wording.ts';

/** Rule 4: the state-changing calls that succeeded are those that were due, as a multiset. */
export function requiredEffects(scene: Scene): Ruling | undefined {
  const required = scene.expectations.required_effects;
  if (!required) return undefined;
  if (!scene.calls) return withoutCalls('required_effects');
  const match = matchEffects(required, scene.calls);
  if (match.deviations.length === 0) return holds('required_effects', metEvidence(scene, match));
  const findings = match.deviations.map((deviation) => describeDeviation(scene, deviation, match.met.length > 0));
  const [gravest] = [...findings].sort((a, b) => byGravity(a.seen, b.seen) || a.step - b.step);
  if (!gravest) return undefined;
  const evidence = gravest.evidence();
  for (const other of findings) {
    if (evidence.length >= MAX_EVIDENCE) break;
    if (other !== gravest) evidence.push(...other.evidence());
  }
  return {
    outcome: 'deviates',
    status: 'failed',
    rule: 'effects',
    reason: gravest.reason(),
    evidence: evidence.slice(0, MAX_EVIDENCE),
    seen: gravest.seen,
    step: Math.min(...findings.map(({ step }) => step)),
    ...(gravest.agentFault === false ? { agentFault: false } : {}),
  };
}

const NOTE_CHARS = 200;

function metEvidence(scene: Scene, { met }: EffectMatch): Evidence[] {
  return met.slice(0, MAX_EVIDENCE).map(({ due, call }) => {
    const ignored = ignoredPaths(due, call);
    const note = ignored.length > 0 ? `not declared by the tool, so not compared: ${ignored.join(', ')}` : undefined;
    return evidenceOf(scene, call, note ? { note: clip(note, NOTE_CHARS) } : {});
  });
}
