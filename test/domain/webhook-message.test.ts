import { expect, test } from 'vitest';
import type { RunHeader } from '../../src/domain/run.ts';
import { eventOf, messageBody, messageId, NewWebhook, wants } from '../../src/domain/webhook-message.ts';
import { nextAttemptAt } from '../../src/domain/webhook-schedule.ts';

const HOUR_MS = 3_600_000;

const RUN: RunHeader = {
  id: 'tr_00112233445566ff',
  agent_name: 'shop-agent',
  status: 'completed',
  source: 'ci',
  started_at: Date.UTC(2026, 0, 2, 3, 4, 5),
  completed_at: Date.UTC(2026, 0, 2, 3, 5, 0),
  counts: { total: 3, passed: 2, failed: 1, error: 0, pending: 0 },
  flaky_cases: 0,
  rev: 7,
};
const ENDED = Date.UTC(2026, 0, 2, 3, 5, 0);

/** All attempts at something that always fails: when each is made, from the first one on. */
function attempts(random: () => number): number[] {
  const made = [0];
  for (;;) {
    const next = nextAttemptAt({ attempts: made.length, now: made.at(-1) ?? 0, random: random() });
    if (next === null) return made;
    made.push(next);
  }
}

test('a delivery that always fails is tried ten times, further and further apart, and never after three days', () => {
  const plain = attempts(() => 0);
  expect(plain).toHaveLength(10);
  expect(plain[1]).toBe(5_000);
  expect(plain.at(-1)).toBeGreaterThan(70 * HOUR_MS);
  expect(plain.at(-1)).toBeLessThanOrEqual(72 * HOUR_MS);
});

test('two deliveries that fail together are not tried again together', () => {
  const [one, other] = [attempts(() => 0.1), attempts(() => 0.9)];
  for (let at = 1; at < 10; at++) expect(one[at]).not.toBe(other[at]);
  expect(other.at(-1)).toBeGreaterThan(60 * HOUR_MS);
});

test('the message of a completed run says how it went and where to look', () => {
  const url = 'https://qa.example.com/runs/tr_00112233445566ff?agent=shop-agent';
  const body = messageBody({ type: 'run.completed', run: RUN, score: 71, url, endedAt: ENDED });
  expect(JSON.parse(body)).toEqual({
    type: 'run.completed',
    timestamp: '2026-01-02T03:05:00.000Z',
    data: {
      run_id: 'tr_00112233445566ff',
      agent_name: 'shop-agent',
      name: null,
      status: 'completed',
      status_reason: null,
      source: 'ci',
      started_at: '2026-01-02T03:04:05.000Z',
      completed_at: '2026-01-02T03:05:00.000Z',
      expected_total: null,
      counts: RUN.counts,
      flaky_cases: 0,
      score: 71,
      url,
    },
  });
});

test('only the end of a run is an event', () => {
  const events = (['pending', 'running', 'completed', 'failed'] as const).map((status) => eventOf({ status }));
  expect(events).toEqual([null, null, 'run.completed', 'run.failed']);
});

test('a run that ends a second time is a second message, and a repeat is none', () => {
  expect(messageId('tr_ab', 1)).toBe(messageId('tr_ab', 1));
  expect(messageId('tr_ab', 1)).not.toBe(messageId('tr_ab', 2));
  expect(messageId('tr_ab', ENDED)).not.toContain('.');
});

test('an address hears of its own events and agent, from the time it was named, while it is switched on', () => {
  const webhook = { events: ['run.failed' as const], agentName: 'shop-agent', enabled: true, createdAt: 100 };
  const event = { type: 'run.failed' as const, agentName: 'shop-agent', endedAt: 100 };
  expect(wants(webhook, event)).toBe(true);
  expect(wants({ ...webhook, agentName: null }, { ...event, agentName: 'other-agent' })).toBe(true);
  expect(wants(webhook, { ...event, agentName: 'other-agent' })).toBe(false);
  expect(wants(webhook, { ...event, type: 'run.completed' })).toBe(false);
  expect(wants(webhook, { ...event, endedAt: 99 })).toBe(false);
  expect(wants({ ...webhook, enabled: false }, event)).toBe(false);
});

test('an address hears of both events unless it asks for one, and each of them once', () => {
  expect(NewWebhook.parse({ url: 'https://a.example' }).events).toEqual(['run.completed', 'run.failed']);
  const doubled = { url: 'https://a.example', events: ['run.failed', 'run.failed'] };
  expect(NewWebhook.parse(doubled).events).toEqual(['run.failed']);
  expect(NewWebhook.safeParse({ url: 'https://a.example', events: [] }).success).toBe(false);
});
