import { env } from 'cloudflare:workers';
import { sign } from 'hono/jwt';
import { request, type Workspace } from './client.ts';

/** A one-time sign-in code, as the start script makes it. */
export function signInCode(workspace: Workspace, more: Record<string, unknown> = {}): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const payload = {
    purpose: 'sign-in',
    workspace_id: workspace.id,
    member_id: workspace.memberId,
    jti: crypto.randomUUID(),
    exp,
    ...more,
  };
  return sign(payload, env.SESSION_SECRET, 'HS256');
}

/** Signs in by a one-time link; the cookie header of the session. */
export async function signInAs(workspace: Workspace): Promise<string> {
  const answer = await request(`/sign-in?code=${await signInCode(workspace)}`);
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}
