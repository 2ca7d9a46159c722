import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { MessagePage } from '../dashboard/message-page.tsx';
import { Refusal } from '../domain/errors.ts';
import { logLine } from '../domain/redaction/log-line.ts';
import { DeadlineError } from '../store/deadline.ts';
import type { App } from './app.ts';

/** What a browser sees when there is nothing to show, or something broke. */

export function notFoundPage(c: Context<App>): Response | Promise<Response> {
  return c.html(<MessagePage status={404} title="Not found" message="There is no page at this address." />, 404);
}

export function failurePage(error: Error, c: Context<App>): Response | Promise<Response> {
  if (error instanceof HTTPException)
    return c.html(<MessagePage status={error.status} title="Refused" message={refusal(error)} />, error.status);
  if (error instanceof Refusal && error.code === 'RATE_LIMITED') return tooMany(error, c);
  console.error(
    logLine({
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

function tooMany({ message, hint = '', details }: Refusal, c: Context<App>): Response | Promise<Response> {
  c.header('Retry-After', String(details.retry_after));
  return c.html(<MessagePage status={429} title="Too many requests" message={`${message}.`} hint={hint} />, 429);
}

function refusal({ status }: HTTPException): string {
  return status === 403 ? 'This form was sent from another site.' : 'The request could not be served.';
}
