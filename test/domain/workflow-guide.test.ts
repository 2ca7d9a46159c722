import { expect, test } from 'vitest';
import { resolvePhase, WORKFLOW_PHASES, workflowGuide } from '../../src/tools/workflow-guide.ts';

const PHASES = [
  { phase: 'setup', heading: '## Phase 0: Setup', steps: [] },
  { phase: 'registration', heading: '## Phase 1: Registration', steps: [1, 2, 3, 4, 5] },
  { phase: 'testing', heading: '## Phase 2: Test generation', steps: [6, 7, 8, 9] },
  { phase: 'execution', heading: '## Phase 3: Execution', steps: [10, 11, 12] },
  { phase: 'results', heading: '## Phase 4: Analysis', steps: [13, 14] },
] as const;

/** What the published contract says the guide must carry, and the phases where it applies. */
const RULES: { words: RegExp; phases: string[] }[] = [
  { words: /Never upload .*without showing .*clear yes/, phases: ['registration'] },
  { words: /Never generate .*before reviewing the blueprint and agreeing on the parameters/, phases: ['testing'] },
  { words: /stop and ask whether to run or revise them; do not chain on/, phases: ['testing'] },
  { words: /Create scenarios one at a time, each with approval/, phases: ['testing'] },
  {
    words: /Never pass `confirm=true` on a first call; restate what will be deleted/,
    phases: ['registration', 'testing'],
  },
  { words: /`invarium_sync_results` runs without asking/, phases: ['execution'] },
  { words: /After a run: show its link, then fetch the run and the agent, then recommend/, phases: ['results'] },
];

const STEP_TOOLS: Record<number, string> = {
  2: 'invarium_prepare_blueprint',
  3: 'invarium_upload_blueprint',
  4: 'invarium_get_audit',
  6: 'invarium_usage',
  7: 'invarium_generate_tests',
  8: 'invarium_get_tests',
  10: 'invarium_setup_tracing',
  11: 'invarium_sync_results(agent_name=…, create_empty=true, results="[]", expected_total=N)',
  12: 'test_run.py',
  13: 'invarium_get_test_run',
};

test.each(PHASES)('the guide to $phase has its heading and its own step numbers', ({ phase, heading, steps }) => {
  const guide = workflowGuide(phase);
  expect(guide.split('\n')[0]).toBe(heading);
  expect(stepNumbers(guide)).toEqual(steps);
});

test('the whole guide goes through all phases and the steps 1 to 14 in order', () => {
  const guide = workflowGuide('all');
  expect(guide.match(/^## Phase .*$/gm)).toEqual(PHASES.map(({ heading }) => heading));
  expect(stepNumbers(guide)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
});

test('each step names the tool it is known by', () => {
  const lines = workflowGuide('all').split('\n');
  for (const [step, tool] of Object.entries(STEP_TOOLS)) {
    expect(lines.find((line) => line.startsWith(`${step}. `))).toContain(tool);
  }
});

test('a confirmation rule stands in the phases it applies to, and in the whole guide', () => {
  for (const { words, phases } of RULES) {
    const carriers = PHASES.filter(({ phase }) => words.test(workflowGuide(phase)));
    expect(carriers.map(({ phase }) => phase)).toEqual(phases);
    expect(workflowGuide('all').split('## Phase 0')[0]).toMatch(words);
  }
});

test('the resource to read stands before the step that needs it', () => {
  expect(workflowGuide('registration')).toMatch(/^1\. Read the resource `invarium:\/\/templates\/blueprint-prompt`/m);
  expect(workflowGuide('execution')).toMatch(/^12\. Read the resource `invarium:\/\/templates\/trace-prompt`/m);
});

test('the execution phase says when to set passed and notes', () => {
  expect(workflowGuide('execution')).toMatch(/`passed: false` .*`notes` says why/);
  expect(workflowGuide('execution')).toContain('stays pending ("needs review")');
});

test.each([
  ...WORKFLOW_PHASES.map((phase): [string, string] => [phase, phase]),
  [' Setup ', 'setup'],
  ['test_generation', 'testing'],
  ['tests', 'testing'],
  ['Analysis', 'results'],
])('%j means the phase %s', (text, phase) => {
  expect(resolvePhase(text)).toBe(phase);
});

test.each(['', 'phase 1', 'constructor', '__proto__', 'toString'])('%j is no phase', (text) => {
  expect(resolvePhase(text)).toBeUndefined();
});

function stepNumbers(guide: string): number[] {
  return [...guide.matchAll(/^(\d+)\. /gm)].map((match) => Number(match[1]));
}
