import type { Domain } from '../domain.ts';

/** Small talk on the way from one thing to the next. */
export const DIGRESSIONS: readonly string[] = [
  'By the way, it has been raining here for nine days and the street in front of the house looks like a canal.',
  'You would not believe my morning: the bus broke down, I walked two miles and the office was locked.',
  'My neighbour says I should write letters instead, but she also still has a typewriter.',
  'Oh, and the new hold music is a clear improvement, whoever picked it.',
  'My dog just stole a sandwich off the table, give me a second. Okay, back.',
  'Before I get to it: is it true that you answer at night as well? My brother never believes me.',
  'I had a similar thing years ago with another company, and that took them four months, imagine.',
  'Anyway, my daughter just walked in to show me her drawing, it is a very green horse.',
];

/** What one costs, how many, and what comes on top, in the field's own things. */
export const PRICED: Readonly<Record<Domain, readonly [string, string, string]>> = {
  travel: ['a night costs', 'nights', 'for cleaning'],
  shop: ['one costs', 'of them', 'for delivery'],
  bank: ['one instalment is', 'instalments', 'in fees'],
  operations: ['one host costs', 'hosts a month', 'for storage'],
  office: ['one chair costs', 'chairs', 'for delivery'],
  health: ['one session costs', 'sessions', 'for the first visit'],
  support: ['one licence costs', 'licences', 'for setting it up'],
  food: ['one menu costs', 'menus', 'for drinks'],
  general: ['one piece costs', 'pieces', 'for postage'],
};

/** What the people are called whom a field deals with. */
export const SOMEBODY: Readonly<Record<Domain, string>> = {
  travel: 'customer',
  shop: 'customer',
  bank: 'customer',
  operations: 'colleague',
  office: 'colleague',
  health: 'patient',
  support: 'customer',
  food: 'guest',
  general: 'customer',
};
