import type { Context } from 'hono';
import type { Env } from '../env.ts';

/** What travels with a request through Hono: who asked, and what came of it, for the log line. */
export type App = {
  Bindings: Env;
  Variables: {
    requestId: string;
    workspace: string | null;
    outcome: { tool: string; code: string } | null;
    /** Sites that a form of this page leads to. */
    formTargets?: string[];
  };
};

/** How people reach this server: the configured address, else the request's own origin; no trailing slash. */
export function baseUrl(c: Context<App>): string {
  return (c.env.PUBLIC_URL ?? new URL(c.req.url).origin).replace(/\/+$/, '');
}
