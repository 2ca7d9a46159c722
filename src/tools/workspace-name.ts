import type { Env } from '../env.ts';
import { findSettings } from '../store/credentials.ts';
import type { Caller } from './define-tool.ts';

/** What the caller's workspace is called now: a credential remembers the name it was made under. */
export async function workspaceName(env: Env, caller: Caller, now: number): Promise<string> {
  const { name = caller.workspaceName } = await findSettings(env, { workspaceId: caller.workspaceId, now });
  return name;
}
