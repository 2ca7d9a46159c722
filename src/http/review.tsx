import { type Context, Hono } from 'hono';
import { MessagePage } from '../dashboard/message-page.tsx';
import { ReviewerVerdict } from '../domain/verdict/reviewed.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectRole } from '../store/members.ts';
import type { App } from './app.ts';
import { findRun } from './find-run.ts';
import { isCsrfToken } from './session.ts';
import { safePath } from './sign-in.tsx';
import { missing, signedIn } from './signed-in.tsx';

/** A person decides about a result. */
export const review = new Hono<App>();

const D1_DEADLINE_MS = 5_000;
/** What the buttons say: a verdict, and the case, trial and attempt that it is on. */
const DECISION = /^(passed|failed):(\w{1,80})\.(\d{1,4})\.(\d{1,3})$/;

review.post('/runs/:id/review', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: workspaceId, member_id: memberId, email } = who.session;
    const form = await c.req.parseBody();
    if (!isCsrfToken(c, who, form.csrf))
      return refusal(c, 403, 'This form is out of date. Reload the page and decide again.');
    const role = await withDeadline(selectRole(c.env.DB, { workspaceId, memberId }), D1_DEADLINE_MS);
    if (role !== 'owner' && role !== 'member')
      return refusal(c, 403, 'You may look at this workspace, and not decide in it. Ask its owner.');
    const decision = readDecision(form, email);
    if (!decision)
      return refusal(c, 400, 'A decision is passed or failed, with a comment of at most 2,000 characters.');
    const found = await findRun(c, workspaceId);
    const answer = found && (await found.object.reviewResult({ runId: c.req.param('id'), ...decision }));
    if (!answer || (!answer.ok && answer.code !== 'CONFLICT')) return missing(c, 'There is no such result.');
    if (!answer.ok) return refusal(c, 409, `${answer.message}. ${answer.hint ?? ''}`);
    return c.redirect(safePath(form.back), 303);
  }),
);

/** Where somebody lands who had to sign in again before a decision was taken. */
review.get('/runs/:id/review', (c) => c.redirect(`/runs/${c.req.param('id')}${new URL(c.req.url).search}`));

/** The button that was pressed says what was decided, and on which attempt. */
function readDecision(form: Record<string, unknown>, reviewer: string) {
  const [, status, caseId = '', trial, attempt] = DECISION.exec(String(form.verdict ?? '')) ?? [];
  // A browser sends lines that end in CR LF, and counts each as one character.
  const comment = String(form.comment ?? '').replaceAll('\r\n', '\n');
  const parsed = ReviewerVerdict.safeParse({ status, comment, reviewer });
  if (!parsed.success) return null;
  return { caseId, trial: Number(trial), attempt: Number(attempt), review: parsed.data };
}

function refusal(c: Context<App>, status: 400 | 403 | 409, message: string): Response | Promise<Response> {
  return c.html(<MessagePage status={status} title="Nothing was decided" message={message} />, status);
}
