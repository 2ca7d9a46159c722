import { expect, test } from 'vitest';
import { failureShown } from '../../src/domain/verdict/outcome.ts';

const shown = (outcome: Parameters<typeof failureShown>[0], sent: unknown = {}) => failureShown(outcome, () => sent);
const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** A failing result, and how it is quoted. */
const QUOTED: [result: string, quote: string][] = [
  ['{"error": "no such user"}', 'no such user'],
  ['{"error": {"code": 12}}', '{"code": 12}'],
  ['{"error": true, "id": 1}', 'true'],
  ['{"ok": "false", "id": 3}', '{"id": 3, "ok": "false"}'],
  ['{"success": null, "error": "no such user"}', 'no such user'],
  ['{"status": "error", "message": "no"}', '{"message": "no", "status": "error"}'],
  ['{"status": "rejected", "reason": "daily limit"}', '{"reason": "daily limit", "status": "rejected"}'],
  ['{"state": "declined", "id": 4}', '{"id": 4, "state": "declined"}'],
  ['{"result": "Booking failed"}', 'Booking failed'],
  ['{"isError": true, "content": []}', '{"content": [], "isError": true}'],
  ['{"errors": ["bad amount"]}', '["bad amount"]'],
  ['{"message": "Internal server error"}', 'Internal server error'],
  ['{"detail": "Not found"}', 'Not found'],
  ['{"result": {"error": "no such user"}}', 'no such user'],
  ['{"result": "Error: no such user"}', 'Error: no such user'],
  ['"Error: quoted"', 'Error: quoted'],
];
/** These are quoted as they are. */
const WHOLE = [
  'Error: flight is full',
  'error - try later',
  '❌ ERROR 500',
  '[Error] no such user',
  'An unexpected error occurred while booking',
  'Exception: bad input',
  'ValueError: amount must be positive',
  'requests.exceptions.HTTPError: 404 Client Error',
  'java.lang.IllegalStateException',
  'Traceback (most recent call last):\n  File "x.py"',
  '<tool_use_error>No such file</tool_use_error>',
  'Failed to book the room',
  'Unable to reach the bank',
  'Could not find the order',
  'Cannot cancel a shipped order',
  'Invalid order id',
  'Permission denied',
  'Unauthorized',
  '404 Not Found',
  'HTTP 503 Service Unavailable',
  'Order 12 not found.',
  'The card does not exist',
  'Seat 3A is not available',
  'The order cannot be cancelled',
  'Payment failed: card expired',
  'Request timed out',
  '{"success": false}',
  '{"status": "FAILED"}',
  '{"statusCode": 404}',
  "{'error': 'no such user', 'id': None}",
  "{'success': False, 'id': 1}",
];

test.each([...QUOTED, ...WHOLE.map((result) => [result, result] as const)])(
  '%s shows a failure: %s',
  (result, quote) => {
    expect(shown({ result })).toBe(quote);
    if (/^[[{]"/.test(result)) expect(shown({ result: JSON.parse(result) })).toBe(quote);
  },
);

test.each([
  '',
  ' ',
  '255.0',
  'ok',
  'Transfer successful',
  'Error rate: 0.2 %',
  'Errors: 0',
  'The log mentions an Error: disk full',
  'Terror in the night, a novel',
  'Order 12 was found',
  'Timeout set to 30 s',
  'Marked as not available',
  'Refund rejected as you asked',
  'Failure analysis was stored under id 7',
  '{"error": null}',
  '{"error": ""}',
  '{"error": false, "errors": []}',
  '{"error": "none"}',
  '{"errors": 0, "rows": 5}',
  '{"declined_before": 2, "state": "open"}',
  '{"processed": 10, "errors": 2}',
  '{"success": true, "error": "was fixed"}',
  '{"status": "ok", "message": "No errors found"}',
  '{"id": 1, "note": "Error: printed on the box"}',
  '{"id": 1, "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "status": "failed"}',
  '{"status": 200}',
  '{"id": 1, "a": 2, "b": 3, "message": "Error: as the customer wrote"}',
  '[{"error": "a log entry"}, {"error": "another"}]',
  "{'error': None, 'id': 1}",
  '{"broken json',
])('%s shows no failure', (result) => {
  expect(shown({ result })).toBeUndefined();
});

test('content parts are read as the text they hold', () => {
  const part = (words: string) => [{ type: 'text', text: words }];
  expect(shown({ result: part('Error: full') })).toBe('Error: full');
  expect(shown({ result: { content: part('Error: full') } })).toBe('Error: full');
  expect(shown({ result: { isError: false, content: part('booked') } })).toBeUndefined();
  expect(shown({ result: text(part('Error: full')) })).toBe('Error: full');
});

test('an error that says something is a failure, one that says nothing is not', () => {
  const said = ['boom', true, 3, { code: 1 }, ['x']].map((error) => shown({ error }));
  expect(said).toEqual(['boom', 'true', '3', '{"code": 1}', '["x"]']);
  for (const error of [null, undefined, false, 0, '', ' ', 'None', [], {}]) expect(shown({ error })).toBeUndefined();
});

test('a status says failed, and ok does not hide what the result shows', () => {
  expect(shown({ status: 'failed' })).toBe('failed');
  expect(shown({ status: 'failed', result: 'seat taken' })).toBe('seat taken');
  expect(shown({ status: 'ok', result: 'Error: full' })).toBe('Error: full');
  expect(shown({ status: 'ok', result: 'done' })).toBeUndefined();
});

test('a failed state that the agent asked for is no failure', () => {
  const result = { id: 7, status: 'failed' };
  expect(shown({ result })).toBe('{"id": 7, "status": "failed"}');
  expect(shown({ result }, { id: 7, change: { status: 'Failed' } })).toBeUndefined();
  expect(shown({ result: { state: 'rejected' } }, { decision: 'reject' })).toBeUndefined();
  expect(shown({ result: { status: 'fail' } }, { language: 'fi' })).toBe('{"status": "fail"}');
});

test('a failure is quoted in brief', () => {
  expect(shown({ error: 'x'.repeat(5000) })?.length).toBe(200);
  expect(shown({ result: { success: false, why: 'y'.repeat(5000) } })?.length).toBeLessThanOrEqual(200);
});
