import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { RefusedSettings } from '../dashboard/settings-fields.tsx';
import { SettingsPage } from '../dashboard/settings-page.tsx';
import type { Usage } from '../dashboard/usage-table.tsx';
import { Refusal } from '../domain/errors.ts';
import { grouped } from '../domain/formatting.ts';
import { monthStart, type Plan, planOf, type QuotaName, resetDate } from '../domain/quota.ts';
import { RETENTION_DAYS } from '../domain/retention.ts';
import { STALL_MINUTES } from '../domain/run-state.ts';
import { selectRole } from '../store/members.ts';
import { selectUsage } from '../store/overview.ts';
import { NAME_CHARS, type SettingsChange, selectSettings } from '../store/settings.ts';
import { readD1 } from '../tools/read-d1.ts';
import { answered } from './answered.ts';
import { type App, baseUrl } from './app.ts';
import type { SignedIn } from './auth.ts';
import { changeSettings } from './change-settings.ts';
import { assertOwner, type Sent, sent } from './members-access.tsx';
import { csrfToken } from './session.ts';
import { signedIn } from './signed-in.tsx';

/** Workspace, plan and rules. The session names the workspace, so the page stands without a database; to change anything takes one. */
export const settingsPage = new Hono<App>();

settingsPage.get('/settings', (c) => signedIn(c, (who) => showSettings(c, who)));

/** The page as it is first asked for, or with a form that comes back. */
async function showSettings(c: Context<App>, who: SignedIn, refused?: RefusedSettings): Promise<Response> {
  const { workspace_id: id, workspace_name, email } = who.session;
  const plan = planOf(c.env.PLAN);
  const read = await readSettings(c, who, plan);
  // A session may still hold the name that the workspace had when it began.
  const name = read?.settings?.name ?? workspace_name;
  const role = read ? read.role : who.session.role;
  const page = {
    workspace: { id, name },
    member: { email, role },
    ...(read ? { usage: read.usage } : {}),
    settings: read?.settings ?? null,
    mayChange: role === 'owner',
    planName: plan.name,
    mcpUrl: `${baseUrl(c)}/mcp`,
    csrf: csrfToken(c, who),
    ...(refused ? { refused } : {}),
  };
  return c.html(<SettingsPage {...page} />, refused ? 400 : 200);
}

/** What only D1 knows, or null while it is away. */
async function readSettings(c: Context<App>, { session }: SignedIn, plan: Plan) {
  const { workspace_id: workspaceId, member_id: memberId } = session;
  const now = Date.now();
  try {
    const [role, settings, used] = await Promise.all([
      readD1(selectRole(c.env.DB, { workspaceId, memberId })),
      readD1(selectSettings(c.env.DB, workspaceId)),
      readD1(selectUsage(c.env.DB, workspaceId, { since: monthStart(now), now })),
    ]);
    return { role, settings, usage: usageOf(plan, used, now) };
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

const Name = z.object({
  name: z.string().min(1, 'Give the workspace a name.').max(NAME_CHARS, `A name has at most ${NAME_CHARS} characters.`),
});

const Rules = z.object({
  stallMinutes: whole(STALL_MINUTES, 'minutes'),
  retentionDays: whole(RETENTION_DAYS, 'days'),
  redactPersonal: z.string().transform((text) => text === 'yes'),
});

function whole({ least, most }: { least: number; most: number }, unit: string) {
  const range = `Give whole ${unit} from ${least} to ${grouped(most)}.`;
  return z
    .string()
    .regex(/^\d{1,6}$/, range)
    .transform(Number)
    .refine((number) => number >= least && number <= most, range);
}

settingsPage.post('/settings/name', (c) => sent(c, (form) => change(c, form, { schema: Name, names: ['name'] })));

settingsPage.post('/settings/rules', (c) =>
  sent(c, (form) => change(c, form, { schema: Rules, names: ['stallMinutes', 'retentionDays', 'redactPersonal'] })),
);

type Fields = { schema: z.ZodType<SettingsChange>; names: readonly string[] };

/** Follows a form of an owner, or hands it back with what is wrong beside each field. */
async function change(c: Context<App>, form: Sent, { schema, names }: Fields): Promise<Response> {
  assertOwner(form);
  const values = Object.fromEntries(names.map((name) => [name, form.text(name)]));
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    const errors = Object.fromEntries(parsed.error.issues.map(({ path, message }) => [String(path[0]), message]));
    return showSettings(c, form.who, { values, errors });
  }
  await answered(changeSettings(c.env, { ...form.act, change: parsed.data }));
  return c.redirect(`/settings#${names[0]}`, 303);
}
