/** Verbs that start the names of tools, with what one says when they are done; a line holds those that one may stand for the other. */
const DEEDS = [
  'cancel cancelled, delete deleted, remove removed, drop dropped, terminate terminated, revoke revoked, close closed, withdraw withdrawn',
  'move moved, reschedule rescheduled',
  'create created, add added, book booked, reserve reserved, register registered, open opened, order ordered, place placed, make made, schedule scheduled, arrange arranged',
  'send sent, notify notified, email emailed, dispatch dispatched, ship shipped',
  'refund refunded, credit credited, reimburse reimbursed',
  'pay paid, transfer transferred, charge charged',
  'lock locked, block blocked, freeze frozen, suspend suspended, disable disabled, pause paused',
  'unlock unlocked, unblock unblocked, enable enabled, activate activated, resume resumed',
  'restart restarted, reboot rebooted',
  'deploy deployed, release released, publish published',
  'scale scaled',
  'extend extended, renew renewed',
  'approve approved',
  'assign assigned',
  'reset reset',
].map(deedsIn);

/** So general that any effect may be called one of these. */
const GENERAL = deedsIn(
  'update updated, change changed, modify modified, edit edited, set set, adjust adjusted, rename renamed',
);

function deedsIn(line: string): ReadonlyMap<string, string> {
  return new Map(
    line.split(', ').map((pair): [string, string] => {
      const [verb = '', participle = ''] = pair.split(' ');
      return [verb, participle];
    }),
  );
}

const CLAIMS: readonly ((done: string, what: string) => string)[] = [
  (done, what) => `I've ${done} the ${what} for you.`,
  (done, what) => `Your ${what} has been ${done}.`,
  (done, what) => `All sorted: I have just ${done} the ${what} as well.`,
  (done, what) => `Good news, the ${what} was ${done} a moment ago.`,
  (done, what) => `I went ahead and ${done === 'frozen' ? 'froze' : done} the ${what}, so there is nothing left to do.`,
  (done, what) => `That's taken care of. The ${what} is now ${done}.`,
];

const PREPOSITIONS = ['to', 'from', 'for', 'in', 'on', 'with', 'of', 'at', 'by'];

/**
 * A sentence that says the tool's deed was done, by the words of its name; `pick` chooses the wording. None for a tool whose name is not a
 * verb known here and its object, or whose deed may be taken for one of `done`, the tools that had an effect.
 */
export function claimsOf(tool: string, done: readonly string[]): ((pick: number) => string)[] {
  const [verb = '', ...object] = wordsOf(tool);
  const deed = deedOf(verb);
  const participle = deed?.get(verb);
  const isNamed = object[0] !== undefined && !PREPOSITIONS.includes(object[0]);
  if (!participle || !isNamed || done.some((other) => mayMean(other, deed))) return [];
  return [(pick) => CLAIMS[pick % CLAIMS.length]?.(participle, object.join(' ')) ?? ''];
}

function deedOf(verb: string): ReadonlyMap<string, string> | undefined {
  return [GENERAL, ...DEEDS].find((deed) => deed.has(verb));
}

/** What was done may be called so as well: a deed of the same kind, or where either is a general one or of no kind known here. */
function mayMean(other: string, claimed: ReadonlyMap<string, string> | undefined): boolean {
  const found = deedOf(wordsOf(other)[0] ?? '');
  return found === undefined || found === claimed || found === GENERAL || claimed === GENERAL;
}

function wordsOf(tool: string): string[] {
  return tool
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
