import { expect, test } from 'vitest';
import { AGENT, BLUEPRINT, type Caller, shop } from './client.ts';
import { linkOf, type Visitor, visit } from './dashboard-visitor.ts';

const CHANGED = BLUEPRINT.replace('Pays an amount back', 'Pays an amount back, once,');

type Editing = { call: Caller; visitor: Visitor; path: string };

async function editing(): Promise<Editing> {
  const { workspace, call } = await shop();
  const { structured } = await call('get_agent', { agent_name: AGENT });
  return { call, visitor: await visit(workspace), path: `/agent/${structured.id}/blueprint` };
}

function hidden(html: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
}

/** What stands in the form's text field, as a browser reads it. */
function typed(html: string): string {
  const [, text = ''] = /<textarea[^>]*name="blueprint"[^>]*>\n(.*?)<\/textarea>/s.exec(html) ?? [];
  return unescaped(text);
}

function unescaped(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** Sends the form of the page as a browser does: line breaks become CR LF. */
async function send({ visitor, path }: Editing, blueprint: string, more: Record<string, string> = {}) {
  const { html } = await visitor.open(`${path}/edit`);
  const fields = { csrf: hidden(html, 'csrf'), base: hidden(html, 'base'), do: 'save', ...more };
  const answer = await visitor.post(`${path}/edit`, { ...fields, blueprint: blueprint.replaceAll('\n', '\r\n') });
  return { status: answer.status, location: answer.headers.get('location') ?? '', html: await answer.text() };
}

async function download({ visitor, path }: Editing, query = ''): Promise<string> {
  return (await visitor.open(`${path}.yaml${query}`)).html;
}

test('a blueprint is shown with its lines numbered and its parts marked, and is downloaded as it is', async () => {
  const it = await editing();
  const page = await it.visitor.open(it.path);
  expect(page.html).toContain('<span class="k">agent_name</span>: shop-agent');
  expect(page.html).toContain('<span class="v">true</span>');
  expect(page.html.match(/<li id="L\d+"/g)).toHaveLength(BLUEPRINT.split('\n').length - 1);
  expect(await download(it)).toBe(BLUEPRINT);
});

test('an edit that is saved is a new version with a new audit, leaves scenarios alone and says so', async () => {
  const it = await editing();
  const before = await it.visitor.open(`${it.path}/edit`);
  expect(typed(before.html)).toBe(BLUEPRINT);
  expect(before.text).toContain('It does not regenerate tests');
  const saved = await send(it, CHANGED);
  expect([saved.status, saved.location]).toEqual([303, `${it.path}?saved=1`]);
  const page = await it.visitor.open(saved.location);
  expect(page.text).toMatch(/Saved as version 2, and audited anew . Tests were not regenerated/);
  expect(await download(it)).toBe(CHANGED);
  const { structured } = await it.call('get_agent', { agent_name: AGENT });
  expect(JSON.stringify(structured.tools)).toContain('Pays an amount back, once,');
  expect((await it.call('list_scenarios', { agent_name: AGENT })).structured.total).toBe(1);
});

test('saving the text as it was makes no version', async () => {
  const it = await editing();
  const saved = await send(it, BLUEPRINT);
  expect((await it.visitor.open(saved.location)).text).toContain(
    'The text is that of version 1: there was nothing to save.',
  );
});

test('a text that is not valid comes back with its problems, to the letter, and nothing is stored', async () => {
  const it = await editing();
  const broken = `\n${BLUEPRINT.replace('    description: Looks', '    descripton: Looks')}# </textarea><script>alert(1)</script>`;
  const answer = await send(it, broken);
  expect(answer.status).toBe(400);
  expect(typed(answer.html)).toBe(broken);
  expect(answer.html).not.toContain('<script>alert');
  expect(unescaped(answer.html)).toContain(
    "Blueprint validation failed. Required field 'description' is missing in tool 'get_order'.",
  );
  const unreadable = await send(it, 'tools: [');
  expect(unescaped(unreadable.html)).toContain('Invalid YAML at line 1');
  expect(await download(it)).toBe(BLUEPRINT);
});

test('an edit cannot rename the agent, and says what can', async () => {
  const it = await editing();
  const answer = await send(it, BLUEPRINT.replace('agent_name: shop-agent', 'agent_name: other-agent'));
  expect(answer.status).toBe(400);
  expect(unescaped(answer.html)).toContain(
    "An edit cannot rename the agent: agent_name must stay 'shop-agent', and is 'other-agent' here.",
  );
  expect((await it.call('list_agents')).structured.total).toBe(1);
});

test('a check says what an audit would find and stores nothing, with script and without', async () => {
  const it = await editing();
  const { structured } = await it.call('prepare_blueprint', { blueprint: CHANGED });
  const summary = `Valid. Readiness ${structured.score}/100 (${structured.label})`;
  const page = await send(it, CHANGED, { do: 'check' });
  expect(page.status).toBe(200);
  expect(page.html).toContain(summary);
  expect(typed(page.html)).toBe(CHANGED);
  const csrf = hidden(page.html, 'csrf');
  const check = async (fields: Record<string, string>) => {
    const answer = await it.visitor.post(`${it.path}/check`, fields);
    return [answer.status, await answer.json()];
  };
  expect(await check({ csrf, blueprint: CHANGED })).toEqual([
    200,
    { ok: true, summary: expect.stringContaining(summary) },
  ]);
  expect(await check({ csrf, blueprint: 'agent_name: shop-agent' })).toEqual([
    200,
    { ok: false, problems: ["Blueprint validation failed. Required field 'tools' is missing."] },
  ]);
  expect(await check({ csrf: 'other', blueprint: CHANGED })).toEqual([
    403,
    { ok: false, problems: [expect.any(String)] },
  ]);
  expect(await download(it)).toBe(BLUEPRINT);
});

test('a text whose form is out of date, or that somebody was faster with, is handed back and not saved', async () => {
  const it = await editing();
  const stale = await send(it, CHANGED, { csrf: 'other' });
  expect([stale.status, typed(stale.html)]).toEqual([403, CHANGED]);
  const theirs = BLUEPRINT.replace('Looks up one order', 'Finds one order');
  await it.call('upload_blueprint', { blueprint: theirs });
  const late = await send(it, CHANGED, { base: '1' });
  expect([late.status, typed(late.html), hidden(late.html, 'base')]).toEqual([409, CHANGED, '2']);
  expect(late.html).toContain('Somebody saved another version');
  expect(await download(it)).toBe(theirs);
  expect((await send(it, CHANGED, { base: hidden(late.html, 'base') })).status).toBe(303);
  expect(await download(it)).toBe(CHANGED);
});

test('every version can be read, compared with the one before, and brought back', async () => {
  const it = await editing();
  await send(it, CHANGED);
  const page = await it.visitor.open(it.path);
  expect(page.text).toMatch(/Version history .* 2 .* shown Changes 1 .* Text Restore/);
  const changes = await it.visitor.open(linkOf(page.html, 'Changes'));
  expect(changes.text).toMatch(/1 line added 1 line removed/);
  expect(changes.html).toMatch(/<tr class="removed"><td>10<\/td><td>−\s+description: Pays an amount back for/);
  expect(changes.html).toMatch(/<tr class="added"><td>10<\/td><td>\+\s+description: Pays an amount back, once, for/);
  const first = await it.visitor.open(linkOf(page.html, 'Text'));
  expect(first.text).toContain('Pays an amount back for an order.');
  expect(await download(it, '?version=1')).toBe(BLUEPRINT);
  const form = await it.visitor.open(linkOf(page.html, 'Restore'));
  expect([typed(form.html), hidden(form.html, 'base')]).toEqual([BLUEPRINT, '2']);
  expect((await send(it, typed(form.html))).status).toBe(303);
  expect(await download(it)).toBe(BLUEPRINT);
  expect((await it.visitor.open(`${it.path}?version=9`)).status).toBe(404);
  expect((await it.visitor.open(`${it.path}/diff?version=1`)).status).toBe(404);
});

test('a blueprint in JSON is shown and edited as the YAML it means', async () => {
  const it = await editing();
  const tools = [{ name: 'get_order', description: 'Looks up one order.', parameters: {} }];
  await it.call('upload_blueprint', { blueprint: JSON.stringify({ agent_name: AGENT, tools }) });
  const page = await it.visitor.open(it.path);
  expect(page.text).toContain('It was uploaded as JSON');
  expect(page.html).toContain('<span class="k">agent_name</span>: shop-agent');
  expect(typed((await it.visitor.open(`${it.path}/edit`)).html)).toBe(await download(it));
});
