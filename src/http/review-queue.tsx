import { type Context, Hono } from 'hono';
import { ReviewQueuePage } from '../dashboard/review-queue-page.tsx';
import { AGENT_NAME } from '../domain/fields.ts';
import type { ReviewQueue } from '../domain/review-queue.ts';
import { agentObject } from '../env.ts';
import { selectPendingAgents } from '../store/pending.ts';
import { answered } from './answered.ts';
import type { App } from './app.ts';
import { csrfToken } from './session.ts';
import { mayChange, signedIn } from './signed-in.tsx';

/** All results that wait for a person, one at a time. */
export const reviewQueue = new Hono<App>();

reviewQueue.get('/review', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
    const queue = await readQueue(c, workspaceId);
    const page = { queue, workspaceName, now: Date.now(), mayDecide: mayChange(who), csrf: csrfToken(c, who) };
    return c.html(<ReviewQueuePage {...page} />);
  }),
);

/**
 * The agents come from D1, which may not have heard of the last decisions yet; what waits in one is asked of its object, which has. So a
 * result that was decided is never shown again, while the number for agents further down may be a moment old.
 */
async function readQueue(c: Context<App>, workspaceId: string): Promise<ReviewQueue> {
  const { agent: named } = c.req.query();
  const agent = named !== undefined && AGENT_NAME.test(named) ? named : null;
  const agents = agent === null ? await pendingAgents(c, workspaceId) : [{ name: agent, pending: 0 }];
  const skipped = skipOf(c.req.query('skip'));
  const queue: ReviewQueue = { left: 0, skipped, agent, agents: [], item: null };
  let toSkip = skipped;
  for (const { name, pending } of agents) {
    const read = queue.item ? null : await readAgent(c, { workspaceId, name, toSkip });
    queue.item = read?.item ?? queue.item;
    toSkip -= read?.passedOver ?? 0;
    const waiting = read ? read.total : pending;
    queue.left += waiting;
    if (waiting > 0) queue.agents.push({ name, pending: waiting });
  }
  return queue;
}

/** In the order of their names: that of their numbers would change with every decision. */
async function pendingAgents(c: Context<App>, workspaceId: string): Promise<ReviewQueue['agents']> {
  const found = await answered(selectPendingAgents(c.env.DB, workspaceId));
  return found
    .map(({ agentName: name, pending }) => ({ name, pending }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

type Asked = { workspaceId: string; name: string; toSkip: number };

/** The first result of an agent after those to be skipped, and how many of them it had. */
async function readAgent(c: Context<App>, { workspaceId, name, toSkip }: Asked) {
  const object = agentObject(c.env, workspaceId, name);
  const list = await object.listPending({ limit: toSkip + 1 });
  if (!list.ok) return { item: null, total: 0, passedOver: 0 };
  const { results, total } = list.value;
  const pending = results[toSkip];
  if (!pending) return { item: null, total, passedOver: results.length };
  const { caseId, trial, run } = pending;
  const detail = await object.viewCaseResult({ runId: run.id, caseId, trial });
  return { item: detail.ok ? { pending, detail: detail.value } : null, total, passedOver: 0 };
}

function skipOf(text: string | undefined): number {
  return /^\d{1,4}$/.test(text ?? '') ? Number(text) : 0;
}
