import { type Context, Hono } from 'hono';
import { MessagePage } from '../dashboard/message-page.tsx';
import { ReportPage } from '../dashboard/report-page.tsx';
import { withDeadline } from '../store/deadline.ts';
import { selectRole } from '../store/members.ts';
import { insertShare, selectSharesOfRun, updateShareRevoked } from '../store/report-shares.ts';
import { type App, baseUrl } from './app.ts';
import { type SignedIn, sha256 } from './auth.ts';
import { findRun } from './find-run.ts';
import { documentOf, sendReport, toFormat } from './report-files.tsx';
import { csrfToken, isCsrfToken } from './session.ts';
import { newShareToken, sharedReport } from './shared-report.tsx';
import { mayChange, missing, signedIn } from './signed-in.tsx';

/** The report on a run: to read, as a file, and the links that open it to others. */
export const reportPages = new Hono<App>();

const D1_DEADLINE_MS = 5_000;
const DAY_MS = 24 * 3_600_000;
const USUAL_DAYS = 90;
const MOST_DAYS = 365;
const NO_RUN = 'There is no such run in this workspace.';
const STALE_FORM = 'This form is out of date. Go back, reload the page and try again.';
const NOT_ALLOWED = 'You may look at this workspace, and not share anything of it. Ask its owner.';

type Outcome = { made?: string; error?: string };

reportPages.get('/runs/:id/report', (c) => signedIn(c, async (who) => showReport(c, who)));

reportPages.get('/runs/:id/:file{report\\.[a-z]+}', (c) =>
  signedIn(c, async (who) => {
    const format = toFormat(c.req.param('file').split('.')[1]);
    const document = format && (await readMine(c, who));
    return format && document ? sendReport(c, document, format) : missing(c, NO_RUN);
  }),
);

async function readMine(c: Context<App>, { session }: SignedIn) {
  const { workspace_id: workspaceId } = session;
  const found = await findRun(c, workspaceId);
  return found && documentOf(c, { ...found, workspaceId, runId: c.req.param('id') ?? '' }, Date.now());
}

async function showReport(c: Context<App>, who: SignedIn, outcome: Outcome = {}): Promise<Response> {
  const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
  const document = await readMine(c, who);
  if (!document) return missing(c, NO_RUN);
  const now = Date.now();
  // A report is worth reading while D1 is away; its links are listed when D1 is back.
  const known = await withDeadline(
    selectSharesOfRun(c.env.DB, workspaceId, document.report.run.id),
    D1_DEADLINE_MS,
  ).catch(() => []);
  const shares = {
    shares: known.filter(({ revokedAt, expiresAt }) => revokedAt === null && expiresAt > now),
    ...{ mayChange: mayChange(who), usualDays: USUAL_DAYS, mostDays: MOST_DAYS, ...outcome },
  };
  const page = { document, workspaceName, csrf: csrfToken(c, who), shares };
  return c.html(<ReportPage {...page} />, outcome.error ? 400 : 200);
}

reportPages.post('/runs/:id/report/shares', (c) =>
  signedIn(c, async (who) => {
    const form = await c.req.parseBody();
    const refused = await whyNot(c, who, form.csrf);
    if (refused) return refusal(c, 'Nothing was shared', refused);
    const days = daysOf(form.days);
    if (days === null) return showReport(c, who, { error: `A link lives for 1 to ${MOST_DAYS} whole days.` });
    const document = await readMine(c, who);
    if (!document) return missing(c, NO_RUN);
    const token = newShareToken();
    const now = Date.now();
    const { run } = document.report;
    const share = {
      ...{ hash: sha256(token), workspaceId: who.session.workspace_id, agentName: run.agent_name, runId: run.id },
      ...{ createdAt: now, expiresAt: now + days * DAY_MS, actor: who.session.email },
    };
    if (!(await withDeadline(insertShare(c.env.DB, share), D1_DEADLINE_MS))) return missing(c, NO_RUN);
    return showReport(c, who, { made: `${baseUrl(c)}/report/${token}` });
  }),
);

reportPages.post('/runs/:id/report/shares/:hash/revoke', (c) =>
  signedIn(c, async (who) => {
    const { csrf } = await c.req.parseBody();
    const refused = await whyNot(c, who, csrf);
    if (refused) return refusal(c, 'No link was revoked', refused);
    const { id, hash } = c.req.param();
    const share = { workspaceId: who.session.workspace_id, hash, now: Date.now(), actor: who.session.email };
    if (!(await withDeadline(updateShareRevoked(c.env.DB, share), D1_DEADLINE_MS)))
      return missing(c, 'There is no such link in this workspace.');
    return c.redirect(`/runs/${encodeURIComponent(id)}/report${new URL(c.req.url).search}#share`, 303);
  }),
);

/** Where somebody lands who reloads after a link was made, or had to sign in again. */
reportPages.get('/runs/:id/report/shares', (c) =>
  c.redirect(`/runs/${encodeURIComponent(c.req.param('id'))}/report${new URL(c.req.url).search}`),
);

reportPages.route('/', sharedReport);

async function whyNot(c: Context<App>, who: SignedIn, csrf: unknown): Promise<string | null> {
  if (!isCsrfToken(c, who, csrf)) return STALE_FORM;
  const { workspace_id: workspaceId, member_id: memberId } = who.session;
  const role = await withDeadline(selectRole(c.env.DB, { workspaceId, memberId }), D1_DEADLINE_MS);
  return role === 'owner' || role === 'member' ? null : NOT_ALLOWED;
}

function daysOf(text: unknown): number | null {
  const days = typeof text === 'string' && /^\d{1,3}$/.test(text.trim()) ? Number(text) : 0;
  return days >= 1 && days <= MOST_DAYS ? days : null;
}

function refusal(c: Context<App>, title: string, message: string): Response | Promise<Response> {
  return c.html(<MessagePage status={403} title={title} message={message} />, 403);
}
