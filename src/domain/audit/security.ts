import { constraintTexts } from '../blueprint/blueprint.ts';
import type { Blueprint } from '../blueprint/schema.ts';
import { nameFinder, spoken, words } from '../blueprint/wording.ts';
import type { Tool } from '../tool.ts';
import { type Finding, listed } from './finding.ts';
import { changesState, effectOf, irrevocableWord, type Parameter, parametersOf } from './tool-reading.ts';

export function securityFindings(blueprint: Blueprint): Finding[] {
  return [
    ...missingGuardrails(blueprint),
    ...blueprint.tools.flatMap(unconfirmed),
    ...unconstrainedTools(blueprint),
    ...sensitiveWithoutPolicy(blueprint),
  ];
}

/** SEC-01 */
function missingGuardrails(blueprint: Blueprint): Finding[] {
  if (blueprint.constraints.guardrails.length > 0) return [];
  const hasConstraints = constraintTexts(blueprint).length > 0;
  const changing = blueprint.tools.find(changesState);
  const rule = changing
    ? `Call ${changing.name} only after the user has confirmed the details`
    : 'Refuse requests outside the purpose of this agent, and never state what no tool returned';
  return [
    {
      check: 'SEC-01',
      category: 'security',
      severity: hasConstraints ? 'high' : 'critical',
      title: 'Missing guardrails',
      detail: hasConstraints
        ? 'The blueprint has constraints but no guardrail: nothing is declared as a limit that must hold whatever the user says.'
        : 'The blueprint has neither guardrails nor constraints: nothing says what the agent must never do.',
      element: 'constraints.guardrails',
      recommendation: `Add to constraints: \`guardrails: ["${rule}"]\`, one sentence per limit.`,
    },
  ];
}

/** SEC-02 */
function unconfirmed(tool: Tool): Finding[] {
  if (tool.requires_confirmation) return [];
  const effect = effectOf(tool);
  const word = irrevocableWord(tool);
  if (effect !== 'delete' && !(effect === 'write' && word)) return [];
  const declared = tool.side_effects ? `has side_effects: ${effect}` : 'declares no side_effects';
  const why = word && tool.side_effects !== 'delete' ? ` and ${word}` : '';
  return [
    {
      check: 'SEC-02',
      category: 'security',
      severity: effect === 'delete' ? 'critical' : 'high',
      title: `Unconfirmed destructive tool: ${tool.name}`,
      detail: `${tool.name} ${declared}${why}, but requires no confirmation: one misread sentence is enough to run it.`,
      element: tool.name,
      recommendation: `Add \`requires_confirmation: true\` to tool ${tool.name}, and make the agent ask before the call.`,
    },
  ];
}

const PATH_OWNERS =
  /^(?:file|dir|directory|folder|local|source|src|dest|destination|target|output|input|save|root|base|relative|absolute)$/;
const CODE_TOOL = /^(?:execute|exec|run|eval|evaluate|python|javascript|js|interpreter|sandbox|shell)$/;
const CODE_TEXT =
  /\b(?:python|javascript|typescript|source code|snippet|code (?:to|that) (?:run|execute|be executed)|executable code)\b/i;
const SQL_TEXT = /\bsql\b/i;

/** What a parameter lets the model write freely, read from its name and, where names are ambiguous, from what is said about it. */
function freeForm({ name, description, isLimited }: Parameter, tool: Tool): string | undefined {
  if (isLimited) return undefined;
  const named = words(name);
  const last = named.at(-1) ?? '';
  const about = `${description}\n${tool.description}`;
  if (/^(?:url|uri|href)s?$/.test(last)) return 'a URL';
  if (/^(?:sql|commands?|cmd|shell|bash)$/.test(last)) return last === 'sql' ? 'SQL' : 'a shell command';
  if (
    named.includes('sql') ||
    (/^(?:query|statement)$/.test(last) && SQL_TEXT.test(`${about} ${words(tool.name).join(' ')}`))
  )
    return 'SQL';
  if (
    /^(?:filepath|filename|pathname)$/.test(last) ||
    (last === 'path' && (named.length === 1 || PATH_OWNERS.test(named.at(-2) ?? '')))
  ) {
    return 'a file path';
  }
  if (
    /^(?:code|script|snippet)$/.test(last) &&
    (words(tool.name).some((word) => CODE_TOOL.test(word)) || CODE_TEXT.test(about))
  )
    return 'code';
  return undefined;
}

/** SEC-04 */
function unconstrainedTools({ tools, constraints }: Blueprint): Finding[] {
  const namedIn = nameFinder(tools.map(({ name }) => name));
  const ruled = new Set([...constraints.guardrails, ...constraints.statements].flatMap(namedIn));
  return tools.flatMap((tool): Finding[] => {
    const [first] = parametersOf(tool).flatMap((parameter) => {
      const what = freeForm(parameter, tool);
      return what ? [{ ...parameter, what }] : [];
    });
    if (!first || ruled.has(tool.name)) return [];
    return [
      {
        check: 'SEC-04',
        category: 'security',
        severity: 'high',
        title: `Unconstrained permissions: ${tool.name}`,
        detail: `${tool.name} takes ${first.what} in '${first.path}' with no enum or pattern, and no guardrail names the tool: whatever the model writes there is carried out.`,
        element: tool.name,
        recommendation: `Limit '${first.path}' with an \`enum\` or \`pattern\`, or add a guardrail that names the tool: "${limitFor(first.what, tool.name)}".`,
      },
    ];
  });
}

function limitFor(what: string, name: string): string {
  switch (what) {
    case 'SQL':
      return `Use ${name} only for single SELECT statements on the tables this agent needs`;
    case 'a URL':
      return `Call ${name} only with https addresses of the hosts this agent needs, never with internal addresses`;
    case 'a file path':
      return `Use ${name} only on paths inside the working folder, never with ..`;
    default:
      return `Use ${name} only in a sandbox without network or credentials, and never with text a user supplied`;
  }
}

/** On spoken words, so that `e-mail`, `email_address` and `eMail` are one. */
const SENSITIVE =
  /\b(?:e ?mails?|phones?|telephones?|mobile number|ssns?|social security|passports?|credit cards?|debit cards?|card numbers?|cards? (?:id|token|holder|details?|expiry)|cvv|cvc|ibans?|bank accounts?|date of birth|dob|birth ?dates?|birthdays?|medical|patients?|diagnos[ei]s|prescriptions?|health (?:records?|data|insurance|history|information|conditions?)|driver s? ?licen[cs]e|national id|tax id|home address|biometrics?)\b/g;
const PRIVACY =
  /\b(?:privacy|private|personal|personally|pii|gdpr|hipaa|pci|ccpa|confidential(?:ity)?|sensitive|redact\w*|mask\w*|anonymi[sz]\w*|data protection|(?:never|not) (?:\w+ ){0,3}?(?:share|disclose|reveal|expose))\b/;

/** SEC-05: one finding for the blueprint, because one policy answers it. */
function sensitiveWithoutPolicy(blueprint: Blueprint): Finding[] {
  if (constraintTexts(blueprint).some((text) => PRIVACY.test(spoken(text)))) return [];
  const handling = blueprint.tools.flatMap((tool) => {
    const said = [
      tool.name,
      tool.description,
      ...parametersOf(tool).flatMap(({ path, description }) => [path, description]),
    ];
    const data = said
      .flatMap((text) => spoken(text).match(SENSITIVE) ?? [])
      .map((word) => word.replace('e mail', 'email'));
    return data.length > 0 ? [{ name: tool.name, data }] : [];
  });
  if (handling.length === 0) return [];
  const data = listed([...new Set(handling.flatMap((one) => one.data))]);
  const tools = listed(handling.map(({ name }) => name));
  return [
    {
      check: 'SEC-05',
      category: 'security',
      severity: 'medium',
      title: 'Sensitive data without policy',
      detail: `Personal or sensitive data (${data}) is handled by ${tools}, and no constraint says how it is protected.`,
      element: tools,
      recommendation: `Add to constraints.guardrails: "Never reveal personal data (${data}) to anyone but the verified user it belongs to, and never repeat it in full".`,
    },
  ];
}
