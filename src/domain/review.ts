import { type Audit, audit } from './audit/audit.ts';
import { redactSecrets } from './audit/secrets.ts';
import { parseBlueprint } from './blueprint/blueprint.ts';
import type { Blueprint } from './blueprint/schema.ts';
import { type Confidence, confidence } from './confidence.ts';

/** A blueprint as it may be shown and kept, with what was found in the document it came from. */
export type Review = { blueprint: Blueprint; text: string; report: Audit; confidence: Confidence };

/**
 * Audits a document as it was given, and hands on what is left of it without its secrets.
 * @throws Refusal INVALID_BLUEPRINT
 */
export function reviewBlueprint(document: string, nameOverride?: string | null): Review {
  const given = parseBlueprint(document, nameOverride);
  const text = redactSecrets(given.text);
  const { blueprint } = text === given.text ? given : parseBlueprint(text);
  return { blueprint, text, report: audit(given.blueprint, given.text), confidence: confidence(blueprint) };
}
