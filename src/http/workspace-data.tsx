import { type Context, Hono } from 'hono';
import { MessagePage } from '../dashboard/message-page.tsx';
import { DeleteWorkspacePage, DeletingPage } from '../dashboard/workspace-data-delete-page.tsx';
import { WorkspaceDataPage } from '../dashboard/workspace-data-page.tsx';
import { DeadlineError, withDeadline } from '../store/deadline.ts';
import { selectRole } from '../store/members.ts';
import { countLeft, selectRemovalState } from '../store/workspace-removal.ts';
import { answered } from './answered.ts';
import type { App } from './app.ts';
import type { SignedIn } from './auth.ts';
import { answerExport } from './export/export-answer.ts';
import { removeWorkspace, SETTLED_MS } from './remove-workspace.ts';
import { closeSession, csrfToken, isCsrfToken } from './session.ts';
import { signedIn } from './signed-in.tsx';
import { sessionOrRemover } from './workspace-remover.ts';

/** A whole workspace: taken along by its owners, and deleted by them. */
export const workspaceData = new Hono<App>();

const D1_DEADLINE_MS = 8_000;
const STALE_FORM = 'This form is out of date. Go back, reload the page and try again.';
const NOT_ALLOWED = 'Only an owner of the workspace can do this.';

workspaceData.get('/settings/export', (c) =>
  signedIn(c, async (who) => {
    const { workspace_name: workspaceName, role } = who.session;
    return c.html(<WorkspaceDataPage {...{ workspaceName, isOwner: role === 'owner', csrf: csrfToken(c, who) }} />);
  }),
);

workspaceData.post('/settings/export', (c) =>
  signedIn(c, async (who) => {
    const { csrf } = await c.req.parseBody();
    if (!isCsrfToken(c, who, csrf)) return refusal(c, 'Nothing was exported', STALE_FORM);
    if (!(await isOwner(c, who))) return refusal(c, 'Nothing was exported', NOT_ALLOWED);
    const { workspace_id: id, workspace_name: name, email: actor } = who.session;
    return answerExport(c.env, { workspace: { id, name }, actor, now: Date.now(), after: null });
  }),
);

workspaceData.get('/settings/delete', (c) => withRemover(c, (who) => showDeletion(c, who)));

workspaceData.post('/settings/delete', (c) =>
  withRemover(c, async (who) => {
    const { csrf, confirm } = await c.req.parseBody();
    if (!isCsrfToken(c, who, csrf)) return refusal(c, 'Nothing was deleted', STALE_FORM);
    const { workspace_id: workspaceId, email: actor } = who.session;
    const state = await answered(selectRemovalState(c.env.DB, workspaceId));
    if (state?.deletingAt === null) {
      if (!(await isOwner(c, who))) return refusal(c, 'Nothing was deleted', NOT_ALLOWED);
      const error = 'This is not the name of the workspace. Nothing was deleted.';
      if (state.name.trim() !== String(confirm).trim()) return showDeletion(c, who, error);
    } else if (who.session.role !== 'owner') return refusal(c, 'Nothing was deleted', NOT_ALLOWED);
    const removal = await removeWorkspace(c.env, { workspaceId, actor, now: Date.now() }).catch((cause: unknown) => {
      throw new DeadlineError('a step of the deletion failed', { cause });
    });
    if (!removal.done) return c.redirect('/settings/delete', 303);
    closeSession(c);
    return c.html(<Deleted />);
  }),
);

/** Serves who is signed in, or who goes on with a deletion that closed their session. */
async function withRemover(c: Context<App>, serve: (who: SignedIn) => Promise<Response>): Promise<Response> {
  const who = await sessionOrRemover(c, Date.now());
  if (!who) return signedIn(c, serve);
  c.header('Cache-Control', 'private, no-store');
  return serve(who);
}

async function showDeletion(c: Context<App>, who: SignedIn, error: string | null = null): Promise<Response> {
  const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
  const now = Date.now();
  const [state, left, owner] = await Promise.all([
    answered(selectRemovalState(c.env.DB, workspaceId)),
    answered(countLeft(c.env.DB, workspaceId)),
    isOwner(c, who),
  ]);
  const page = { workspaceName, agents: left.agents, csrf: csrfToken(c, who) };
  if (state && state.deletingAt !== null && who.session.role === 'owner') {
    const waitS = Math.max(0, Math.ceil((state.deletingAt + SETTLED_MS - now) / 1000));
    return c.html(<DeletingPage {...page} waitS={waitS} />);
  }
  if (!owner) return refusal(c, 'You cannot delete this workspace', NOT_ALLOWED);
  return c.html(<DeleteWorkspacePage {...page} error={error} />, error === null ? 200 : 400);
}

async function isOwner(c: Context<App>, { session }: SignedIn): Promise<boolean> {
  const { workspace_id: workspaceId, member_id: memberId } = session;
  return (await withDeadline(selectRole(c.env.DB, { workspaceId, memberId }), D1_DEADLINE_MS)) === 'owner';
}

function Deleted() {
  const message = 'Nothing of it is left but a line in the audit log that says who deleted it and when.';
  return <MessagePage status={200} title="The workspace is deleted" message={message} />;
}

function refusal(c: Context<App>, title: string, message: string): Response | Promise<Response> {
  return c.html(<MessagePage status={403} title={title} message={message} />, 403);
}
