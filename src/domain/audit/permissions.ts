import type { Blueprint } from '../blueprint/schema.ts';
import { nameFinder, words } from '../blueprint/wording.ts';
import type { Tool } from '../tool.ts';
import type { Finding } from './finding.ts';
import { type Parameter, parametersOf } from './tool-reading.ts';

/** A parameter as its words show it: `last` is the last word of its name, `about` what is said of it and of its tool. */
type Hint = { named: string[]; last: string; tool: string[]; about: string };
type FreeForm = { what: string; fits: (hint: Hint) => boolean; limit: string };

const PATH_OWNER =
  /^(?:file|dir|directory|folder|local|source|src|dest|destination|target|output|input|save|root|base|relative|absolute)$/;
const CODE_TOOL = /^(?:execute|exec|run|eval|evaluate|python|javascript|js|interpreter|sandbox|shell)$/;
const CODE_TEXT =
  /\b(?:python|javascript|typescript|source code|snippet|code (?:to|that) (?:run|execute|be executed))\b/i;
const IN_SANDBOX = 'only in a sandbox without network or credentials, and never with text that a user supplied';

/** What a model may be allowed to write freely. A `code` may be a discount and a `query` a search: such names need a second hint. */
const FREE_FORMS: FreeForm[] = [
  {
    what: 'a URL',
    fits: ({ last }) => /^(?:url|uri|href)s?$/.test(last),
    limit: 'only with https addresses of the hosts this agent needs, never with internal ones',
  },
  {
    what: 'SQL',
    fits: ({ named, last, tool, about }) =>
      named.includes('sql') || (/^(?:query|statement)$/.test(last) && (tool.includes('sql') || /\bsql\b/i.test(about))),
    limit: 'only for single SELECT statements on the tables this agent needs',
  },
  { what: 'a shell command', fits: ({ last }) => /^(?:commands?|cmd|shell|bash)$/.test(last), limit: IN_SANDBOX },
  {
    what: 'a file path',
    fits: ({ named, last }) =>
      /^(?:filepath|filename|pathname)$/.test(last) ||
      (last === 'path' && (named.length === 1 || PATH_OWNER.test(named.at(-2) ?? ''))),
    limit: 'only on paths inside the working folder, never with ..',
  },
  {
    what: 'code',
    fits: ({ last, tool, about }) =>
      /^(?:code|script|snippet)$/.test(last) && (tool.some((word) => CODE_TOOL.test(word)) || CODE_TEXT.test(about)),
    limit: IN_SANDBOX,
  },
];

/** SEC-04: a tool takes free-form text that is carried out, no schema limits it and no rule names the tool. */
export function unconstrainedPermissions({ tools, constraints }: Blueprint): Finding[] {
  const namedIn = nameFinder(tools.map(({ name }) => name));
  const ruled = new Set([...constraints.guardrails, ...constraints.statements].flatMap(namedIn));
  return tools.flatMap((tool): Finding[] => {
    if (ruled.has(tool.name)) return [];
    const [free] = parametersOf(tool).flatMap((parameter) => {
      const form = freeForm(parameter, tool);
      return form ? [{ path: parameter.path, form }] : [];
    });
    return free ? [unconstrained(tool.name, free.path, free.form)] : [];
  });
}

function freeForm({ name, description, isLimited }: Parameter, tool: Tool): FreeForm | undefined {
  if (isLimited) return undefined;
  const named = words(name);
  const about = `${description}\n${tool.description}`;
  const hint = { named, last: named.at(-1) ?? '', tool: words(tool.name), about };
  return FREE_FORMS.find(({ fits }) => fits(hint));
}

function unconstrained(name: string, path: string, { what, limit }: FreeForm): Finding {
  return {
    check: 'SEC-04',
    category: 'security',
    severity: 'high',
    title: `Unconstrained permissions: ${name}`,
    detail: `${name} takes ${what} in '${path}' with no enum or pattern, and no guardrail names the tool: whatever the model writes there is carried out.`,
    element: name,
    recommendation: `Limit '${path}' with an \`enum\` or \`pattern\`, or add the guardrail "Use ${name} ${limit}".`,
  };
}
