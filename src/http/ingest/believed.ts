import { refusalText } from '../../domain/errors.ts';
import { RefusedRequest } from '../api/refused-request.ts';
import { type Trust, trustRefusal } from '../ci-trust-faults.ts';

/** What was proved. @throws RefusedRequest in the words of the fault */
export function believed<T>(trust: Trust<T>): T {
  if (trust.ok) return trust.value;
  const { status, code, message, hint, retryAfterS } = trustRefusal(trust.fault);
  const details = retryAfterS === undefined ? {} : { retry_after: retryAfterS };
  throw new RefusedRequest({ code, text: refusalText({ message, hint }), details, status });
}
