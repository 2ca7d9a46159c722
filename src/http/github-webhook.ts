import { createHash, createHmac } from 'node:crypto';
import * as z from 'zod';
import { WORKFLOW_CONCLUSIONS, type WorkflowOutcome } from '../domain/trust-rule.ts';
import { distrust, type Trust } from './ci-trust-faults.ts';
import { isSameText } from './same-text.ts';

/** GitHub's own webhooks: docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries. */

const ID = /^[\w-]{1,100}$/;
const SIGNATURE = /^sha256=[0-9a-f]{64}$/;
/** GitHub signs no time: an event is as old as it says itself, and one that no table remembers any more is refused. */
export const MAX_EVENT_AGE_MS = 3 * 24 * 3_600_000;

const Numeric = z.int().positive().transform(String);
const WorkflowRunEvent = z.object({
  action: z.string(),
  repository: z.object({ full_name: z.string().min(1).max(200) }),
  workflow_run: z.object({
    id: Numeric,
    run_attempt: Numeric,
    conclusion: z.enum(WORKFLOW_CONCLUSIONS).nullish().catch(null),
    updated_at: z.iso.datetime({ offset: true }),
  }),
});

/** The headers of a delivery, checked for form. */
export function readGithubHeaders(headers: Headers): Trust<{ id: string; event: string; signature: string }> {
  const read = (name: string) => headers.get(name)?.trim() ?? '';
  const [id, event, signature] = [read('x-github-delivery'), read('x-github-event'), read('x-hub-signature-256')];
  const found = Object.entries({ 'X-Hub-Signature-256': signature, 'X-GitHub-Delivery': id, 'X-GitHub-Event': event });
  for (const [named, value] of found) if (value === '') return distrust({ fault: 'header_missing', named });
  if (!ID.test(id)) return distrust({ fault: 'header_malformed', named: 'X-GitHub-Delivery' });
  if (!SIGNATURE.test(signature)) return distrust({ fault: 'header_malformed', named: 'X-Hub-Signature-256' });
  return { ok: true, value: { id, event, signature } };
}

/** `sha256=` and the hexadecimal HMAC-SHA-256 of the body. */
export function isGithubSigned(secret: string, signature: string, body: Uint8Array): boolean {
  return isSameText(signature, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
}

/**
 * What a delivery is known by. Its id is not signed, so its content counts as one too: the same body under another id is the same delivery.
 */
export function githubDeliveryIds(id: string, body: Uint8Array): string[] {
  return [id, `sha256:${createHash('sha256').update(body).digest('hex')}`];
}

/** The end of a workflow run, or null for events that say nothing of one. */
export function readWorkflowOutcome(event: string, body: Uint8Array, now: number): Trust<WorkflowOutcome | null> {
  if (event !== 'workflow_run') return { ok: true, value: null };
  const parsed = WorkflowRunEvent.safeParse(parseJson(body));
  if (!parsed.success) return distrust({ fault: 'event_malformed' });
  const { action, repository, workflow_run: run } = parsed.data;
  if (now - Date.parse(run.updated_at) > MAX_EVENT_AGE_MS) return distrust({ fault: 'event_stale' });
  if (action !== 'completed' || !run.conclusion) return { ok: true, value: null };
  const { id: runId, run_attempt: runAttempt, conclusion } = run;
  return { ok: true, value: { repository: repository.full_name, runId, runAttempt, conclusion } };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    return undefined;
  }
}
