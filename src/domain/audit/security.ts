import { constraintTexts } from '../blueprint/blueprint.ts';
import type { Blueprint } from '../blueprint/schema.ts';
import { spoken } from '../blueprint/wording.ts';
import type { Tool } from '../tool.ts';
import { type Finding, listed } from './finding.ts';
import { unconstrainedPermissions } from './permissions.ts';
import { changesState, effectOf, irrevocableWord, parametersOf } from './tool-reading.ts';

export function securityFindings(blueprint: Blueprint): Finding[] {
  return [
    ...missingGuardrails(blueprint),
    ...blueprint.tools.flatMap(unconfirmed),
    ...unconstrainedPermissions(blueprint),
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

/** On spoken words, so that `e-mail`, `email_address` and `eMail` are one. */
const SENSITIVE =
  /\b(?:e ?mails?|phones?|telephones?|mobile number|ssns?|social security|passports?|credit cards?|debit cards?|card numbers?|cards? (?:id|token|holder|details?|expiry)|cvv|cvc|ibans?|bank accounts?|date of birth|dob|birth ?dates?|birthdays?|medical|patients?|diagnos[ei]s|prescriptions?|health (?:records?|data|insurance|history|information|conditions?)|driver s? ?licen[cs]e|national id|tax id|home address|biometrics?)\b/g;
const PRIVACY =
  /\b(?:privacy|private|personal|personally|pii|gdpr|hipaa|pci|ccpa|confidential(?:ity)?|sensitive|redact\w*|mask\w*|anonymi[sz]\w*|data protection|(?:never|not) (?:\w+ ){0,3}?(?:share|disclose|reveal|expose))\b/;

/** Other words for the same data. */
const SAME_DATA: [RegExp, string][] = [
  [/(?<!s[ie]|s)s$/, ''],
  [/^e mail$/, 'email'],
  [/^(?:telephone|mobile number)$/, 'phone'],
  [/^(?:dob|birth ?date|birthday)$/, 'date of birth'],
  [/^ssn$/, 'social security'],
];

/** The one word for a kind of data, so that a finding names it once. */
function oneWord(said: string): string {
  return SAME_DATA.reduce((word, [other, same]) => word.replace(other, same), said);
}

/** SEC-05: one finding for the blueprint, because one policy answers it. */
function sensitiveWithoutPolicy(blueprint: Blueprint): Finding[] {
  if (constraintTexts(blueprint).some((text) => PRIVACY.test(spoken(text)))) return [];
  const handling = blueprint.tools.flatMap((tool) => {
    const said = [
      tool.name,
      tool.description,
      ...parametersOf(tool).flatMap(({ path, description }) => [path, description]),
    ];
    const data = said.flatMap((text) => spoken(text).match(SENSITIVE) ?? []).map(oneWord);
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
