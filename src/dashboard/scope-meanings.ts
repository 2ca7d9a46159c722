import type { Scope } from '../domain/access.ts';

/** What a scope lets a credential do, as people read it. */
export const SCOPE_MEANINGS: Record<Scope, string> = {
  read: 'Look at agents, scenarios, test runs and scores.',
  write: 'Register and delete agents; generate, make, change and delete scenarios.',
  ingest: 'Send the results of test runs. All that a CI job or the tracer needs.',
  admin: 'Whatever the other scopes allow, and signing in to this dashboard.',
};
