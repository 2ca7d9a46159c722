import { type Browser, chromium as playwright } from 'playwright-core';

/** Chromium as the lockfile brings it: its own libraries are unpacked only where this variable is set before the package is loaded. */
process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x';

export async function launchBrowser(): Promise<Browser> {
  const { default: chromium } = await import('@sparticuz/chromium');
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--no-zygote'],
    headless: true,
  });
}
