import { afterEach, expect, test, vi } from 'vitest';
import { engine } from '../faults/worker.ts';
import { AGENT, type Caller, shop } from './client.ts';
import { linkOf, type Visitor, visit } from './dashboard-visitor.ts';

afterEach(() => {
  engine.isHeld = false;
  engine.passes = 0;
});

const ORDER = {
  test_description: 'Refunds that were asked for',
  test_cases: '3',
  complexity: 'simple',
  persona: 'novice',
};

type Ordering = { call: Caller; visitor: Visitor; path: string };

async function ordering(): Promise<Ordering> {
  const { workspace, call } = await shop();
  const { structured } = await call('get_agent', { agent_name: AGENT });
  return { call, visitor: await visit(workspace), path: `/agent/${structured.id}` };
}

async function order({ visitor, path }: Ordering, more: Record<string, string> = {}) {
  const { html } = await visitor.open(`${path}/generate`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const answer = await visitor.post(`${path}/generate`, { csrf, ...ORDER, ...more });
  return { status: answer.status, location: answer.headers.get('location') ?? '', html: await answer.text() };
}

test('tests are ordered on a page that then counts up to the scenario they became', async () => {
  const it = await ordering();
  engine.isHeld = true;
  const ordered = await order(it);
  expect([ordered.status, ordered.location]).toEqual([
    303,
    expect.stringMatching(new RegExp(`^${it.path}/generations/gen_`)),
  ]);
  const going = await it.visitor.open(ordered.location);
  expect(going.text).toMatch(/0 of 3 test cases made Running/);
  expect(going.html).toContain('id="generation" aria-label="Progress" data-live=""');
  expect((await it.visitor.open(`${it.path}/scenarios`)).text).toContain(
    'A generation is under way: 0 of 3 test cases made.',
  );
  engine.isHeld = false;
  const ended = await vi.waitFor(
    async () => {
      const page = await it.visitor.open(ordered.location);
      expect(page.html).not.toContain('data-live');
      return page;
    },
    { timeout: 10_000, interval: 50 },
  );
  expect(ended.text).toMatch(/3 of 3 test cases made Completed/);
  const scenario = await it.visitor.open(linkOf(ended.html, 'Open the scenario'));
  expect(scenario.text).toMatch(/generated .* 3 test cases/);
  expect(scenario.text).toContain('novice user');
  expect((await it.visitor.open(`${it.path}/scenarios`)).text).not.toContain('A generation is under way');
});

test('a second order while one is under way is refused in the published sentence, and leads to the first', async () => {
  const it = await ordering();
  engine.isHeld = true;
  const first = await order(it);
  const second = await order(it, { test_description: 'Something <else>' });
  expect(second.status).toBe(409);
  expect(second.html).toContain(`A test generation is already running for ${AGENT}.`);
  expect(second.html).toContain('Something &lt;else&gt;');
  expect(linkOf(second.html, 'Watch it')).toBe(first.location);
});

test('an order that cannot be is refused with what was typed', async () => {
  const it = await ordering();
  const many = await order(it, { test_cases: '26' });
  expect([many.status, many.html]).toEqual([400, expect.stringContaining('test_cases must be between 1 and 25')]);
  expect(many.html).toContain('value="26"');
  expect((await order(it, { test_cases: 'many' })).html).toContain('test_cases must be');
  expect((await order(it, { test_description: ' ' })).html).toContain(
    'test_description is required and cannot be empty',
  );
  expect((await order(it, { persona: 'nobody' })).html).toContain('Invalid persona');
  expect((await order(it, { csrf: 'other' })).status).toBe(403);
  expect((await it.call('list_scenarios', { agent_name: AGENT })).structured.total).toBe(1);
});

test('a generation that is not there has no page', async () => {
  const it = await ordering();
  expect((await it.visitor.open(`${it.path}/generations/gen_0000000000000000`)).status).toBe(404);
});
