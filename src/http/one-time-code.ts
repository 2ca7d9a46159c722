import { sign, verify } from 'hono/jwt';
import * as z from 'zod';
import type { Env } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import { insertRedeemedCode } from '../store/sessions.ts';

/** Codes that work once: signed, so that nothing is stored until one is redeemed. */

const SETUP_MINUTES = 10;
const D1_DEADLINE_MS = 8_000;

const Setup = z.object({ purpose: z.literal('setup'), workspace_id: z.string(), jti: z.string(), exp: z.int() });
const SignIn = z.object({
  purpose: z.literal('sign-in'),
  workspace_id: z.string(),
  member_id: z.string(),
  jti: z.string(),
  exp: z.int(),
});
export type SignInCode = z.infer<typeof SignIn>;
export type SetupCode = z.infer<typeof Setup>;

/** A code that mints a key for the tracer, valid for ten minutes. */
export function mintSetupCode(env: Env, workspaceId: string, now: number): Promise<string> {
  const exp = Math.floor(now / 1000) + SETUP_MINUTES * 60;
  return sign(
    { purpose: 'setup', workspace_id: workspaceId, jti: crypto.randomUUID(), exp },
    env.SESSION_SECRET,
    'HS256',
  );
}

export function redeemSetupCode(env: Env, code: string, now: number): Promise<SetupCode | null> {
  return redeem(env, { code, now, schema: Setup });
}

export function redeemSignInCode(env: Env, code: string, now: number): Promise<SignInCode | null> {
  return redeem(env, { code, now, schema: SignIn });
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
