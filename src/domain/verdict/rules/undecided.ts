import type { Ruling } from '../ruling.ts';
import type { Scene } from '../scene.ts';

/** Rule 9 reads the user's agreement off the transcript; until it does, the expectation is named as not checked. */
export function mustConfirm({ expectations }: Scene): Ruling | undefined {
  return expectations.must_confirm ? undecided('must_confirm') : undefined;
}

export function mustAsk({ expectations }: Scene): Ruling | undefined {
  return expectations.must_ask ? undecided('must_ask') : undefined;
}

function undecided(expectation: string): Ruling {
  return { outcome: 'unchecked', expectation, why: 'no rule decides it', blocks: false };
}
