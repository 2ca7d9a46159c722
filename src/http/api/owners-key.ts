import { selectRole } from '../../store/members.ts';
import type { Caller } from '../../tools/define-tool.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { RefusedRequest } from './refused-request.ts';
import type { ApiContext } from './route.ts';

/** Whether a key is an owner's, or of the workspace itself: made when it was, by no member. */
export async function isOwnersKey({ env, caller }: Pick<ApiContext, 'env' | 'caller'>): Promise<boolean> {
  const { workspaceId, memberId } = caller;
  return memberId === null || (await readD1(selectRole(env.DB, { workspaceId, memberId }))) === 'owner';
}

/** @throws RefusedRequest 403 for a key that is no owner's */
export async function assertOwnersKey(context: Pick<ApiContext, 'env' | 'caller'>): Promise<void> {
  if (await isOwnersKey(context)) return;
  const text = "This API key is not allowed to do that. It needs to be an owner's.";
  throw new RefusedRequest({ code: 'AUTH_FAILED', text, status: 403 });
}

/** Who decides, for the lines of invitations: the member behind the key, else the key. */
export function inviterOf({ memberId, credentialId }: Caller): string {
  return memberId ?? credentialId;
}
