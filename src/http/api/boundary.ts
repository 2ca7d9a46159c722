import { Refusal, refusalText } from '../../domain/errors.ts';
import { ReportFault, type ReportFaultKind } from '../../domain/formats/fault.ts';
import { logLine } from '../../domain/redaction/log-line.ts';
import { DeadlineError } from '../../store/deadline.ts';
import { problem } from './problem.ts';
import { RefusedRequest } from './refused-request.ts';

const FAULT_STATUS: Record<ReportFaultKind, number> = { unparseable: 400, too_large: 413, unknown_format: 415 };

/** A refusal speaks for itself; anything else is a bug, logged and answered with a fixed sentence. */
export function worded(error: unknown): Response {
  if (error instanceof RefusedRequest) return problem(error.problem);
  if (error instanceof ReportFault) return faulty(error);
  if (error instanceof Refusal) {
    const { code, details } = error;
    return problem({ code, text: refusalText(error), details });
  }
  if (isDatabaseFault(error)) {
    const text = 'Could not reach the Invarium backend. Retry in 30 seconds.';
    return problem({ code: 'RETRY_LATER', text, details: { retry_after: 30 } });
  }
  console.error(logLine({ level: 'error', event: 'bug', error: String(error), stack: (error as Error)?.stack }));
  const text = 'Server error. Wait 30 seconds and retry.';
  return problem({ code: 'SERVER_ERROR', text, details: { retry_after: 30 } });
}

/** D1 failed or did not answer; whether it wrote is then unknown, and the caller may ask again. */
function isDatabaseFault(error: unknown): boolean {
  return error instanceof DeadlineError || String(error).includes('D1_ERROR');
}

/** A report that cannot be read, with the place where that is known. */
function faulty(fault: ReportFault): Response {
  const { code, kind, line, offset } = fault;
  const where = { ...(line === undefined ? {} : { line }), ...(offset === undefined ? {} : { offset }) };
  const details = { ...fault.details, ...where };
  return problem({ code, text: refusalText(fault), details, status: FAULT_STATUS[kind] });
}
