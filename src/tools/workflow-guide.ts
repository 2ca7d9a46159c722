/** The phases a client can ask for; the keys of the guide. */
export const WORKFLOW_PHASES = ['all', 'setup', 'registration', 'testing', 'execution', 'results'] as const;
export type Phase = (typeof WORKFLOW_PHASES)[number];

const ALIASES: Record<string, Phase> = { test_generation: 'testing', tests: 'testing', analysis: 'results' };

/** What needs the user's word. Each stands under the phases it belongs to, and all of them under `all`. */
const RULES = {
  upload:
    'Never upload a blueprint without showing the output of `invarium_prepare_blueprint` and getting a clear yes.',
  generate: 'Never generate tests before reviewing the blueprint and agreeing on the parameters with the user.',
  stopAfterCases: 'After showing generated cases, stop and ask whether to run or revise them; do not chain on.',
  oneScenario: 'Create scenarios one at a time, each with approval.',
  deletion: 'Never pass `confirm=true` on a first call; restate what will be deleted and wait for an explicit yes.',
  sync: '`invarium_sync_results` runs without asking: the user agreed when they agreed to run the tests.',
  afterRun: 'After a run: show its link, then fetch the run and the agent, then recommend next steps.',
} as const;
type RuleName = keyof typeof RULES;

type Section = { title: string; rules: RuleName[]; body: string };

const SECTIONS: Record<Exclude<Phase, 'all'>, Section> = {
  setup: {
    title: 'Setup',
    rules: [],
    body: `- \`invarium_get_workflow\` returns this guide; it needs no key. Ask for one phase (\`phase="testing"\`) to refresh a part of it.
- \`invarium_connect\` checks the key and returns three shell commands. Run them in the user's project folder: they create \`.invarium/\`, keep it out of git, and put the configuration and the tracer there. The second command holds a code that works once, for 10 minutes; call \`invarium_connect\` again for a new one.
- The agent under test runs on the user's machine. Only descriptions, test cases and results are sent.`,
  },
  registration: {
    title: 'Registration',
    rules: ['upload', 'deletion'],
    body: `1. Read the resource \`invarium://templates/blueprint-prompt\`, then the agent's code, and write the blueprint as YAML in the shape of \`invarium://templates/agent-blueprint\`. Take tools, side effects and rules from the code; leave out what it does not say. \`side_effects\` matters most: verdicts rest on which tools change something.
2. Call \`invarium_prepare_blueprint\` and show the user the preview, the confidence and the local audit. Correct and repeat until the picture is right.
3. On the user's explicit approval call \`invarium_upload_blueprint\` and show the dashboard link. Uploading the same name again updates the agent and keeps its runs.
4. Call \`invarium_get_audit\`. Present the findings, worst first, and offer a concrete fix for each.
5. Fix what the user wants fixed, prepare again, and upload again after another yes.`,
  },
  testing: {
    title: 'Test generation',
    rules: ['generate', 'stopAfterCases', 'oneScenario', 'deletion'],
    body: `6. Review the blueprint with the user: tools that change something, rules that can be broken, chains that can go wrong. \`invarium_usage\` shows what the plan still allows. Propose what to test, how many cases, which complexity, failure category and persona.
7. When the parameters are agreed call \`invarium_generate_tests\`: one scenario a call, 1 to 25 cases, one generation at a time for an agent. A case the user dictates is made with \`invarium_create_scenario\`; its \`expectations\` say what must and must not happen.
8. Call \`invarium_get_tests\` until the cases are ready (usually 10 to 30 seconds).
9. Show the cases: message, expected tools, expected behaviour. Then stop and ask whether to run them or revise them. \`invarium_manage_scenario\` changes, switches off or deletes a scenario.`,
  },
  execution: {
    title: 'Execution',
    rules: ['sync'],
    body: `10. Call \`invarium_setup_tracing\` and run the command it returns, so that \`.invarium/invarium_trace.py\` is the current one.
11. Open the run: \`invarium_sync_results(agent_name=…, create_empty=true, results="[]", expected_total=N)\`. Show the user the link at once; the page counts up while results arrive. \`expected_total\` is the number of results to come, cases times repetitions (trials). The run stays open until that many different ones are stored and completes with the last; a repeated or retried result does not count twice. Without it nobody can tell a finished run from one that stopped half-way.
12. Read the resource \`invarium://templates/trace-prompt\`, write \`test_run.py\` from the cases, and run it in the background. Give it the run id and the case ids of \`invarium_get_tests\`; it streams each result as soon as its case ends. Start each case from a fresh state. For every case send what the agent really did: the tools it called with arguments and what they returned, its last answer, and the error if it crashed.

What to put in \`passed\` and \`notes\`:

- Leave \`passed\` out where the case has expectations that can be checked. The server judges tools, effects, order and facts itself and shows the evidence.
- Set \`passed: false\` when the script's own check found the answer wrong. It always counts as failed; \`notes\` says why in one sentence.
- Set \`passed: true\` only when that check really happened and the case has nothing the server could check. It decides only where no rule does; a broken expectation still fails the case.
- With neither, such a case stays pending ("needs review") until it is sent again with \`passed\` or a person decides on the dashboard.
- A crash is \`error_message\`, not \`passed: false\`: errors are counted apart from wrong behaviour.`,
  },
  results: {
    title: 'Analysis',
    rules: ['afterRun'],
    body: `13. When the run is complete call \`invarium_get_test_run\` and \`invarium_get_agent\`. Present the pass rate, the AQS and its trend, and for each failure the reason with its evidence: what was due, what happened, at which call. Name errors and pending results apart from failures; pending ones need \`passed\` or a decision on the dashboard.
14. Recommend the next step. All passed: suggest sharing the QA report. Failures: look at the first step that went wrong, propose a change to the agent's prompt, tools or guards, and run the same cases again; comparing two runs of the same cases shows what was fixed and what broke.`,
  },
};

/** The phase a caller means, by its key or an alias, in any case of letters. */
export function resolvePhase(text: string): Phase | undefined {
  const key = text.trim().toLowerCase();
  return WORKFLOW_PHASES.find((phase) => phase === key) ?? (Object.hasOwn(ALIASES, key) ? ALIASES[key] : undefined);
}

/** The guide, whole or one phase of it, as markdown. Steps keep their numbers when a phase stands alone. */
export function workflowGuide(phase: Phase): string {
  const keys = WORKFLOW_PHASES.filter((key) => key !== 'all');
  if (phase !== 'all') return section(keys.indexOf(phase), SECTIONS[phase]);
  const sections = keys.map((key, number) => section(number, SECTIONS[key]));
  return [INTRODUCTION, ruleList('## Confirmation rules', Object.values(RULES)), ...sections].join('\n\n');
}

const INTRODUCTION = `# Invarium QA workflow

Five phases take an agent from its code to a scored test run. Invarium looks at the process, which tools were called, with which arguments, in which order and with whose consent, and not only at the final answer. Go through the phases in order the first time; later ones can be entered directly.`;

function section(number: number, { title, rules, body }: Section): string {
  const parts = [`## Phase ${number}: ${title}`, body];
  if (rules.length > 0)
    parts.push(
      ruleList(
        'Rules of this phase:',
        rules.map((rule) => RULES[rule]),
      ),
    );
  return parts.join('\n\n');
}

function ruleList(heading: string, rules: string[]): string {
  return `${heading}\n\n${rules.map((rule) => `- ${rule}`).join('\n')}`;
}
