import { logLine } from '../domain/redaction/log-line.ts';
import { agentObject, type Env } from '../env.ts';
import { deleteAgent } from '../store/agents.ts';
import { projectKey, projectMember, projectSession } from '../store/credentials.ts';
import { withDeadline } from '../store/deadline.ts';
import {
  type AgentHeld,
  countLeft,
  deleteAuditLines,
  deleteWorkspace,
  type Holders,
  type Left,
  selectAgentsHeld,
  selectGranters,
  selectKeysHeld,
  selectMembersHeld,
  selectSessionsHeld,
  updateDeleting,
  updateMembersGone,
  updateRevokedByDeletion,
  type WorkspaceDeletion,
} from '../store/workspace-removal.ts';
import { withdrawGrants } from './connect/grants.ts';

/**
 * Deletes a workspace. D1 first says that it is being deleted, and nothing new is let in; then checks are told that its keys, members and
 * sessions are gone; then each agent is removed by its own object, which closes its sockets; at the end the rows go. Each step can be
 * repeated, and the same request sent again goes on wherever the last one broke off. A request makes a bounded number of calls, so that
 * a large workspace takes several.
 *
 * The rows go no sooner than half a minute after the beginning. What was under way when the door closed has ended by then: a blueprint on its
 * way to an object, a copy of a key on its way to KV, a line of the audit log. Whatever such a copy said is put right before the end. A
 * flush of a run that comes later finds no agent in D1, and writes nothing; no webhook is told anything once the deletion began.
 */

const DEADLINE_MS = 12_000;
export const SETTLED_MS = 30_000;
/** The platform allows a request 1,000 calls; what withdrawing a member's grants takes is not known before, so it is reckoned high. */
const MOST_CALLS = 800;
const CALLS_A_GRANTER = 20;
const PAGE = 100;
const AGENTS_AT_ONCE = 8;
const MOST_AGENTS = 40;
/** No further agents are begun with after this, so that the request is answered in time. */
const AGENTS_MS = 12_000;
const AGENT_DEADLINE_MS = 15_000;
/** Audit log: 5,000 lines each. */
const MOST_LOG_ROUNDS = 20;

/** Done, or what is left of it and in how many seconds to ask again. */
export type Removal = { done: true } | { done: false; left: Left; retryAfterS: number };

/** @throws DeadlineError, or whatever D1 or KV threw: asking again goes on from there */
export async function removeWorkspace(env: Env, deletion: WorkspaceDeletion): Promise<Removal> {
  const { workspaceId, now } = deletion;
  const begunAt = await withDeadline(updateDeleting(env.DB, deletion), DEADLINE_MS);
  if (begunAt === null) return { done: true };
  const doors = new Doors(env, workspaceId, begunAt);
  await doors.closeAll();
  const isSettled = now >= begunAt + SETTLED_MS;
  await removeAgents(env, deletion, isSettled);
  const left = await withDeadline(countLeft(env.DB, workspaceId), DEADLINE_MS);
  const isClear = Object.values(left).every((count) => count === 0);
  if (!isClear) return { done: false, left, retryAfterS: 1 };
  if (!isSettled) return { done: false, left, retryAfterS: Math.ceil((begunAt + SETTLED_MS - now) / 1000) };
  await doors.closeAgain();
  if (await hasMoreLog(env, workspaceId)) return { done: false, left, retryAfterS: 1 };
  const isGone = await withDeadline(deleteWorkspace(env.DB, workspaceId, now), DEADLINE_MS);
  return isGone ? { done: true } : { done: false, left, retryAfterS: 1 };
}

/** What checks are told: copies in KV that say nothing but that somebody is gone, and that end some months later. */
class Doors {
  readonly #env: Env;
  readonly #workspaceId: string;
  /** Since when all is closed (epoch ms). */
  readonly #at: number;
  #calls = 0;

  constructor(env: Env, workspaceId: string, at: number) {
    this.#env = env;
    this.#workspaceId = workspaceId;
    this.#at = at;
  }

  /** Whatever was not told yet, as far as one request may go. Members come before sessions, which end with them. */
  async closeAll(): Promise<void> {
    await this.#rounds((open) => this.#closeKeys(open));
    await this.#rounds((open) => this.#closeMembers(open));
    await this.#rounds((open) => this.#closeSessions(open));
    await this.#withdraw();
  }

  /** The newest once more: what was being let in when the doors closed may have told checks so afterwards. */
  async closeAgain(): Promise<void> {
    const { KV } = this.#env;
    const newest: Holders = { workspaceId: this.#workspaceId, which: 'newest', limit: 2 * PAGE };
    await this.#closeKeys(newest);
    await this.#closeMembers(newest);
    await this.#closeSessions(newest);
    await withDeadline(KV.delete(`settings:${this.#workspaceId}`), DEADLINE_MS);
  }

  async #rounds(close: (open: Holders) => Promise<number>): Promise<void> {
    const open: Holders = { workspaceId: this.#workspaceId, which: 'open', limit: PAGE };
    let closed = PAGE;
    while (closed === PAGE && this.#calls + PAGE < MOST_CALLS) closed = await close(open);
  }

  async #closeKeys(holders: Holders): Promise<number> {
    const { DB } = this.#env;
    const keys = await withDeadline(selectKeysHeld(DB, holders), DEADLINE_MS);
    const hashes = keys.map(({ hash }) => hash);
    const writes = keys.map(({ hash, id }) => projectKey(this.#env.KV, hash, { ...this.#nobody(), ...NO_KEY, id }));
    await this.#told(writes, () => updateRevokedByDeletion(DB, 'api_keys', hashes));
    return keys.length;
  }

  async #closeSessions(holders: Holders): Promise<number> {
    const { DB } = this.#env;
    const sessions = await withDeadline(selectSessionsHeld(DB, holders), DEADLINE_MS);
    const hashes = sessions.map(({ hash }) => hash);
    const writes = sessions.map(({ hash, ...session }) =>
      projectSession(this.#env.KV, hash, { ...this.#nobody(), ...session, key_id: null }),
    );
    await this.#told(writes, () => updateRevokedByDeletion(DB, 'sessions', hashes));
    return sessions.length;
  }

  async #closeMembers(holders: Holders): Promise<number> {
    const { DB } = this.#env;
    const members = await withDeadline(selectMembersHeld(DB, holders), DEADLINE_MS);
    const { revoked_at: removed_at, ...nobody } = this.#nobody();
    const writes = members.map(({ id, role }) =>
      projectMember(this.#env.KV, { ...nobody, id, role, person_id: '', removed_at }),
    );
    const ids = members.map(({ id }) => id);
    await this.#told(writes, () => (holders.which === 'open' ? updateMembersGone(DB, ids, 'closed') : NOTHING));
    return members.length;
  }

  /** What members granted to clients opens nothing any more, and is cleared away. */
  async #withdraw(): Promise<void> {
    const { DB } = this.#env;
    const room = Math.floor((MOST_CALLS - this.#calls) / CALLS_A_GRANTER);
    if (room <= 0) return;
    const ids = await withDeadline(selectGranters(DB, this.#workspaceId, room), DEADLINE_MS);
    const withdrawals = ids.map((memberId) => withdrawGrants(this.#env, { memberId }));
    await this.#told(withdrawals, () => updateMembersGone(DB, ids, 'removed'));
  }

  async #told(writes: Promise<void>[], note: () => Promise<void>): Promise<void> {
    this.#calls += writes.length + 2;
    await withDeadline(Promise.all(writes), DEADLINE_MS);
    if (writes.length > 0) await withDeadline(note(), DEADLINE_MS);
  }

  /** No name and no address is left in a copy. */
  #nobody() {
    return { workspace_id: this.#workspaceId, workspace_name: '', email: '', revoked_at: this.#at };
  }
}

const NO_KEY = { scopes: [], member_id: null, agent_name: null, expires_at: null };
const NOTHING = Promise.resolve();

async function removeAgents(env: Env, deletion: WorkspaceDeletion, isSettled: boolean): Promise<void> {
  const until = Date.now() + AGENTS_MS;
  const agents = await withDeadline(selectAgentsHeld(env.DB, deletion.workspaceId, MOST_AGENTS), DEADLINE_MS);
  while (agents.length > 0 && Date.now() < until)
    await Promise.all(
      agents.splice(0, AGENTS_AT_ONCE).map((agent) => removeAgent(env, deletion, { agent, isSettled })),
    );
}

/**
 * An object that does not answer, or cannot reach D1, is asked again by the next request. One that knows of no agent either is on its way to
 * be one, or was never told of a registration whose row D1 has: once nothing is on its way any more, the row goes without it.
 */
async function removeAgent(
  env: Env,
  { workspaceId, actor, now }: WorkspaceDeletion,
  { agent, isSettled }: { agent: AgentHeld; isSettled: boolean },
): Promise<void> {
  try {
    const removed = await withDeadline(agentObject(env, workspaceId, agent.name).remove(actor), AGENT_DEADLINE_MS);
    if (removed.ok || removed.code !== 'AGENT_NOT_FOUND' || !isSettled) return;
    await withDeadline(deleteAgent(env.DB, { ...agent, workspaceId, actor, now }), DEADLINE_MS);
  } catch (cause) {
    console.error(logLine({ level: 'error', event: 'agent_not_removed', cause: String(cause) }));
  }
}

async function hasMoreLog({ DB }: Env, workspaceId: string): Promise<boolean> {
  for (let round = 0; round < MOST_LOG_ROUNDS; round++)
    if (!(await withDeadline(deleteAuditLines(DB, workspaceId), DEADLINE_MS))) return false;
  return true;
}
