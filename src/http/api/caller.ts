import type { Context } from 'hono';
import { Refusal } from '../../domain/errors.ts';
import { authFailed, type Caller, type OpenContext } from '../../tools/define-tool.ts';
import { type App, baseUrl } from '../app.ts';
import { callerOfKey, readCredential } from '../auth.ts';
import { noteKeyUse } from '../key-use.ts';
import { mintSetupCode } from '../one-time-code.ts';
import { assertClaim, claimOf, settleClaim } from '../rate-limit.ts';

/** The caller behind the request's API key. @throws Refusal AUTH_FAILED, RATE_LIMITED, or RETRY_LATER while no store can say whether the key is good */
export async function callerOf(c: Context<App>, now: number): Promise<Caller> {
  const credential = readCredential(c.req.header('authorization'));
  if (credential.kind !== 'key') throw authFailed();
  const claim = claimOf(c, credential.key, now);
  await assertClaim(c, claim);
  const caller = await callerOfKey(c.env, credential.key, now).catch(() => undefined);
  if (caller === undefined) {
    const hint = 'Retry in 30 seconds.';
    throw new Refusal('RETRY_LATER', 'Could not reach the Invarium backend', hint, { retry_after: 30 });
  }
  await settleClaim(c, claim, caller?.credentialId ?? null);
  if (caller === null) throw authFailed();
  c.set('workspace', caller.workspaceId);
  noteKeyUse(c, caller, now);
  return caller;
}

/** What a tool works with when it is called from here. */
export function contextOf<T extends Caller | null>(c: Context<App>, caller: T, now: number) {
  const open: OpenContext = {
    caller,
    env: c.env,
    baseUrl: baseUrl(c),
    now,
    mintSetupCode: (minter) => mintSetupCode(c.env, minter, now),
  };
  return { ...open, caller };
}
