import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import { d1 } from '../faults/worker.ts';
import {
  AGENT,
  addScenario,
  BLUEPRINT,
  type Caller,
  newWorkspace,
  refund,
  request,
  shop,
  sync,
  type Workspace,
} from './client.ts';
import { linkOf, runPath, type Visitor, visit } from './dashboard-visitor.ts';

afterEach(() => {
  d1.mode = 'ok';
});

/** What no rule can decide: nothing is known of the calls. */
const silent = (caseId: string, trial: number) => ({
  ...{ scenario_id: caseId, trial, user_message: 'My cup broke.', agent_response: `Answer number ${trial}.` },
});

/** Tells D1 what waits; it hears of it from an alarm. */
function flush({ id }: Workspace, agent = AGENT) {
  return runDurableObjectAlarm(env.AGENT.getByName(`${id}/${agent}`));
}

/** A shop in which so many results wait, and somebody to decide. */
async function waiting(count: number) {
  const made = await shop();
  const results = Array.from({ length: count }, (_, index) => silent(made.caseId, index + 1));
  const runId = String((await sync(made.call, results)).structured.test_run_id);
  await flush(made.workspace);
  return { ...made, runId, visitor: await visit(made.workspace) };
}

type Page = Awaited<ReturnType<Visitor['open']>>;

/** Presses a button of the queue as it stands there, and goes where that leads. */
async function press(visitor: Visitor, { html }: Page, verdict: 'passed' | 'failed', comment = ''): Promise<Page> {
  const [, action = ''] = /<form id="review"[^>]* action="([^"]*)"/.exec(html) ?? [];
  const hidden = [...html.matchAll(/<input type="hidden" name="(csrf|back)" value="([^"]*)"/g)];
  const given = Object.fromEntries(hidden.map(([, name, value]) => [name, value?.replaceAll('&amp;', '&')]));
  const [, value = ''] = new RegExp(`name="verdict" value="(${verdict}:[^"]*)"`).exec(html) ?? [];
  const answer = await visitor.post(action.replaceAll('&amp;', '&'), { ...given, verdict: value, comment });
  expect(answer.status).toBe(303);
  return visitor.open(answer.headers.get('location') ?? '');
}

async function verdicts(call: Caller, runId: string): Promise<string[]> {
  const { structured } = await call('get_test_run', { agent_name: AGENT, test_run_id: runId });
  return (structured.results as { trial: number; status: string }[])
    .sort((one, other) => one.trial - other.trial)
    .map(({ status }) => status);
}

const trialOf = ({ text }: Page) => /Agent answered Answer number (\d+)\./.exec(text)?.[1];

test('results that wait come one at a time, each with all it takes to decide, until none is left', async () => {
  const { visitor, call, runId } = await waiting(3);
  const first = await visitor.open('/review');
  expect(first.text).toMatch(/3 results left Refund a broken cup shop-agent/);
  expect(first.text).toMatch(/User asked My cup broke\. Agent answered Answer number 1\./);
  expect(first.text).toContain('Must have succeeded: issue_refund with amount 12, order_id &quot;A1&quot;.');
  const second = await press(visitor, first, 'failed', 'It promised nothing.');
  expect([trialOf(second), /2 results left/.test(second.text)]).toEqual(['2', true]);
  const third = await press(visitor, second, 'passed');
  const done = await press(visitor, third, 'passed');
  expect(done.text).toContain('Nothing waits for you');
  expect(await verdicts(call, runId)).toEqual(['failed', 'passed', 'passed']);
});

test('what was decided is not shown again although D1 has not heard of it', async () => {
  const { visitor, runId } = await waiting(2);
  const inD1 = () => env.DB.prepare('SELECT pending FROM runs WHERE id = ?1').bind(runId).first('pending');
  await press(visitor, await visitor.open('/review'), 'passed');
  await env.DB.prepare('UPDATE runs SET pending = 2 WHERE id = ?1').bind(runId).run();
  expect([trialOf(await visitor.open('/review')), await inD1()]).toEqual(['2', 2]);
  await press(visitor, await visitor.open('/review'), 'passed');
  await env.DB.prepare('UPDATE runs SET pending = 2 WHERE id = ?1').bind(runId).run();
  const { text } = await visitor.open('/review');
  expect([/Nothing waits for you/.test(text), await inD1()]).toEqual([true, 2]);
});

test('one skips a result, decides the one after it, and comes back to those that were skipped', async () => {
  const { visitor, call, runId } = await waiting(2);
  const first = await visitor.open('/review');
  const second = await visitor.open(linkOf(first.html, 'Skip'));
  expect([trialOf(second), /2 results left · 1 skipped/.test(second.text)]).toEqual(['2', true]);
  const end = await press(visitor, second, 'failed');
  expect(end.text).toContain('You skipped 1 result.');
  const again = await visitor.open(linkOf(end.html, 'Look at them again'));
  expect(trialOf(again)).toBe('1');
  expect(await verdicts(call, runId)).toEqual(['pending', 'failed']);
});

test('the queue holds what waits in all agents, and can be kept to one of them', async () => {
  const { workspace, call, visitor } = await waiting(2);
  await call('upload_blueprint', { blueprint: BLUEPRINT.replace(AGENT, 'desk-agent') });
  const desk = `${await addScenario(call, { agent_name: 'desk-agent', name: 'At the desk' })}_1`;
  await sync(call, [silent(desk, 7)], { agent_name: 'desk-agent' });
  await flush(workspace, 'desk-agent');
  const all = await visitor.open('/review');
  expect([trialOf(all), /3 results left/.test(all.text)]).toEqual(['7', true]);
  const one = await visitor.open(linkOf(all.html, 'shop-agent'));
  expect([trialOf(one), /2 results left/.test(one.text)]).toEqual(['1', true]);
  const next = await press(visitor, one, 'passed');
  expect([trialOf(next), /1 result left/.test(next.text)]).toEqual(['2', true]);
});

test('an empty queue says so, also to a stranger who names an agent that is not theirs', async () => {
  const { visitor, call, caseId } = await waiting(1);
  await press(visitor, await visitor.open('/review'), 'passed');
  await sync(call, [refund(caseId)]);
  expect((await visitor.open('/review')).text).toContain('Nothing waits for you');
  await waiting(1);
  const stranger = await visit(await newWorkspace());
  for (const path of ['/review', `/review?agent=${AGENT}`, '/review?agent=../../x&skip=-1']) {
    const { status, text } = await stranger.open(path);
    expect([status, /Nothing waits for you/.test(text)]).toEqual([200, true]);
  }
  expect((await request('/review')).headers.get('location')).toBe('/sign-in?next=%2Freview');
});

test('a viewer looks through the queue and finds no way to decide', async () => {
  const { workspace, runId, caseId, call } = await waiting(1);
  await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?1").bind(workspace.memberId).run();
  const visitor = await visit(workspace);
  const { html, text } = await visitor.open('/review');
  expect(text).toContain('You may look at this workspace, and not decide in it.');
  expect(html).not.toContain('name="verdict"');
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const fields = { csrf, verdict: `passed:${caseId}.1.1`, back: '/review' };
  expect((await visitor.post(runPath(runId, '/review'), fields)).status).toBe(403);
  expect(await verdicts(call, runId)).toEqual(['pending']);
});

test('one agent can be reviewed while D1 is away, all of them not, and both say what is the matter', async () => {
  const { visitor } = await waiting(1);
  d1.mode = 'fail';
  expect(trialOf(await visitor.open(`/review?agent=${AGENT}`))).toBe('1');
  const all = await visitor.open('/review');
  expect([all.status, /database does not answer/.test(all.text)]).toEqual([503, true]);
});
