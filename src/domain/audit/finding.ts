import * as z from 'zod';
import { Severity } from '../fields.ts';

/** The four parts of the readiness score and how many points each can lose. */
export const AUDIT_CATEGORIES = {
  security: { label: 'Security', budget: 50 },
  reliability: { label: 'Reliability', budget: 25 },
  system_design: { label: 'System Design', budget: 15 },
  tool_quality: { label: 'Tool Quality', budget: 10 },
} as const;

export const AuditCategory = z.enum(['security', 'reliability', 'system_design', 'tool_quality']);
export type AuditCategory = z.infer<typeof AuditCategory>;

/** `element` is what the finding is about, in the blueprint's words; `recommendation` holds a line to paste. */
export const Finding = z.object({
  check: z.string(),
  category: AuditCategory,
  severity: Severity,
  title: z.string(),
  detail: z.string(),
  element: z.string(),
  recommendation: z.string(),
});
export type Finding = z.infer<typeof Finding>;

const NAMED = 5;

/** `a, b and 3 more`. */
export function listed(names: string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}
