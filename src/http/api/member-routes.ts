import * as z from 'zod';
import { Role } from '../../domain/access.ts';
import { Refusal } from '../../domain/errors.ts';
import { type Invitation, MOST_INVITATIONS, selectInvitations } from '../../store/invitations.ts';
import { type ListedMember, selectListedMember, selectMemberList } from '../../store/member-list.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { invite, NewInvitation, revokeInvitation } from '../invite.ts';
import { changeRole, removeMember } from '../members-acts.ts';
import { assertOwnersKey, inviterOf } from './owners-key.ts';
import { type ApiContext, json, ownRoute, type Route } from './route.ts';
import { actOf } from './trust-routes.ts';

/** Who belongs to the workspace, and who is invited. */

const MOST_MEMBERS = 1_000;
const Member = z
  .object({ id: z.string(), email: z.string(), role: Role, joined_at: z.string() })
  .meta({ id: 'Member' });
const OpenInvitation = z
  .object({ id: z.string(), email: z.string(), role: Role, created_at: z.string(), expires_at: z.string() })
  .meta({ id: 'Invitation' });
const Made = z.object({
  ...{ id: z.string(), email: z.string(), role: Role, expires_at: z.string() },
  url: z.string().meta({ description: 'The link that makes whoever opens it a member, once. Told once.' }),
});
const place = { tag: 'Workspace', access: 'admin' } as const;
const one = '/v1/members/{id}';

export const MEMBER_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ method: 'GET', path: '/v1/members', id: 'listMembers', tag: 'Workspace', access: 'read' },
    summary: 'Who belongs to the workspace, the first ones first',
    answers: [{ status: 200, description: 'The members', schema: z.object({ members: z.array(Member) }) }],
    run: async (_, { env, caller }) => {
      const query = { workspaceId: caller.workspaceId, after: null, limit: MOST_MEMBERS };
      return json({ members: (await readD1(selectMemberList(env.DB, query))).map(wireMember) });
    },
  }),
  ownRoute({
    ...{ ...place, method: 'PATCH', path: one, id: 'updateMember' },
    summary: 'Change the role of a member',
    description:
      'A lower role signs the member out, withdraws the apps they connected and revokes keys they made that may do more. The only owner stays one.',
    body: z.strictObject({ role: Role }),
    answers: [{ status: 200, description: 'The member', schema: Member }],
    run: async ({ params, body }, context) => {
      await assertOwnersKey(context);
      const id = String(params.id);
      await changeRole(context.env, deciding(context), { id, role: body.role });
      const member = await readD1(selectListedMember(context.env.DB, context.caller.workspaceId, id));
      if (!member) throw new Refusal('NOT_FOUND', 'There is no such member');
      return json(wireMember(member));
    },
  }),
  ownRoute({
    ...{ ...place, method: 'DELETE', path: one, id: 'removeMember' },
    summary: 'Remove a member, with their sessions, connected apps and keys',
    query: z.object({
      keep_keys: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'Whether keys that they made go on working.' }),
    }),
    answers: [{ status: 200, description: 'Who was removed', schema: z.object({ removed: z.string() }) }],
    run: async ({ params, query }, context) => {
      await assertOwnersKey(context);
      const id = String(params.id);
      await removeMember(context.env, deciding(context), { id, keepKeys: query.keep_keys === 'true' });
      return json({ removed: id });
    },
  }),
  ownRoute({
    ...{ ...place, method: 'GET', path: '/v1/invitations', id: 'listInvitations' },
    summary: `Invitations that can still be accepted, newest first; at most ${MOST_INVITATIONS}`,
    answers: [{ status: 200, description: 'Open ones', schema: z.object({ invitations: z.array(OpenInvitation) }) }],
    run: async (_, { env, caller, now }) => {
      const open = await readD1(selectInvitations(env.DB, caller.workspaceId, now));
      return json({ invitations: open.map(wireInvitation) });
    },
  }),
  ownRoute({
    ...{ ...place, method: 'POST', path: '/v1/invitations', id: 'createInvitation' },
    summary: 'Make a link that lets somebody join, once, within 7 days',
    description: 'It takes the place of an open invitation for the same address. Nothing is sent.',
    body: NewInvitation,
    answers: [{ status: 201, description: 'The invitation, with its link', schema: Made }],
    run: async ({ body }, context) => {
      await assertOwnersKey(context);
      const { env, caller, baseUrl } = context;
      const made = await invite(env, { ...deciding(context), invitedBy: inviterOf(caller) }, body);
      const { id, token, expiresAt } = made;
      return json({ id, ...body, expires_at: iso(expiresAt), url: `${baseUrl}/join/${token}` }, 201);
    },
  }),
  ownRoute({
    ...{ ...place, method: 'DELETE', path: '/v1/invitations/{id}', id: 'revokeInvitation' },
    summary: 'Revoke an open invitation',
    answers: [{ status: 200, description: 'What was revoked', schema: z.object({ revoked: z.string() }) }],
    run: async ({ params }, context) => {
      await assertOwnersKey(context);
      await revokeInvitation(context.env, deciding(context), String(params.id));
      return json({ revoked: params.id });
    },
  }),
];

function deciding(context: ApiContext) {
  const { workspaceId, actor, now } = actOf(context);
  return { workspaceId, actor, now };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function wireMember({ id, email, role, created_at }: ListedMember) {
  return { id, email, role, joined_at: iso(created_at) };
}

function wireInvitation({ created_at, expires_at, ...invitation }: Invitation) {
  return { ...invitation, created_at: iso(created_at), expires_at: iso(expires_at) };
}
