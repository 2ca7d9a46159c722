import { pathAt, readDocument } from '../blueprint/document.ts';
import { pathText } from '../blueprint/problems.ts';
import type { Finding } from './finding.ts';
import { marksIn, redactSecrets, secretsIn } from './secrets.ts';

/**
 * SEC-03: each place of the document that holds a secret, once per kind; the value itself is never repeated. The mark that stands in its place
 * in a stored document counts too: the secret was shown, and whoever saves that text again has not taken it out where the agent has it.
 */
export function exposedSecrets(text: string): Finding[] {
  const secrets = [...secretsIn(text), ...marksIn(text)].sort((a, b) => a.start - b.start);
  if (secrets.length === 0) return [];
  const document = readDocument(text);
  const places = secrets.map(({ kind, start }) => ({
    kind,
    element: safePath(pathAt(document, start)) ?? `line ${document.lines.linePos(start).line}`,
  }));
  const distinct = new Map(places.map((place) => [`${place.kind} ${place.element}`, place]));
  return [...distinct.values()].map(({ kind, element }) =>
    exposure(kind.replace('api', 'API').replace('_', ' '), element),
  );
}

/** A key may itself be a secret. Redacted before it is shortened, so that no half of one stays unrecognised. */
function safePath(path: (string | number)[] | undefined): string | undefined {
  return path && pathText(path.map((part) => (typeof part === 'string' ? redactSecrets(part) : part)));
}

function exposure(what: string, element: string): Finding {
  return {
    check: 'SEC-03',
    category: 'security',
    severity: 'critical',
    title: `Exposed secret: ${what} at ${element}`,
    detail: `The blueprint contains what looks like a secret (${what}) at ${element}. Its value is not repeated here and is redacted in what is stored.`,
    element,
    recommendation:
      'Take it out of the blueprint, revoke it where it was issued, and give it to the agent through an environment variable or a secret store.',
  };
}
