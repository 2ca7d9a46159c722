import { canonicalBlueprint } from './canonical.ts';
import { readDocument, renamedText } from './document.ts';
import { invalidBlueprint, invalidValue, problemText } from './problems.ts';
import { isObject, type Raw } from './raw.ts';
import { Blueprint } from './schema.ts';
import { yamlText } from './yaml-text.ts';

/**
 * A blueprint document, YAML or JSON, in its normalised form. `text` is the document as it should be kept: the caller's
 * own, under the name given beside it where there is one; secrets are still in it (`redactSecrets`).
 * @throws Refusal INVALID_BLUEPRINT with the first problem as its message and up to ten in `details.problems`
 */
export function parseBlueprint(given: string, nameOverride?: string | null): { blueprint: Blueprint; text: string } {
  const document = readDocument(given);
  if (!isObject(document.value)) {
    throw invalidBlueprint(["Document must be an object with the fields 'agent_name' and 'tools'"]);
  }
  const canonical = canonicalBlueprint(document.value, nameOverride);
  const parsed = Blueprint.safeParse(canonical, { reportInput: true });
  const issues = parsed.success ? [] : parsed.error.issues.map((issue) => problemText(issue, canonical));
  const problems = [...issues, ...brokenReferences(canonical)];
  if (!parsed.success || problems.length > 0) throw invalidBlueprint(problems);
  const { agent_name, name } = document.value;
  const renamed = typeof nameOverride === 'string' && nameOverride !== (agent_name ?? name);
  return { blueprint: parsed.data, text: renamed ? renamedText(document, nameOverride) : document.text };
}

/** The rules an agent works under, as one list of one-line texts. */
export function constraintTexts({ constraints }: Blueprint): string[] {
  const { system_prompt_summary, statements, guardrails, rate_limits = [], max_retries } = constraints;
  const texts = [
    ...(system_prompt_summary ? [system_prompt_summary] : []),
    ...statements,
    ...guardrails,
    ...rate_limits.map((limit) => `Rate limit: ${limit}`),
    ...(max_retries === undefined ? [] : [`Maximum retries: ${max_retries}`]),
  ];
  return texts.map((text) => text.replace(/\s+/g, ' '));
}

/** The normalised blueprint as a YAML document that parses to itself. */
export function blueprintYaml(blueprint: Blueprint): string {
  const { framework_declared, framework, workflow, constraints, extra, ...rest } = blueprint;
  const document = {
    ...rest,
    ...(framework_declared ? { framework } : {}),
    workflow: withoutEmptyLists(workflow),
    constraints: withoutEmptyLists(constraints),
  };
  return yamlText({ ...withoutEmptyLists(document), ...extra });
}

/** The fields that say something; nothing where none does. */
function withoutEmptyLists(fields: object): object | undefined {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined && !isEmptyList(value));
  return said.length > 0 ? Object.fromEntries(said) : undefined;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** What a schema of single values cannot see. */
function brokenReferences({ tools, graph }: Raw): string[] {
  const drawn = isObject(graph) ? graph : {};
  return [
    ...repeated(tools, 'name', { path: ['tools'], rule: 'a name that no other tool has' }),
    ...repeated(drawn.nodes, 'id', { path: ['graph', 'nodes'], rule: 'an id that no other node has' }),
    ...looseEnds(drawn),
  ];
}

function entries(value: unknown): Raw[] {
  return Array.isArray(value) ? value.map((item) => (isObject(item) ? item : {})) : [];
}

/** Names that must stand once: the first is right, every later one a problem. */
function repeated(list: unknown, field: string, said: { path: string[]; rule: string }): string[] {
  const seen = new Set<unknown>();
  return entries(list).flatMap((item, index) => {
    const value = item[field];
    if (typeof value !== 'string') return [];
    if (seen.has(value)) return [invalidValue([...said.path, index, field], value, said.rule)];
    seen.add(value);
    return [];
  });
}

/** Ends of edges that are neither a node nor a tool, a chain or the agent. */
function looseEnds(graph: Raw): string[] {
  const ids = new Set(entries(graph.nodes).map(({ id }) => id));
  const rule = 'the id of a node, or the name of a tool or chain';
  return entries(graph.edges).flatMap((edge, index) =>
    ['from', 'to']
      .filter((end) => typeof edge[end] === 'string' && !ids.has(edge[end]))
      .map((end) => invalidValue(['graph', 'edges', index, end], edge[end], rule)),
  );
}
