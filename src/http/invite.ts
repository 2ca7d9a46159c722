import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { Role } from '../domain/access.ts';
import { Refusal } from '../domain/errors.ts';
import type { Env } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import {
  insertInvitation,
  MOST_INVITATIONS,
  selectInvitations,
  updateInvitationRevoked,
} from '../store/invitations.ts';
import { sha256 } from './auth.ts';
import type { Act } from './members-acts.ts';

const DEADLINE_MS = 8_000;
const LIFETIME_MS = 7 * 24 * 3_600_000;
const TOKEN_BYTES = 32;
const ID_BYTES = 8;

/** Whom to invite. Nobody checks that an address is theirs: it is how they are called here. */
export const NewInvitation = z.strictObject({
  email: z.string().trim().max(254).pipe(z.email('Give an e-mail address, such as ada@example.com.')),
  role: Role.default('member'),
});
export type NewInvitation = z.infer<typeof NewInvitation>;

export type Invited = { id: string; token: string; expiresAt: number };

/** Makes a link that works once, within a week; its token is told once. @throws Refusal CONFLICT for a member's address, and over the limit */
export async function invite(
  env: Env,
  { workspaceId, actor, now, invitedBy }: Act & { invitedBy: string },
  { email, role }: NewInvitation,
): Promise<Invited> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const id = `in_${randomBytes(ID_BYTES).toString('hex')}`;
  const expiresAt = now + LIFETIME_MS;
  const row = { hash: sha256(token), id, workspaceId, email, role, invitedBy, actor, now, expiresAt };
  if (await withDeadline(insertInvitation(env.DB, row), DEADLINE_MS)) return { id, token, expiresAt };
  const open = await withDeadline(selectInvitations(env.DB, workspaceId, now), DEADLINE_MS);
  throw open.length >= MOST_INVITATIONS
    ? new Refusal('CONFLICT', `There are ${MOST_INVITATIONS} open invitations`, 'Revoke one first.')
    : new Refusal('CONFLICT', 'A member of this workspace has that e-mail address already');
}

/** @throws Refusal NOT_FOUND where the workspace has no such open invitation */
export async function revokeInvitation(env: Env, act: Act, id: string): Promise<void> {
  if (!(await withDeadline(updateInvitationRevoked(env.DB, { ...act, id }), DEADLINE_MS)))
    throw new Refusal('NOT_FOUND', 'There is no such open invitation');
}
