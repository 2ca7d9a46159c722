import { type Context, Hono } from 'hono';
import { CasePage } from '../dashboard/case-page.tsx';
import { caseUrl } from '../dashboard/run-links.ts';
import { caseMarkdown } from '../domain/case-markdown.ts';
import { LIVE_ROWS } from '../domain/run.ts';
import { type App, baseUrl } from './app.ts';
import { findRun } from './find-run.ts';
import { csrfToken } from './session.ts';
import { mayChange, missing, signedIn } from './signed-in.tsx';

/** One result of a run: its page, and the same as a file. */
export const casePages = new Hono<App>();

const NO_RESULT = 'There is no such result in this workspace.';
/** `{case_id}.{trial}`, or a case alone; with the form of a file behind it. */
const KEY = /^(\w{1,80})(?:\.(\d{1,4}))?(?:\.(json|md))?$/;

casePages.get('/runs/:id/cases/:key', (c) =>
  signedIn(c, async (who) => {
    const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
    const [, caseId = '', trial, form] = KEY.exec(c.req.param('key')) ?? [];
    const found = caseId === '' ? null : await findRun(c, workspaceId);
    if (!found) return missing(c, NO_RESULT);
    const runId = c.req.param('id');
    if (trial === undefined) {
      const all = await found.object.viewCase({ runId, caseId, limit: LIVE_ROWS });
      const some = all.ok && (all.value.results.find(({ status }) => status !== 'passed') ?? all.value.results[0]);
      return some ? c.redirect(caseUrl(all.value.run, { caseId, trial: some.trial })) : missing(c, NO_RESULT);
    }
    const read = await found.object.viewCaseResult({ runId, caseId, trial: Number(trial) });
    if (!read.ok) return missing(c, NO_RESULT);
    const detail = read.value;
    if (form === 'json') return c.json(detail);
    if (form === 'md')
      return markdown(c, caseMarkdown(detail, `${baseUrl(c)}${caseUrl(detail.run, { caseId, trial: Number(trial) })}`));
    const page = { detail, workspaceName, now: Date.now(), mayDecide: mayChange(who), csrf: csrfToken(c, who) };
    return c.html(<CasePage {...page} />);
  }),
);

function markdown(c: Context<App>, text: string): Response {
  return c.body(text, 200, { 'Content-Type': 'text/markdown; charset=utf-8' });
}
