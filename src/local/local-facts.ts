import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { sign } from 'hono/jwt';
import * as z from 'zod';
import { Problem } from './problem.ts';
import { type Identity, ownerId } from './seed.ts';
import { readIfThere, writePrivately } from './state-directory.ts';

const FILE = 'local.json';
const LINK_LIFETIME_S = 12 * 60 * 60;

/** What a program on this machine needs to reach the local server. */
export const LocalFacts = z.object({
  base_url: z.url(),
  mcp_url: z.url(),
  api_key: z.string().startsWith('inv_'),
  dashboard_url: z.url(),
  workspace_id: z.string().startsWith('ws_'),
});
export type LocalFacts = z.infer<typeof LocalFacts>;

export async function makeFacts(baseUrl: string, identity: Identity, secret: string): Promise<LocalFacts> {
  return {
    base_url: baseUrl,
    mcp_url: `${baseUrl}/mcp`,
    api_key: identity.apiKey,
    dashboard_url: await signInLink(baseUrl, identity.workspaceId, secret),
    workspace_id: identity.workspaceId,
  };
}

export function identityOf(facts: LocalFacts | undefined): Partial<Identity> {
  return facts ? { workspaceId: facts.workspace_id, apiKey: facts.api_key } : {};
}

/** The facts of the last start, or undefined before the first one. */
export function readFacts(directory: string): LocalFacts | undefined {
  const file = path.join(directory, FILE);
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  const parsed = LocalFacts.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new Problem(`${file} is damaged. Delete it and run npm start: the data stays, and a new key is made.`);
}

export function writeFacts(directory: string, facts: LocalFacts): void {
  writePrivately(path.join(directory, FILE), `${JSON.stringify(facts, null, 2)}\n`);
}

/** A link that signs one browser in, once. */
async function signInLink(baseUrl: string, workspaceId: string, secret: string): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + LINK_LIFETIME_S;
  const member_id = ownerId(workspaceId);
  const claims = { purpose: 'sign-in', workspace_id: workspaceId, member_id, jti: randomUUID(), exp };
  return `${baseUrl}/sign-in?code=${await sign(claims, secret, 'HS256')}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
