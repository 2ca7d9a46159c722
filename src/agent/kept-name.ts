import { createHash } from 'node:crypto';
import { redactText } from '../domain/redaction/redaction.ts';

/** A name that somebody else chose and that something is found by again, as it is kept: one that holds a secret or personal data as its hash. */
export function keptName(name: string): string {
  const isClean = redactText(name, { personalData: true }).value === name;
  return isClean ? name : createHash('sha256').update(name).digest('hex');
}
