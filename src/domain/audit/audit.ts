import * as z from 'zod';
import type { Blueprint } from '../blueprint/schema.ts';
import { SEVERITIES, type Severity } from '../fields.ts';
import { exposedSecrets } from './exposure.ts';
import { AUDIT_CATEGORIES, AuditCategory, Finding } from './finding.ts';
import { graphFindings } from './graph-findings.ts';
import { qualityFindings } from './quality.ts';
import { redactSecrets } from './secrets.ts';
import { securityFindings } from './security.ts';

const Part = z.object({ left: z.int(), budget: z.int() });

/** The readiness of an agent as its blueprint tells it: score 0–100, what each category has left, the 500 worst findings in order. */
export const Audit = z.object({
  score: z.int().min(0).max(100),
  color: z.enum(['GREEN', 'YELLOW', 'RED']),
  label: z.string(),
  checks: z.union([z.literal(11), z.literal(16)]),
  categories: z.object({ security: Part, reliability: Part, system_design: Part, tool_quality: Part }),
  counts: z.object({ critical: z.int(), high: z.int(), medium: z.int(), low: z.int() }),
  findings: z.array(Finding),
});
export type Audit = z.infer<typeof Audit>;

const BLUEPRINT_CHECKS = 11;
const ALL_CHECKS = 16;
const PENALTIES: Record<Severity, number> = { critical: 8, high: 4, medium: 2, low: 1 };
/** A row of a database holds 2 MB, and nobody reads further; score and counts go by all of them. */
const MAX_FINDINGS = 500;
const GREEN_FROM = 61;
const YELLOW_FROM = 31;

/** Audits a parsed blueprint; `text` is the document it was parsed from, which alone shows comments and unknown fields. */
export function audit(blueprint: Blueprint, text: string): Audit {
  const findings = [
    ...securityFindings(blueprint),
    ...exposedSecrets(text),
    ...qualityFindings(blueprint),
    ...graphFindings(blueprint),
  ].sort(worstFirst);
  const left = (category: AuditCategory) => partLeft(findings, category);
  const categories = {
    security: left('security'),
    reliability: left('reliability'),
    system_design: left('system_design'),
    tool_quality: left('tool_quality'),
  };
  const score = AuditCategory.options.reduce((sum, category) => sum + categories[category].left, 0);
  const checks = blueprint.graph ? ALL_CHECKS : BLUEPRINT_CHECKS;
  return {
    score,
    ...rating(score),
    checks,
    categories,
    counts: countBySeverity(findings),
    findings: findings.slice(0, MAX_FINDINGS).map(withoutSecrets),
  };
}

/** Names of tools and nodes are the caller's words, in every finding. */
function withoutSecrets(finding: Finding): Finding {
  const { title, detail, element, recommendation } = finding;
  return {
    ...finding,
    title: redactSecrets(title),
    detail: redactSecrets(detail),
    element: redactSecrets(element),
    recommendation: redactSecrets(recommendation),
  };
}

function partLeft(findings: Finding[], category: AuditCategory): { left: number; budget: number } {
  const { budget } = AUDIT_CATEGORIES[category];
  const own = findings.filter((finding) => finding.category === category);
  const lost = own.reduce((sum, { severity }) => sum + PENALTIES[severity], 0);
  return { left: budget - Math.min(budget, lost), budget };
}

function rating(score: number): Pick<Audit, 'color' | 'label'> {
  if (score >= GREEN_FROM) return { color: 'GREEN', label: 'Ready' };
  return score >= YELLOW_FROM
    ? { color: 'YELLOW', label: 'Needs attention' }
    : { color: 'RED', label: 'Critical risk' };
}

function countBySeverity(findings: Finding[]): Audit['counts'] {
  const counts = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

function worstFirst(a: Finding, b: Finding): number {
  const bySeverity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  return bySeverity || compare(a.check, b.check) || compare(a.element, b.element);
}

/** By code units, so that the order is the same on every machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
