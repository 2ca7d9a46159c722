import { type Context, Hono } from 'hono';
import { AppsPage } from '../dashboard/apps-page.tsx';
import { Refusal } from '../domain/errors.ts';
import { insertAuditEntry } from '../store/audit-log.ts';
import { selectMemberList } from '../store/member-list.ts';
import { answered } from './answered.ts';
import type { App } from './app.ts';
import { connectedApps, withdrawGrant } from './connect/grants.ts';
import { assertOwner, type Present, present, sent } from './members-access.tsx';
import { memberOf } from './members-acts.ts';

/** Clients that act for members: one's own, and for owners everybody's. */
export const appsPage = new Hono<App>();

/** Grants are read member by member. */
const MEMBERS_A_PAGE = 25;

appsPage.get('/settings/apps', (c) =>
  present(c, async (here) => {
    const after = c.req.query('after') ?? null;
    const [own, others] = await Promise.all([
      answered(connectedApps(c.env, here.memberId)),
      here.role === 'owner' ? appsOfOthers(c, here, after) : null,
    ]);
    const { now } = here.act;
    return c.html(<AppsPage {...here.page} {...{ now, own, others }} ownId={here.memberId} isFirst={after === null} />);
  }),
);

async function appsOfOthers(c: Context<App>, { workspaceId, memberId }: Present, after: string | null) {
  const query = { workspaceId, after, limit: MEMBERS_A_PAGE + 1 };
  const listed = await answered(selectMemberList(c.env.DB, query));
  const members = listed.slice(0, MEMBERS_A_PAGE);
  const last = listed.length > MEMBERS_A_PAGE ? members.at(-1) : undefined;
  const others = members.filter(({ id }) => id !== memberId);
  const apps = await Promise.all(
    others.map(async ({ id, email }) => ({
      member: { id, email },
      apps: await answered(connectedApps(c.env, id)),
    })),
  );
  return {
    members: apps.filter((one) => one.apps.length > 0),
    next: last ? `/settings/apps?after=${last.id}` : null,
  };
}

appsPage.post('/settings/apps/withdraw', (c) =>
  sent(c, async (here) => {
    const [memberId, id] = [here.text('member'), here.text('app')];
    if (memberId !== here.memberId) assertOwner(here);
    const { email } = await memberOf(c.env, here.act, memberId);
    const apps = await answered(connectedApps(c.env, memberId));
    const app = apps.find((one) => one.id === id);
    if (!app) throw new Refusal('NOT_FOUND', 'This app is not connected any more');
    const { workspaceId, actor, now: at } = here.act;
    const subject = `${app.clientName} (${app.redirectHost}): ${email}`;
    // Before the grant goes: what could not be noted can be asked for again.
    const entry = { workspaceId, at, actor, action: 'app.withdrawn', subject };
    await answered(insertAuditEntry(c.env.DB, entry));
    await answered(withdrawGrant(c.env, { memberId, id }));
    return c.redirect('/settings/apps', 303);
  }),
);

/** Where somebody lands who had to sign in again before the form was followed. */
appsPage.get('/settings/apps/withdraw', (c) => c.redirect('/settings/apps'));
