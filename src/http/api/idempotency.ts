import { createHash } from 'node:crypto';
import { Refusal, refusalText } from '../../domain/errors.ts';
import { agentObject } from '../../env.ts';
import { worded } from './boundary.ts';
import { typeOf } from './given.ts';
import { RefusedRequest } from './refused-request.ts';
import { type Given, keyed, type OpenApiContext, type Route } from './route.ts';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
/** What another try may well change: the fault is ours, or something else is under way. */
const MAY_CHANGE = [409, 429];

/** With an Idempotency-Key the first outcome is kept for a day and given again; what may be different the next time is not kept. */
export async function serveOnce(route: Route, given: Given, open: OpenApiContext): Promise<Response> {
  const key = route.idempotent ? readKey(open.c.req.raw) : null;
  if (key === null) return route.serve(given, open);
  const { env, caller, now } = keyed(open);
  const agent = agentObject(env, caller.workspaceId, given.params.name ?? '');
  const hash = createHash('sha256')
    .update(JSON.stringify([route.id, given]))
    .digest('hex');
  const held = await agent.reserveReply({ key, hash, now });
  if (!held.ok) {
    if (held.code === 'AGENT_NOT_FOUND') return route.serve(given, open);
    throw new RefusedRequest({
      ...{ code: held.code, text: refusalText(held), details: held.details },
      ...(held.code === 'INVALID_ARGUMENT' ? { status: 422 } : {}),
    });
  }
  if (held.value !== null) return replayed(held.value);
  const answer = await route.serve(given, open).catch(worded);
  const isKept = answer.status < 500 && !MAY_CHANGE.includes(answer.status);
  const body = await answer.clone().text();
  const kept = isKept ? JSON.stringify({ status: answer.status, type: typeOf(answer), body }) : null;
  await agent.settleReply({ key, answer: kept, now });
  return answer;
}

/** The key that a request carries, or null. @throws Refusal INVALID_ARGUMENT */
export function readKey({ headers }: Request): string | null {
  const key = headers.get('idempotency-key');
  if (key !== null && !IDEMPOTENCY_KEY.test(key))
    throw new Refusal('INVALID_ARGUMENT', 'Idempotency-Key must be 1 to 255 visible ASCII characters');
  return key;
}

function replayed(text: string): Response {
  // Written above.
  const { status, type, body } = JSON.parse(text) as { status: number; type: string; body: string };
  return new Response(body, { status, headers: { 'Content-Type': type, 'Idempotent-Replayed': 'true' } });
}
