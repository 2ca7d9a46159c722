import { canonicalGraph } from './canonical-graph.ts';
import { parametersSchema } from './parameters.ts';
import { isObject, present, type Raw } from './raw.ts';

/**
 * Folds older names and short forms into the names of the schema. Checks nothing: a value of a wrong type is passed on
 * for the schema to name. Null counts as absent.
 */
export function canonicalBlueprint(raw: Raw, nameOverride: string | null | undefined): Raw {
  const { agent_name, name, framework, description, model, tools, sample_data, metadata, graph, ...rest } =
    present(raw);
  const { workflow, workflow_chains, workflows, ...unchained } = rest;
  const { constraints, guardrails, rate_limit, expected_behaviors, failure_modes, ...extra } = unchained;
  const agentName = nameOverride ?? agent_name ?? name;
  const folded = present({
    agent_name: agentName,
    framework: framework ?? 'custom',
    framework_declared: framework === undefined ? undefined : true,
    description: trimmed(description),
    model: trimmed(model),
    tools: eachObject(tools, canonicalTool),
    workflow: canonicalWorkflow(workflow, workflow_chains, workflows),
    constraints: canonicalConstraints(constraints, guardrails, rate_limit),
    expected_behaviors: texts(expected_behaviors),
    failure_modes: texts(failure_modes),
    sample_data,
    metadata,
    extra: Object.keys(extra).length > 0 ? extra : undefined,
  });
  return present({ ...folded, graph: canonicalGraph(graph, namesIn(folded)) });
}

/** Text without blanks around it; blank text is no text. */
function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() || undefined : value;
}

function eachObject(value: unknown, change: (item: Raw) => Raw): unknown {
  return Array.isArray(value) ? value.map((item) => (isObject(item) ? change(present(item)) : item)) : value;
}

function canonicalTool(tool: Raw): Raw {
  return present({
    ...tool,
    name: trimmed(tool.name),
    description: trimmed(tool.description),
    parameters: parametersSchema(tool.parameters),
    returns: trimmed(tool.returns),
    rate_limit: typeof tool.rate_limit === 'number' ? String(tool.rate_limit) : trimmed(tool.rate_limit),
  });
}

function canonicalWorkflow(workflow: unknown, ...older: unknown[]): unknown {
  if (workflow !== undefined && !isObject(workflow)) return workflow;
  const { entry_point, chains } = present(workflow ?? {});
  return present({ entry_point: trimmed(entry_point), chains: eachObject(joined([chains, ...older]), canonicalChain) });
}

function canonicalChain(chain: Raw): Raw {
  return present({
    name: trimmed(chain.name),
    trigger: trimmed(chain.trigger),
    description: trimmed(chain.description),
    steps: canonicalSteps(chain.steps ?? chain.tools),
  });
}

/** A list of names, of `{tool: name}`, or `search -> book -> confirm` in one text. */
function canonicalSteps(steps: unknown): unknown {
  if (typeof steps === 'string') return steps.split(/->|→|,/).map((step) => step.trim());
  if (!Array.isArray(steps)) return steps;
  return steps.map((step) => {
    const name = isObject(step) ? (step.tool ?? step.name) : step;
    return typeof name === 'string' ? name.trim() : step;
  });
}

function canonicalConstraints(constraints: unknown, guardrails: unknown, rateLimit: unknown): unknown {
  const isList = typeof constraints === 'string' || Array.isArray(constraints);
  const given = isList ? { statements: constraints } : (constraints ?? {});
  if (!isObject(given)) return constraints;
  const { system_prompt_summary, statements, guardrails: own, rate_limits, max_retries, ...named } = present(given);
  return present({
    system_prompt_summary: trimmed(system_prompt_summary),
    statements: joined([texts(statements), namedTexts(named)]),
    guardrails: joined([texts(own), texts(guardrails)]),
    rate_limits: orAbsent(
      joined([isObject(rate_limits) ? namedTexts(rate_limits) : texts(rate_limits), texts(rateLimit)]),
    ),
    max_retries,
  });
}

/** A list of texts from a list or one text. `- Never say: x`, which YAML reads as a mapping, becomes a text again. */
function texts(value: unknown): unknown {
  if (value === undefined) return [];
  const items = Array.isArray(value) ? value : [value];
  if (isObject(value)) return value;
  return items.map((item) => itemText(item)).filter((item) => item !== '' && item !== null);
}

function itemText(item: unknown): unknown {
  if (typeof item === 'string') return item.trim();
  if (isObject(item) && Object.keys(item).length === 1) return namedTexts(item)[0];
  return typeof item === 'number' || typeof item === 'boolean' ? String(item) : item;
}

function namedTexts(fields: Raw): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values.map((item) =>
      `${name}: ${isObject(item) || Array.isArray(item) ? JSON.stringify(item) : String(item)}`.trim(),
    );
  });
}

/** The lists as one, or the first that is no list, for the schema to name. */
function joined(lists: unknown[]): unknown {
  const given = lists.filter((list) => list !== undefined && list !== null);
  const wrong = given.find((list) => !Array.isArray(list));
  return wrong ?? given.flat(1);
}

function orAbsent(list: unknown): unknown {
  return Array.isArray(list) && list.length === 0 ? undefined : list;
}

function namesIn({ agent_name, tools, workflow }: Raw) {
  const named = (list: unknown) =>
    (Array.isArray(list) ? list : []).map((item) => (isObject(item) ? item.name : undefined)).filter(isText);
  const chains = isObject(workflow) ? workflow.chains : [];
  return { agent: isText(agent_name) ? agent_name : 'agent', tools: named(tools), chains: named(chains) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
