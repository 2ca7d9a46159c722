import type { Context } from 'hono';
import type { Env } from '../env.ts';
import { type App, baseUrl } from './app.ts';

/** Hosts that nobody but the platform, or this machine, routes to us. */
const ROUTED_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\]|[\w.-]+\.workers\.dev)$/;

/**
 * Whether we know who we are. A token says for whom it was made: an address that only the request names would make us take tokens that
 * were made for others.
 */
export function knowsItself({ PUBLIC_URL }: Env, url: string): boolean {
  return PUBLIC_URL !== undefined || ROUTED_HOST.test(new URL(url).hostname);
}

/** The address that tokens are made for, without a slash at its end; null where only the request names one. */
export function ownAddress(c: Context<App>): string | null {
  const url = baseUrl(c);
  return knowsItself(c.env, url) ? url : null;
}
