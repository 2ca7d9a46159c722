import path from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium as playwright } from 'playwright-core';
import type { Server } from './server.ts';

/** Chromium as the lockfile brings it: its own libraries are unpacked only where this variable is set before the package is loaded. */
process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x';

/** What looks at a page from within. */
export const PROBE = path.join(import.meta.dirname, 'page-probe.js');

export async function launchBrowser(args: string[] = []): Promise<Browser> {
  const { default: chromium } = await import('@sparticuz/chromium');
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--no-zygote', ...args],
    headless: true,
  });
}

/** A window of its own for somebody who is signed in, with the probe in every page; addresses are paths of the server. */
export async function signedInContext(
  { browser, server }: { browser: Browser; server: Server },
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const { base_url: baseURL, api_key: key } = server.facts;
  const context = await browser.newContext({ baseURL, ...options });
  const answer = await context.request.post('/sign-in', {
    form: { key, next: '/settings' },
    headers: { origin: baseURL },
    maxRedirects: 0,
  });
  if (answer.status() !== 303) throw new Error(`Signing in was answered ${answer.status()}`);
  await context.addInitScript({ path: PROBE });
  return context;
}
