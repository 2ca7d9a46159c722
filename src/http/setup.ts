import { Hono } from 'hono';
import { newId } from '../agent/ids.ts';
import { planOf } from '../domain/quota.ts';
import type { Env } from '../env.ts';
import { findMember, isLive } from '../store/credentials.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectKeyById } from '../store/keys.ts';
import { selectWorkspace } from '../store/workspaces.ts';
import { type App, baseUrl } from './app.ts';
import { mintKey } from './mint-key.ts';
import { redeemSetupCode, type SetupCode } from './one-time-code.ts';
import { assertAttempt } from './rate-limit.ts';

const D1_DEADLINE_MS = 8_000;

/** What the commands of `invarium_connect` fetch. */
export const setup = new Hono<App>();

/** Redeems a one-time code for the file the tracer reads: a key that can only send results, and our address. */
setup.post('/api/setup/:code', async (c) => {
  const now = Date.now();
  c.header('Cache-Control', 'no-store');
  await assertAttempt(c, now);
  const code = await redeemSetupCode(c.env, c.req.param('code'), now);
  const minter = code && (await minterOf(c.env, code, now));
  if (!minter)
    return c.text('Error: Setup code is invalid, expired or used. Call invarium_connect for a new one.\n', 410);
  c.set('workspace', code.workspace_id);
  const { name: planName, limits } = planOf(c.env.PLAN);
  const minted = await mintKey(c.env, {
    ...{ id: newId('key'), workspaceId: code.workspace_id, name: 'Tracer', scopes: ['ingest'], createdAt: now },
    ...{ ...minter, memberId: code.member_id, agentName: code.agent_name, limit: limits.api_keys },
  });
  if ('refused' in minted) {
    const full = `API key limit reached (${minted.active}/${limits.api_keys}) on the ${planName} plan.`;
    return c.text(`Error: ${full} Revoke a key, or put the one you have into INVARIUM_API_KEY.\n`, 403);
  }
  return c.text(`${JSON.stringify({ api_key: minted.key, mcp_url: baseUrl(c) }, null, 2)}\n`, 200, {
    'Content-Type': 'application/json',
  });
});

/** What the key takes over from who asked for the code; null where they are not good any more, which ends their codes too. */
async function minterOf(
  env: Env,
  code: SetupCode,
  now: number,
): Promise<{ actor: string; expiresAt: number | null } | null> {
  const { workspace_id: workspaceId, member_id: memberId, minter_id: minterId } = code;
  const [workspace, key, member] = await withDeadline(
    Promise.all([
      selectWorkspace(env.DB, workspaceId),
      selectKeyById(env.DB, workspaceId, minterId),
      memberId === null ? null : findMember(env, { id: memberId, now }),
    ]),
    D1_DEADLINE_MS,
  );
  const isGood =
    (key ? isLive(key, now) : memberId !== null) && (memberId === null || member?.workspace_id === workspaceId);
  return workspace && isGood ? { actor: member?.email ?? workspace.email, expiresAt: key?.expires_at ?? null } : null;
}
