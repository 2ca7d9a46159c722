import { type Context, Hono } from 'hono';
import { SettingsPage } from '../dashboard/settings-page.tsx';
import type { Usage } from '../dashboard/usage-table.tsx';
import { Refusal } from '../domain/errors.ts';
import { monthStart, type Plan, planOf, type QuotaName, resetDate } from '../domain/quota.ts';
import { selectMembers } from '../store/member-list.ts';
import { selectRole } from '../store/members.ts';
import { selectUsage } from '../store/overview.ts';
import { readD1 } from '../tools/read-d1.ts';
import { type App, baseUrl } from './app.ts';
import type { SignedIn } from './auth.ts';
import { csrfToken } from './session.ts';
import { signedIn } from './signed-in.tsx';

/** Workspace, plan and rules. The session names the workspace, so the page stands without a database. */
export const settingsPage = new Hono<App>();

const MEMBERS_SHOWN = 50;

settingsPage.get('/settings', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: id, workspace_name: name, email } = who.session;
    const plan = planOf(c.env.PLAN);
    const read = await readSettings(c, who, plan);
    const page = {
      workspace: { id, name },
      member: { email, ...memberRole(read, who) },
      ...(read ? { usage: read.usage, members: read.members } : {}),
      planName: plan.name,
      mcpUrl: `${baseUrl(c)}/mcp`,
      csrf: csrfToken(c, who),
    };
    return c.html(<SettingsPage {...page} />);
  }),
);

/** What D1 says; while it is away, what the session was told when it began. */
function memberRole(read: Awaited<ReturnType<typeof readSettings>>, { session: { role } }: SignedIn) {
  if (read) return { role: read.role };
  return role ? { role } : {};
}

/** What only D1 knows, or null while it is away. */
async function readSettings(c: Context<App>, { session }: SignedIn, plan: Plan) {
  const { workspace_id: workspaceId, member_id: memberId } = session;
  const now = Date.now();
  try {
    const [role, members, used] = await Promise.all([
      readD1(selectRole(c.env.DB, { workspaceId, memberId })),
      readD1(selectMembers(c.env.DB, workspaceId, MEMBERS_SHOWN)),
      readD1(selectUsage(c.env.DB, workspaceId, { since: monthStart(now), now })),
    ]);
    return { role, members, usage: usageOf(plan, used, now) };
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function usageOf({ limits }: Plan, used: Record<QuotaName, number>, now: number): Usage {
  const quota = (name: QuotaName) => ({ used: used[name], limit: limits[name] });
  const quotas = {
    agents: quota('agents'),
    generations: quota('generations'),
    credits: quota('credits'),
    api_keys: quota('api_keys'),
  };
  return { quotas, resetsOn: resetDate(now) };
}
