import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { answerOnce, type Delivery, type Once, REMEMBERED_MS } from '../../src/http/ci-trust-delivery.ts';
import { type Trust, trustRefusal } from '../../src/http/ci-trust-faults.ts';
import { githubDeliveryIds } from '../../src/http/github-webhook.ts';

const NOW = Date.UTC(2026, 4, 6);
const DAY_MS = 24 * 3_600_000;

/** A rule of its own for each test, and work that counts how often it is done. */
function scene() {
  const ruleId = `tru_${crypto.randomUUID()}`;
  const done = { times: 0 };
  const work = async () => {
    done.times += 1;
    return { status: 202, body: `{"accepted":${done.times}}` };
  };
  const deliver = (more: Partial<Delivery> = {}, now = NOW, doing = work) =>
    answerOnce(env, { delivery: { ruleId, ids: ['msg_1'], bodyHash: 'aa', ...more }, now }, doing);
  return { ruleId, done, deliver };
}

function said(once: Trust<Once>): string {
  return once.ok ? `${once.value.status} ${once.value.body} ${once.value.repeated}` : once.fault.fault;
}

test('the same delivery again gets the first answer again, also days later, and is not worked on', async () => {
  const { deliver, done } = scene();
  expect(said(await deliver())).toBe('202 {"accepted":1} false');
  for (const later of [0, 1000, 4 * DAY_MS, REMEMBERED_MS - 1])
    expect(said(await deliver({}, NOW + later))).toBe('202 {"accepted":1} true');
  expect(done.times).toBe(1);
});

test('the same id with another body is refused, and another id is another delivery', async () => {
  const { deliver, done } = scene();
  await deliver();
  const refused = await deliver({ bodyHash: 'bb' });
  expect(said(refused)).toBe('delivery_other_body');
  expect(refused.ok || trustRefusal(refused.fault)).toMatchObject({ status: 409, code: 'CONFLICT' });
  expect(said(await deliver({ ids: ['msg_2'] }))).toBe('202 {"accepted":2} false');
  expect(done.times).toBe(2);
});

test('the same id under another rule is another delivery', async () => {
  const { deliver, done } = scene();
  await deliver();
  await deliver({ ruleId: `tru_${crypto.randomUUID()}` });
  expect(done.times).toBe(2);
});

test('of ten copies that arrive at once one is worked on, and the others are told to wait or get its answer', async () => {
  const { deliver, done } = scene();
  const answers = await Promise.all(Array.from({ length: 10 }, () => deliver()));
  expect(done.times).toBe(1);
  const words = answers.map(said);
  expect(words.filter((text) => text === '202 {"accepted":1} false')).toHaveLength(1);
  for (const text of words)
    expect(['202 {"accepted":1} false', '202 {"accepted":1} true', 'delivery_under_way']).toContain(text);
});

test('a delivery that was refused or failed may be sent again, with another body too', async () => {
  const { deliver, done } = scene();
  const refusing = async () => ({ status: 404, body: 'no such agent' });
  const failing = async () => {
    throw new Error('the object is away');
  };
  expect(said(await deliver({}, NOW, refusing))).toBe('404 no such agent false');
  await expect(deliver({}, NOW, failing)).rejects.toThrow('away');
  expect(said(await deliver({ bodyHash: 'bb' }))).toBe('202 {"accepted":1} false');
  expect(done.times).toBe(1);
});

test('a delivery whose worker died is taken up again after a minute', async () => {
  const { deliver, done } = scene();
  const never = () => new Promise<never>(() => undefined);
  void deliver({}, NOW, never);
  await expect.poll(async () => said(await deliver({}, NOW + 59_000))).toBe('delivery_under_way');
  expect(said(await deliver({}, NOW + 61_000))).toBe('202 {"accepted":1} false');
  expect(done.times).toBe(1);
});

test('an answer that is too long to keep does not stop the upload, which is worked on again when it is repeated', async () => {
  const { deliver } = scene();
  const long = async () => ({ status: 202, body: 'x'.repeat(300_000) });
  expect((await deliver({}, NOW, long)).ok).toBe(true);
  expect(said(await deliver())).toBe('202 {"accepted":1} false');
});

test('what was delivered is forgotten after a week, and expired rows go', async () => {
  const { deliver, done, ruleId } = scene();
  await deliver();
  await deliver({ ids: ['msg_2'] }, NOW + REMEMBERED_MS);
  await deliver({}, NOW + REMEMBERED_MS);
  expect(done.times).toBe(3);
  const rows = await env.DB.prepare('SELECT claimed_at FROM seen_deliveries WHERE rule_id = ?1').bind(ruleId).all();
  expect(rows.results).toEqual([{ claimed_at: NOW + REMEMBERED_MS }, { claimed_at: NOW + REMEMBERED_MS }]);
});

test("GitHub's delivery under another id, which is not signed, is the same one", async () => {
  const { deliver, done } = scene();
  const body = new TextEncoder().encode('{"action":"completed"}');
  await deliver({ ids: githubDeliveryIds('d-1', body) });
  expect(said(await deliver({ ids: githubDeliveryIds('d-2', body) }))).toBe('202 {"accepted":1} true');
  const changed = githubDeliveryIds('d-1', new TextEncoder().encode('{"action":"requested"}'));
  expect(said(await deliver({ ids: changed, bodyHash: 'bb' }))).toBe('delivery_other_body');
  expect(done.times).toBe(1);
});

test('a token and a key have no delivery: the work is done each time', async () => {
  const { done } = scene();
  const work = async () => {
    done.times += 1;
    return { status: 202, body: String(done.times) };
  };
  for (const body of ['1', '2'])
    expect(await answerOnce(env, { delivery: null, now: NOW }, work)).toEqual({
      ok: true,
      value: { status: 202, body, repeated: false },
    });
});
