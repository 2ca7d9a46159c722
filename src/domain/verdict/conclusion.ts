import type { Deviates, Holds, Unchecked } from './ruling.ts';
import { MAX_EVIDENCE } from './ruling.ts';
import type { Scene } from './scene.ts';
import { type Classification, filedUnder } from './taxonomy.ts';
import type { Evidence, Verdict } from './verdict.ts';
import { clip, plural } from './wording.ts';

type Rest = readonly (Holds | Unchecked)[];

/** What the checks add up to: rule 1 over all of them, else the first deviation, else rules 11 and 12. */
export function conclude(scene: Scene, rest: Rest, deviation: Deviates | undefined): Verdict {
  if (scene.result.passed === false) return clientFailed(scene, deviation);
  if (deviation) return failed(deviation);
  const held = rest.filter((ruling) => ruling.outcome === 'holds');
  const unchecked = rest.filter((ruling) => ruling.outcome === 'unchecked');
  if (held.length > 0 && !unchecked.some(({ blocks }) => blocks)) return allMet(scene, held, unchecked);
  return undecided(scene, unchecked);
}

function failed({ status, rule, reason, evidence, seen, step, agentFault }: Deviates): Verdict {
  return {
    status,
    decided_by: 'rules',
    rule,
    reason,
    evidence,
    ...seen,
    ...(agentFault === false ? { agent_fault: false } : {}),
    first_deviation: step,
  };
}

const REASON_CHARS = 500;

/** Rule 1: the client's word decides, the rules only say what kind of failure it was. */
function clientFailed(scene: Scene, deviation: Deviates | undefined): Verdict {
  const { error_message, notes } = scene.result;
  const said = [error_message, notes].map((text) => text?.trim()).find((text) => text);
  const reason = said ? clip(said, REASON_CHARS) : 'The client reported that the case failed ("passed": false).';
  const seen: Classification = deviation?.seen ?? filedUnder(scene.targetCategory, 'client_reported');
  const also: Evidence[] = deviation ? [{ note: deviation.reason }, ...deviation.evidence] : [];
  return {
    status: 'failed',
    decided_by: 'client',
    rule: 'client_failed',
    reason,
    evidence: also.slice(0, MAX_EVIDENCE),
    ...seen,
    ...(deviation?.agentFault === false ? { agent_fault: false } : {}),
    first_deviation: deviation?.step ?? scene.lastAgentStep,
  };
}

/** Rule 11. */
function allMet(scene: Scene, held: readonly Holds[], unchecked: readonly Unchecked[]): Verdict {
  const names = held.map(({ expectation }) => expectation).join(', ');
  const one = held.length === 1;
  const open = scene.expectedBehavior?.trim() ? '; nobody judged the expected behaviour' : '';
  return {
    status: 'passed',
    decided_by: 'rules',
    rule: 'all_expectations_met',
    reason: `${one ? 'The' : 'All'} ${plural(held.length, 'expectation')} held (${names})${open}.`,
    evidence: [...notesOn(unchecked), ...held.flatMap(({ evidence }) => evidence)].slice(0, MAX_EVIDENCE),
  };
}

/** Rule 12. */
function undecided(scene: Scene, unchecked: readonly Unchecked[]): Verdict {
  const { passed, notes } = scene.result;
  const evidence = notesOn(unchecked);
  if (passed !== true)
    return { status: 'pending', decided_by: 'rules', rule: 'needs_review', reason: 'needs review', evidence };
  const reason = notes?.trim()
    ? clip(notes.trim(), REASON_CHARS)
    : 'The client reported that the case passed ("passed": true).';
  return { status: 'passed', decided_by: 'client', rule: 'client_passed', reason, evidence };
}

function notesOn(unchecked: readonly Unchecked[]): Evidence[] {
  return unchecked.map(({ expectation, why }) => ({ note: `${expectation} was not checked: ${why}` }));
}
