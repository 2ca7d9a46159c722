import { expect, test } from 'vitest';
import { counted, duration, minuteTime, percent, relativeTime, shortRunId } from '../../src/domain/formatting.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 7, 14, 9, 41, 30);

test.each([
  [0, 'just now'],
  [MINUTE_MS - 1, 'just now'],
  [MINUTE_MS, '1 minute ago'],
  [2 * HOUR_MS, '2 hours ago'],
  [DAY_MS - 1, '23 hours ago'],
  [DAY_MS, '1 day ago'],
  [45 * DAY_MS, '1 month ago'],
  [800 * DAY_MS, '2 years ago'],
  [-5 * HOUR_MS, 'just now'],
])('a time %i ms back reads as "%s"', (age, words) => {
  expect(relativeTime(NOW - age, NOW)).toBe(words);
});

test('a minute is written in UTC, and a time outside the calendar does not throw', () => {
  expect(minuteTime(NOW)).toBe('2026-08-14 09:41');
  expect(minuteTime(Date.UTC(2026, 0, 2, 3, 4))).toBe('2026-01-02 03:04');
  expect(minuteTime(1e20)).toBe('-');
  expect(minuteTime(Number.NaN)).toBe('-');
});

test.each([
  [0, 0, 0],
  [0, 7, 0],
  [1, 3, 33],
  [2, 3, 67],
  [1, 200, 1],
  [199, 200, 99],
  [200, 200, 100],
  [51, 50, 102],
])('%i of %i is %i percent', (part, whole, share) => {
  expect(percent(part, whole)).toBe(share);
});

test.each([
  [0, '0 ms'],
  [849.6, '850 ms'],
  [12_499, '12.4 s'],
  [59_999, '59.9 s'],
  [200_000, '3 min 20 s'],
  [2 * HOUR_MS + 5 * MINUTE_MS, '2 h 5 min'],
])('%d ms last "%s"', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('one is singular and thousands are set apart', () => {
  expect(counted(1, 'result')).toBe('1 result');
  expect(counted(0, 'result')).toBe('0 results');
  expect(counted(12_345, 'result')).toBe('12,345 results');
});

test('lists show eight characters of a run id', () => {
  expect(shortRunId('tr_9f3c21a07be4d510')).toBe('9f3c21a0');
});
