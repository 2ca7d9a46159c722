import { expect, test } from 'vitest';
import { isNorm, readRule } from '../../src/domain/generation/rules.ts';

function read(text: string) {
  const { kind, deed, bound, unit, first } = readRule(text, 1);
  return { kind, deed, bound, unit, first };
}

const NOTHING = { deed: '', bound: 0, unit: '', first: '' };

test('a rule is read for what would break it', () => {
  expect(read('Never delete a production database.')).toEqual({
    ...NOTHING,
    kind: 'forbids',
    deed: 'delete a production database',
  });
  expect(read('Change flights: Basic fares cannot be modified. Others can.')).toMatchObject({
    kind: 'forbids',
    deed: 'modify basic fares',
  });
  expect(read('Refunds above $1,200 require approval.')).toMatchObject({ kind: 'limits', bound: 1200 });
  expect(read('A booking can have at most five passengers.')).toMatchObject({ kind: 'limits', bound: 5 });
  expect(read('Returns are accepted within 30 days.')).toMatchObject({ kind: 'window', bound: 30, unit: 'days' });
  expect(read('Visits can only be cancelled 24 hours in advance.')).toMatchObject({
    kind: 'notice',
    bound: 24,
    unit: 'hours',
  });
  expect(read('Before cancelling a trip, look up the trip.')).toMatchObject({
    kind: 'precedes',
    first: 'look up the trip',
  });
  expect(read('Always ask for confirmation before deleting events.')).toMatchObject({ kind: 'confirms' });
  expect(read('Only answer questions about flights.')).toMatchObject({ kind: 'only' });
  expect(read('The agent must first obtain the user id.')).toMatchObject({
    kind: 'always',
    deed: 'first obtain my id',
  });
});

test('a limit in time or in percent is no amount', () => {
  expect(read('Answer within at most 3 minutes.').kind).not.toBe('limits');
  expect(read('Discounts of more than 20 percent are not allowed.').kind).not.toBe('limits');
});

test('what only states how things are is no rule', () => {
  expect(isNorm(readRule('Each user has a profile with an address.', 1))).toBe(false);
  expect(isNorm(readRule('Be polite.', 1))).toBe(true);
  expect(isNorm(readRule('Each user may have one profile.', 1))).toBe(true);
});

test('a rule that depends on what only the agent sees has no deed to repeat', () => {
  expect(read('If the parcel has left, it cannot be rerouted.')).toEqual({ ...NOTHING, kind: 'forbids' });
});
