import { type Context, Hono } from 'hono';
import { agentUrl } from '../dashboard/agent-frame.tsx';
import { BlueprintDiffPage } from '../dashboard/blueprint-diff-page.tsx';
import { BlueprintForm, type BlueprintVerdict } from '../dashboard/blueprint-form.tsx';
import { BlueprintTab } from '../dashboard/blueprint-tab.tsx';
import { readableDocument } from '../domain/blueprint/marks.ts';
import { diffLines } from '../domain/line-diff.ts';
import { selectBlueprintDocument, selectBlueprintVersions } from '../store/blueprints.ts';
import { withDeadline } from '../store/deadline.ts';
import { uploadBlueprint } from '../tools/agents.ts';
import { callTool } from '../tools/catalog.ts';
import { changing, D1_DEADLINE_MS, type Seen, type Sent, statusOf, toolContext, viewing } from './agent-access.tsx';
import type { App } from './app.ts';
import { checkBlueprint, problemsOf } from './blueprint-check.ts';
import { markedDocument } from './marked-document.ts';
import { missing } from './signed-in.tsx';

/** The blueprint of an agent: as it is, as it was, what changed, and another one in its place. */
export const agentBlueprint = new Hono<App>();

const NO_VERSION = 'This agent has no such version of its blueprint.';
const TAKEN_OVER =
  'Somebody saved another version while you were writing, and nothing of yours was saved. Save again to put your text in its place; the version history shows what it replaces.';

agentBlueprint.get('/agent/:id/blueprint', (c) =>
  viewing(c, async (seen) => {
    const { from, saved } = c.req.query();
    const [read, versions] = await Promise.all([readVersion(c, seen), listVersions(c, seen)]);
    if (!read && versions.length > 0) return missing(c, NO_VERSION);
    const shown = read && { ...read, marked: markedDocument(read.text), from: wholeNumber(from) ?? 1 };
    const said = { saved: wholeNumber(saved), now: seen.now, mayChange: seen.mayChange };
    return c.html(<BlueprintTab {...seen.page} shown={shown} versions={versions} {...said} />);
  }),
);

agentBlueprint.get('/agent/:id/blueprint.yaml', (c) =>
  viewing(c, async (seen) => {
    const read = await readVersion(c, seen);
    if (!read) return missing(c, NO_VERSION);
    const part = c.req.query('version') === undefined ? '' : `-v${read.version}`;
    c.header('Content-Disposition', `attachment; filename="${seen.found.agent.name}-blueprint${part}.yaml"`);
    return c.body(read.text, 200, { 'Content-Type': 'application/yaml; charset=utf-8' });
  }),
);

agentBlueprint.get('/agent/:id/blueprint/diff', (c) =>
  viewing(c, async (seen) => {
    const read = await readVersion(c, seen);
    const before = read && (await readVersion(c, seen, read.version - 1));
    if (!read || !before) return missing(c, NO_VERSION);
    const parts = diffLines(before.text, read.text);
    return c.html(<BlueprintDiffPage {...seen.page} before={before} after={read} parts={parts} now={seen.now} />);
  }),
);

agentBlueprint.get('/agent/:id/blueprint/edit', (c) =>
  viewing(c, async (seen) => {
    if (!seen.mayChange) return c.redirect(agentUrl(seen.found.agent.id, 'blueprint'));
    const [read, [newest]] = await Promise.all([readVersion(c, seen), listVersions(c, seen)]);
    if (!read && newest) return missing(c, NO_VERSION);
    const isOlder = read !== null && read.version !== newest?.version;
    const form = { text: read?.text ?? '', base: newest?.version ?? 0, ...(isOlder ? { restored: read.version } : {}) };
    return c.html(<BlueprintForm {...seen.page} {...form} verdict={null} />);
  }),
);

agentBlueprint.post('/agent/:id/blueprint/edit', (c) =>
  changing(c, async (sent) => {
    const { who, found, form, refused } = sent;
    const given = { name: found.agent.name, text: form.text('blueprint') };
    if (refused) return formAgain(c, sent, { verdict: { ok: false, problems: [refused] }, status: 403 });
    const verdict = await checkBlueprint(c, who, given);
    if (!verdict.ok || form.text('do') === 'check')
      return formAgain(c, sent, { verdict, status: verdict.ok ? 200 : 400 });
    const [newest] = await listVersions(c, sent);
    if (String(newest?.version ?? 0) !== form.text('base'))
      return formAgain(c, sent, {
        verdict: { ok: false, problems: [TAKEN_OVER] },
        status: 409,
        base: newest?.version ?? 0,
      });
    const input = { blueprint: given.text, agent_name: given.name };
    const answer = await callTool(uploadBlueprint, input, toolContext(c, who));
    if (!answer.ok)
      return formAgain(c, sent, { verdict: { ok: false, problems: problemsOf(answer) }, status: statusOf(answer) });
    return c.redirect(`${agentUrl(found.agent.id, 'blueprint')}?saved=${newest?.version ?? 0}`, 303);
  }),
);

type Again = { verdict: BlueprintVerdict; status: 200 | 403 | ReturnType<typeof statusOf>; base?: number };

/** The form as it was sent, whatever was wrong with it: nothing that was typed is lost. */
async function formAgain(c: Context<App>, { page, form }: Sent, again: Again): Promise<Response> {
  const { verdict, status, base = wholeNumber(form.text('base')) ?? 0 } = again;
  return c.html(<BlueprintForm {...page} text={form.text('blueprint')} base={base} verdict={verdict} />, status);
}

/** For the script of the form: the same verdict, as often as somebody stops typing. */
agentBlueprint.post('/agent/:id/blueprint/check', (c) =>
  changing(c, async ({ who, found, form, refused }) => {
    if (refused) return c.json({ ok: false, problems: [refused] }, 403);
    return c.json(await checkBlueprint(c, who, { name: found.agent.name, text: form.text('blueprint') }));
  }),
);

/** Where somebody lands who had to sign in again before a form was sent. */
agentBlueprint.get('/agent/:id/blueprint/check', (c) =>
  c.redirect(`/agent/${encodeURIComponent(c.req.param('id'))}/blueprint/edit`),
);

type Version = { version: number; text: string; createdAt: number; isJson: boolean };

/** The version that is asked for, or the newest, as people read it; null where there is none. */
async function readVersion(c: Context<App>, { workspaceId, found }: Seen, asked?: number): Promise<Version | null> {
  const given = c.req.query('version');
  const version = asked ?? (given === undefined ? null : wholeNumber(given));
  if (version === null && given !== undefined) return null;
  const select = selectBlueprintDocument(c.env.DB, workspaceId, found.agent.id, version);
  const stored = await withDeadline(select, D1_DEADLINE_MS);
  if (!stored) return null;
  const text = readableDocument(stored.document);
  return { version: stored.version, createdAt: stored.createdAt, text, isJson: text !== stored.document };
}

function listVersions(c: Context<App>, { workspaceId, found }: Seen) {
  return withDeadline(selectBlueprintVersions(c.env.DB, workspaceId, found.agent.id), D1_DEADLINE_MS);
}

function wholeNumber(text: string | undefined): number | null {
  return /^[1-9]\d{0,6}$/.test(text ?? '') ? Number(text) : null;
}
