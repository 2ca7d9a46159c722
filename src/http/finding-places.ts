import type { Audit } from '../domain/audit/audit.ts';
import { readDocument } from '../domain/blueprint/document.ts';
import { lineFinder, readableDocument } from '../domain/blueprint/marks.ts';

/** The lines of the newest blueprint, as its tab shows it, that findings are about; by element, those without a line are missing. */
export function findingPlaces(audit: Audit | null, document: string | undefined): ReadonlyMap<string, number> {
  if (!audit || document === undefined) return new Map();
  try {
    const lineOf = lineFinder(readDocument(readableDocument(document)));
    const placed = audit.findings.map(({ element }) => [element, lineOf(element)] as const);
    return new Map(placed.flatMap(([element, line]) => (line === null ? [] : [[element, line]])));
  } catch {
    return new Map(); // Rules have outgrown the document since it was stored: findings stand without their lines.
  }
}
