import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { MessagePage } from '../dashboard/message-page.tsx';
import { DeadlineError } from '../store/deadline.ts';
import type { App } from './app.ts';

/** What a browser sees when there is nothing to show, or something broke. */

export function notFoundPage(c: Context<App>): Response | Promise<Response> {
  return c.html(<MessagePage status={404} title="Not found" message="There is no page at this address." />, 404);
}

export function failurePage(error: Error, c: Context<App>): Response | Promise<Response> {
  if (error instanceof HTTPException)
    return c.html(<MessagePage status={error.status} title="Refused" message={refusal(error)} />, error.status);
  console.error(
    JSON.stringify({
      level: 'error',
      event: 'bug',
      request_id: c.get('requestId'),
      error: String(error),
      stack: error.stack,
    }),
  );
  const isLate = error instanceof DeadlineError;
  const title = isLate ? 'The database does not answer' : 'Something broke';
  const message = isLate
    ? 'Runs in progress go on; this page needs the database.'
    : 'The fault is on our side and has been logged.';
  return c.html(<MessagePage status={503} title={title} message={message} hint="Try again in 30 seconds." />, 503);
}

function refusal({ status }: HTTPException): string {
  return status === 403 ? 'This form was sent from another site.' : 'The request could not be served.';
}
