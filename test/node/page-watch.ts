import type { BrowserContext, Page } from 'playwright-core';

/**
 * Collects what no page may ever do, in every page of a window: fail, ask, call out, break the content security policy.
 * Lines are added as it happens; the list is empty while all is well.
 */
export function watchPages(context: BrowserContext, origin: string): string[] {
  const faults: string[] = [];
  const at = (page: Page | null) => (page ? new URL(page.url()).pathname : '');
  context.on('weberror', (error) => faults.push(`${at(error.page())}: script failed: ${error.error().message}`));
  context.on('console', (message) => {
    const isFault = message.type() === 'error' || /content security policy/i.test(message.text());
    // A page that is meant to be refused is reported on the console as well.
    if (isFault && !/status of 4\d\d/.test(message.text())) faults.push(`${at(message.page())}: ${message.text()}`);
  });
  context.on('dialog', (dialog) => {
    faults.push(`${at(dialog.page())}: a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`asked for ${request.url().slice(0, 100)}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} from ${response.url()}`);
  });
  return faults;
}
