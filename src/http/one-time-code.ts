import { sign, verify } from 'hono/jwt';
import * as z from 'zod';
import type { Env } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectRole } from '../store/members.ts';
import { insertRedeemedCode } from '../store/sessions.ts';
import type { Caller } from '../tools/define-tool.ts';

/** Codes that work once: signed, so that nothing is stored until one is redeemed. */

const SETUP_MINUTES = 10;
const SIGN_IN_HOURS = 24;
const D1_DEADLINE_MS = 8_000;

const Setup = z.object({
  purpose: z.literal('setup'),
  workspace_id: z.string(),
  /** Who asked for it: the key that is made can do no more, and is made only while they still are good. */
  minter_id: z.string(),
  member_id: z.string().nullable(),
  agent_name: z.string().nullable(),
  jti: z.string(),
  exp: z.int(),
});
const SignIn = z.object({
  purpose: z.literal('sign-in'),
  workspace_id: z.string(),
  member_id: z.string(),
  /** The owner who made it for somebody else: it is good as long as they are one. */
  made_by: z.string().nullable().default(null),
  jti: z.string(),
  exp: z.int(),
});
export type SignInCode = z.infer<typeof SignIn>;
export type SetupCode = z.infer<typeof Setup>;

/** A code that mints a key for the tracer, valid for ten minutes. */
export function mintSetupCode(env: Env, minter: Caller, now: number): Promise<string> {
  const { workspaceId, credentialId, memberId, agentName } = minter;
  const payload: SetupCode = {
    ...{ purpose: 'setup', workspace_id: workspaceId, minter_id: credentialId, member_id: memberId },
    ...{ agent_name: agentName, jti: crypto.randomUUID(), exp: Math.floor(now / 1000) + SETUP_MINUTES * 60 },
  };
  return sign(payload, env.SESSION_SECRET, 'HS256');
}

export function redeemSetupCode(env: Env, code: string, now: number): Promise<SetupCode | null> {
  return redeem(env, { code, now, schema: Setup });
}

type SigningIn = { workspaceId: string; memberId: string; madeBy: string | null };

/** A code that signs a member in, valid for a day. `madeBy` is the owner who makes it for somebody else. */
export function mintSignInCode(
  env: Env,
  { workspaceId: workspace_id, memberId: member_id, madeBy: made_by }: SigningIn,
  now: number,
): Promise<string> {
  const exp = Math.floor(now / 1000) + SIGN_IN_HOURS * 3600;
  const claims = { purpose: 'sign-in', workspace_id, member_id, made_by, jti: crypto.randomUUID(), exp };
  return sign(claims, env.SESSION_SECRET, 'HS256');
}

export async function redeemSignInCode(env: Env, code: string, now: number): Promise<SignInCode | null> {
  const redeemed = await redeem(env, { code, now, schema: SignIn });
  if (!redeemed?.made_by) return redeemed;
  const maker = { workspaceId: redeemed.workspace_id, memberId: redeemed.made_by };
  return (await withDeadline(selectRole(env.DB, maker), D1_DEADLINE_MS)) === 'owner' ? redeemed : null;
}

type Redeeming<T> = { code: string; now: number; schema: z.ZodType<T> };

/** Null for a code that is forged, expired, of another purpose, or used before: one answer for all. */
async function redeem<T extends { jti: string; exp: number }>(
  env: Env,
  { code, now, schema }: Redeeming<T>,
): Promise<T | null> {
  const payload = await verify(code, env.SESSION_SECRET, 'HS256').catch(() => null);
  const parsed = schema.safeParse(payload);
  if (!parsed.success || parsed.data.exp * 1000 <= now) return null;
  const { jti, exp } = parsed.data;
  const first = await withDeadline(insertRedeemedCode(env.DB, { jti, expiresAt: exp * 1000, now }), D1_DEADLINE_MS);
  return first ? parsed.data : null;
}
