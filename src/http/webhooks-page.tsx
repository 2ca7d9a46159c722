import { type Context, Hono } from 'hono';
import type { RefusedForm } from '../dashboard/webhooks-fields.tsx';
import { WebhooksPage } from '../dashboard/webhooks-page.tsx';
import { UploadsPage } from '../dashboard/webhooks-uploads-page.tsx';
import type { Result } from '../domain/errors.ts';
import { AGENT_NAME } from '../domain/fields.ts';
import type { Webhook } from '../domain/webhook-message.ts';
import { type AgentRpc, agentObject } from '../env.ts';
import { selectAgentNames, selectAgentPage } from '../store/agent-list.ts';
import { withDeadline } from '../store/deadline.ts';
import { type App, baseUrl } from './app.ts';
import type { SignedIn } from './auth.ts';
import { listTrustRules } from './ci-trust-rules.ts';
import { mayChange, signedIn } from './signed-in.tsx';
import { listWebhooks } from './standard-webhook-endpoints.ts';
import { pageOf } from './webhooks-access.tsx';

/** The two pages: webhooks with their deliveries, trust rules with the uploads that were refused. */
export const webhooksPage = new Hono<App>();

const D1_DEADLINE_MS = 5_000;
/** Each of them is a call to an object of its own. */
const AGENTS_AT_ONCE = 5;
const NAMES_SHOWN = 200;
const ROWS_SHOWN = 25;
const WEBHOOK_ID = /^wh_[0-9a-f]{16}$/;
/** Stands for a name in an address while there is no agent. */
const SOME_AGENT = 'AGENT_NAME';

webhooksPage.get('/webhooks', (c) => signedIn(c, async (who) => showWebhooks(c, who)));
webhooksPage.get('/webhooks/uploads', (c) => signedIn(c, async (who) => showUploads(c, who)));

/** The page as it is asked for, or with a form as it was sent and what was wrong with it. */
export async function showWebhooks(c: Context<App>, who: SignedIn, refused?: RefusedForm): Promise<Response> {
  const { workspace_id: workspaceId } = who.session;
  const asked = c.req.query('webhook') ?? '';
  const webhookId = WEBHOOK_ID.test(asked) ? asked : null;
  const [webhooks, agents] = await Promise.all([listWebhooks(c.env, workspaceId), readAgents(c, workspaceId)]);
  const query = { webhookId, limit: ROWS_SHOWN, offset: 0 };
  const deliveries = await readLogs(c, { workspaceId, agents: agents.shown }, (agent) => agent.listDeliveries(query));
  const may = mayChange(who);
  const page = {
    ...{ ...pageOf(c, who), now: Date.now(), mayChange: may, agents, webhookId },
    webhooks: may ? webhooks : webhooks.map(withoutPath),
    deliveries: deliveries.sort((a, b) => b.createdAt - a.createdAt).slice(0, ROWS_SHOWN),
    back: backTo({ agent: agents.chosen, webhook: webhookId }),
  };
  return c.html(<WebhooksPage {...page} {...(refused ? { refused } : {})} />, refused ? 400 : 200);
}

/** The same for the page of uploads. */
export async function showUploads(c: Context<App>, who: SignedIn, refused?: RefusedForm): Promise<Response> {
  const { workspace_id: workspaceId } = who.session;
  const [rules, agents] = await Promise.all([listTrustRules(c.env, workspaceId), readAgents(c, workspaceId)]);
  const uploads = await readLogs(c, { workspaceId, agents: agents.shown }, (agent) => agent.listRefusedUploads());
  const page = {
    ...{ ...pageOf(c, who), now: Date.now(), mayChange: mayChange(who), agents, rules },
    uploads: uploads.sort((a, b) => b.at - a.at).slice(0, ROWS_SHOWN),
    place: { origin: new URL(baseUrl(c)).origin, workspaceId, agentName: agents.shown[0] ?? SOME_AGENT },
  };
  return c.html(<UploadsPage {...page} {...(refused ? { refused } : {})} />, refused ? 400 : 200);
}

/** A receiver's path may be all that keeps strangers out of it. */
function withoutPath(webhook: Webhook): Webhook {
  return { ...webhook, url: `${new URL(webhook.url).origin}/…` };
}

function backTo(asked: Record<string, string | null>): string {
  const set = Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== null);
  return set.length === 0 ? '/webhooks' : `/webhooks?${new URLSearchParams(set)}`;
}

/** The agent that was asked for, or those with the newest runs. */
async function readAgents(c: Context<App>, workspaceId: string) {
  const asked = c.req.query('agent') ?? '';
  const chosen = AGENT_NAME.test(asked) ? asked : null;
  const newest = { workspaceId, sort: 'last_run' as const, health: null, after: null, limit: AGENTS_AT_ONCE };
  const [names, page] = await Promise.all([
    withDeadline(selectAgentNames(c.env.DB, workspaceId), D1_DEADLINE_MS),
    chosen === null ? withDeadline(selectAgentPage(c.env.DB, newest), D1_DEADLINE_MS) : null,
  ]);
  const shown = page ? page.agents.map(({ name }) => name) : names.filter((name) => name === chosen);
  return { shown, chosen, names: names.slice(0, NAMES_SHOWN) };
}

type LogPlace = { workspaceId: string; agents: readonly string[] };

/** What each of the agents has of a log, with its name. One that is gone meanwhile has nothing. */
async function readLogs<T extends object>(
  c: Context<App>,
  { workspaceId, agents }: LogPlace,
  read: (agent: AgentRpc) => Promise<Result<T[]>>,
): Promise<(T & { agentName: string })[]> {
  const logs = await Promise.all(
    agents.map(async (agentName) => {
      const found = await read(agentObject(c.env, workspaceId, agentName));
      return found.ok ? found.value.map((one) => ({ ...one, agentName })) : [];
    }),
  );
  return logs.flat();
}
