import { Hono } from 'hono';
import { newId } from '../agent/ids.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectWorkspace } from '../store/workspaces.ts';
import { type App, baseUrl } from './app.ts';
import { mintKey } from './mint-key.ts';
import { redeemSetupCode } from './one-time-code.ts';

const D1_DEADLINE_MS = 8_000;

/** What the commands of `invarium_connect` fetch. */
export const setup = new Hono<App>();

/** Redeems a one-time code for the file the tracer reads: a key that can only send results, and our address. */
setup.post('/api/setup/:code', async (c) => {
  const now = Date.now();
  c.header('Cache-Control', 'no-store');
  const code = await redeemSetupCode(c.env, c.req.param('code'), now);
  const workspace = code && (await withDeadline(selectWorkspace(c.env.DB, code.workspace_id), D1_DEADLINE_MS));
  if (!workspace)
    return c.text('Error: Setup code is invalid, expired or used. Call invarium_connect for a new one.\n', 410);
  c.set('workspace', workspace.id);
  const minted = await mintKey(c.env, {
    ...{ id: newId('key'), workspaceId: workspace.id, name: 'Tracer', scopes: ['ingest'] },
    ...{ createdAt: now, expiresAt: null, actor: workspace.email },
  });
  if ('refused' in minted) throw new Error('a key without a limit was refused');
  return c.text(`${JSON.stringify({ api_key: minted.key, mcp_url: baseUrl(c) }, null, 2)}\n`, 200, {
    'Content-Type': 'application/json',
  });
});
