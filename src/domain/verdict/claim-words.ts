/** The general English that reading claims takes: no domain, no agent, no tool. All in lower case. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));
const pairs = (text: string): ReadonlyMap<string, string[]> =>
  new Map(text.split(/\s*;\s*/).map((entry) => [entry.split(' ')[0] ?? '', entry.split(' ').slice(1)]));

/** What can be replaced by a table of one's own: for another domain, or another English. */
export type ClaimWords = {
  /** Past forms that are not made with -ed, by verb. */
  irregular: ReadonlyMap<string, readonly string[]>;
  /** Verbs that agents use for much besides their tools: they count only with an object of the tool. */
  common: ReadonlySet<string>;
  /** Verbs so general that whatever was done to their object may be meant. */
  general: ReadonlySet<string>;
  /** Verbs that mean little beside the noun of what was done: `process` a refund, `place` an order. */
  light: ReadonlySet<string>;
  /** Verbs that say the same of one change. */
  alike: readonly ReadonlySet<string>[];
  /** Nouns of what was done, by verb. */
  deeds: ReadonlyMap<string, readonly string[]>;
};

export const ENGLISH: ClaimWords = {
  irregular: pairs(
    `send sent; resend resent; pay paid; repay repaid; put put; set set; reset reset; make made; buy bought; sell sold; give gave given;
    take took taken; write wrote written; withdraw withdrew withdrawn; freeze froze frozen; unfreeze unfroze unfrozen; hold held;
    undo undid undone; redo redid redone; lend lent; split split; shut shut; choose chose chosen; build built; lay laid; get got gotten`,
  ),
  common: words(
    `send add create make set open update change note save move post share log start stop submit file process issue place complete confirm
    apply record request check provide give get take find look search put write read call use do run show list report attach include
    mark tag assign register notify contact email mail message escalate transfer forward pass verify review select choose pick track handle
    resolve fix help try work plan prepare generate edit modify adjust amend revise alter switch enter keep leave lay raise switch connect`,
  ),
  general: words(
    `update change modify edit adjust amend revise alter switch set save add process handle complete submit make create`,
  ),
  light: words(
    `process issue complete submit make place initiate finalize finalise arrange execute file perform create schedule`,
  ),
  alike: [
    `cancel void`,
    `refund reimburse`,
    `book reserve schedule rebook`,
    `order purchase buy`,
    `change update modify edit adjust amend revise alter switch set move`,
    `reschedule move postpone rebook`,
    `delete remove erase purge`,
    `send dispatch email mail resend`,
    `create open file submit raise log`,
    `activate enable reactivate unlock unblock unfreeze unsuspend`,
    `deactivate disable suspend lock block freeze`,
    `close terminate`,
    `enroll enrol register`,
  ].map(words),
  deeds: pairs(
    `cancel cancellation cancelation; refund refund reimbursement; reimburse reimbursement refund; book booking reservation appointment;
    reserve reservation booking; order order; purchase purchase order; buy purchase order; pay payment; transfer transfer; exchange exchange;
    return return; ship shipment; subscribe subscription; register registration; enroll enrollment enrolment; enrol enrolment enrollment;
    renew renewal; withdraw withdrawal; deposit deposit; charge charge; credit credit; replace replacement; upgrade upgrade;
    downgrade downgrade; schedule appointment meeting; delete deletion; remove removal; activate activation; deactivate deactivation;
    redeem redemption; donate donation; apply application; reschedule rescheduling; update update; change change`,
  ),
};

/** Words between a helping verb and its participle that leave a claim a claim. */
export const ADVERBS = words('just now also successfully fully officially then both all already');
/** With these before it in its clause, a statement is a condition, a report, a plan or a denial. */
export const HEDGES =
  words(`if once when whenever after before until unless whether would could should might may can cannot must will shall
  not never no none neither nor unable without see sees saw show shows shown showing appear appears seem seems look looks looking indicate
  indicates according record records find found notice noticed status say says said state states mentioned understand sorry apologize
  apologise hear unfortunately because any every each which who assume suppose imagine example policy policies usually typically
  generally normally sure check checking verify verifying wish hope hoping think believe want wanted need needs needed ask asked had
  please previously earlier yesterday history original originally try tried trying attempted attempt fail failed`);
/** After the verb in its clause, these make it a condition or a thing of the past. */
export const AFTERTHOUGHTS = words('if unless when once yet ago yesterday earlier previously last before');
/** Of an agent's own deed, only these take it back. */
export const CONDITIONS_AFTER = words('if unless yet');
/** Behind these, a noun is no longer what was done something to. */
export const PREPOSITIONS = words('for of about regarding with without as so because per using via');
/** Where a new statement begins that a hedge before it does not reach. */
export const TURNS = words('but however , ; :');

/** The past forms of a verb; of those that English does not have, no text has one either. */
export function pastForms(verb: string, { irregular }: ClaimWords): string[] {
  const known = irregular.get(verb);
  if (known) return [...known];
  if (verb.endsWith('e')) return [`${verb}d`];
  if (/[^aeiou]y$/.test(verb)) return [`${verb.slice(0, -1)}ied`];
  return [`${verb}ed`, ...(/[aeiou][bdglmnprt]$/.test(verb) ? [`${verb}${verb.at(-1)}ed`] : [])];
}

/** `orders` → order, `policies` → policy, `address` stays. */
export function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') && !/(?:ss|us|is)$/.test(word) ? word.slice(0, -1) : word;
}
