import type { Blueprint } from '../blueprint/schema.ts';
import { nameFinder, spoken, words } from '../blueprint/wording.ts';
import { hasParameters } from '../confidence.ts';
import { echo } from '../errors.ts';
import type { Tool } from '../tool.ts';
import type { Finding } from './finding.ts';
import { redactSecrets } from './secrets.ts';
import { changesState } from './tool-reading.ts';

const MIN_DESCRIPTION_CHARS = 20;

/** REL-01, REL-02, DES-01, DES-02, TQ-01 and TQ-02: what a blueprint leaves unsaid. */
export function qualityFindings(blueprint: Blueprint): Finding[] {
  return [
    ...blueprint.tools.flatMap(unhandledErrors),
    ...unboundedCalls(blueprint),
    ...missingWorkflow(blueprint),
    ...brokenSteps(blueprint),
    ...orphans(blueprint),
    ...weakDescriptions(blueprint),
    ...blueprint.tools.flatMap(incompleteInterface),
  ];
}

/** REL-01 */
function unhandledErrors(tool: Tool): Finding[] {
  const { name, error_handling } = tool;
  if (error_handling && error_handling !== 'ignore') return [];
  const changes = changesState(tool);
  const said = error_handling ? 'has error_handling: ignore' : 'does not say what happens when it fails';
  return [
    {
      check: 'REL-01',
      category: 'reliability',
      severity: changes ? 'high' : 'medium',
      title: `No error handling: ${name}`,
      detail: `${name} ${said}${changes ? ', and it changes state: a failed call may be reported as done' : ''}.`,
      element: name,
      recommendation: changes
        ? `Add \`error_handling: fail\` to tool ${name} (stop and tell the user), or \`retry\` where a second call does no harm.`
        : `Add \`error_handling: retry\` to tool ${name}, or \`fallback\` where another source can answer.`,
    },
  ];
}

const LIMIT_IN_WORDS = /\b(?:rate limit\w*|retr(?:y|ies)|attempts)\b/;

/** REL-02; the list form of constraints can only say it in a sentence. */
function unboundedCalls({ tools, constraints }: Blueprint): Finding[] {
  const { max_retries, rate_limits, guardrails, statements } = constraints;
  if (max_retries !== undefined || rate_limits || tools.some(({ rate_limit }) => rate_limit)) return [];
  if ([...guardrails, ...statements].some((text) => LIMIT_IN_WORDS.test(spoken(text)))) return [];
  return [
    {
      check: 'REL-02',
      category: 'reliability',
      severity: 'medium',
      title: 'Unbounded retries or rate',
      detail: 'Neither max_retries nor any rate limit is given: a tool that keeps failing may be called without end.',
      element: 'constraints.max_retries',
      recommendation:
        'Add to constraints: `max_retries: 3`, or `rate_limit: "10 req/min"` to the tools that cost most.',
    },
  ];
}

/** Where most conversations begin: with a look at what is there. */
const LOOKUP = /^(?:find|get|fetch|look|lookup|search|retrieve|read|list|load|query|view|show)$/;

/** DES-01 */
function missingWorkflow({ tools, workflow }: Blueprint): Finding[] {
  if (workflow.chains.length > 0 || workflow.entry_point) return [];
  const harmless = tools.filter((tool) => !changesState(tool));
  const first = harmless.find(({ name }) => words(name).some((word) => LOOKUP.test(word))) ?? harmless[0];
  const steps = [first, tools.find(changesState)].flatMap((tool) => tool?.name ?? []);
  const entry = `entry_point: ${JSON.stringify(steps[0])}`;
  const single = tools.length === 1;
  return [
    {
      check: 'DES-01',
      category: 'system_design',
      severity: 'medium',
      title: 'No workflow or entry point',
      detail: single
        ? `The blueprint has neither a chain nor an entry point: nothing says what makes the agent call ${steps[0]}.`
        : 'The blueprint lists tools but neither a chain nor an entry point: nothing says in which order they belong.',
      element: 'workflow',
      recommendation: single
        ? `Add \`workflow: { ${entry} }\`, or a chain with the trigger that calls for it.`
        : `Add \`workflow: { ${entry}, chains: [{ name: "main", trigger: "…", steps: ${JSON.stringify(steps)} }] }\` with your own order.`,
    },
  ];
}

/** The tool or chain each step stands for: by its name, or by a name in its words (`call search_flights with the date`). */
function stepReader({ tools, workflow }: Blueprint): (step: string) => string | undefined {
  const names = [...tools, ...workflow.chains].map(({ name }) => name);
  const exact = new Set(names);
  const namedIn = nameFinder(names);
  return (step) => (exact.has(step) ? step : namedIn(step)[0]);
}

/** DES-02, high: a chain or the entry point names what is not there. */
function brokenSteps(blueprint: Blueprint): Finding[] {
  const { entry_point, chains } = blueprint.workflow;
  const readStep = stepReader(blueprint);
  const broken = chains.flatMap(({ name, steps }) =>
    steps.filter((step) => !readStep(step)).map((step) => brokenStep(`Chain ${echo(redactSecrets(name))}`, step)),
  );
  return entry_point && !readStep(entry_point) ? [brokenStep('The entry point', entry_point), ...broken] : broken;
}

function brokenStep(where: string, step: string): Finding {
  const named = echo(redactSecrets(step));
  return {
    check: 'DES-02',
    category: 'system_design',
    severity: 'high',
    title: `Broken step: ${named}`,
    detail: `${where} names '${named}', which is no tool of this blueprint.`,
    element: named,
    recommendation: `Correct the name, or add the tool '${named}' under tools; what is not a call belongs in the chain's description.`,
  };
}

/** DES-02, low: a tool in no chain while chains exist. */
function orphans(blueprint: Blueprint): Finding[] {
  const { chains, entry_point } = blueprint.workflow;
  if (chains.length === 0) return [];
  const steps = [...chains.flatMap((chain) => chain.steps), ...(entry_point ? [entry_point] : [])];
  const used = new Set(steps.map(stepReader(blueprint)));
  return blueprint.tools
    .filter(({ name }) => !used.has(name))
    .map(({ name }) => ({
      check: 'DES-02',
      category: 'system_design',
      severity: 'low',
      title: `Tool in no chain: ${name}`,
      detail: `${name} stands in no chain, so that nothing says when the agent should use it.`,
      element: name,
      recommendation: `Add '${name}' to the steps of the chain it belongs to, or give it a chain of its own with a trigger.`,
    }));
}

/** TQ-01 */
function weakDescriptions({ tools }: Blueprint): Finding[] {
  const holders = tools.map(({ name, description }): [string, string] => [spoken(description), name]);
  const [first, last] = [new Map(holders.toReversed()), new Map(holders)];
  return tools.flatMap(({ name, description }): Finding[] => {
    const twin = [first, last].map((holder) => holder.get(spoken(description))).find((other) => other !== name);
    const weakness =
      (spoken(description) === spoken(name) && 'only repeats the name') ||
      (twin && `is the same as that of ${twin}`) ||
      (description.length < MIN_DESCRIPTION_CHARS && `has fewer than ${MIN_DESCRIPTION_CHARS} characters`);
    if (!weakness) return [];
    return [
      {
        check: 'TQ-01',
        category: 'tool_quality',
        severity: 'low',
        title: `Weak description: ${name}`,
        detail: `The description of ${name} ${weakness}: the model chooses tools by their descriptions.`,
        element: name,
        recommendation: `Say in one sentence what ${name} does, when to use it${twin ? ` rather than ${twin}` : ''}, and what it returns.`,
      },
    ];
  });
}

/** TQ-02 */
function incompleteInterface(tool: Tool): Finding[] {
  const { name, returns, side_effects } = tool;
  const missing = [
    ...(hasParameters(tool) ? [] : ['parameters']),
    ...(returns ? [] : ['returns']),
    ...(side_effects ? [] : ['side_effects']),
  ];
  if (missing.length === 0) return [];
  return [
    {
      check: 'TQ-02',
      category: 'tool_quality',
      severity: missing.includes('parameters') ? 'medium' : 'low',
      title: `Incomplete interface: ${name}`,
      detail: `${name} has no ${missing.join(', no ')}.`,
      element: name,
      recommendation: `Add to tool ${name}: ${missing.map((field) => LINES[field]).join(', ')}.`,
    },
  ];
}

const LINES: Record<string, string> = {
  parameters: '`parameters: { type: object, properties: {} }` with one property for each argument',
  returns: '`returns: "…"` with what the model gets back',
  side_effects: '`side_effects: none`, `read`, `write`, `delete` or `handoff`',
};
