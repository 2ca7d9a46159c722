import type { SideEffects } from '../tool.ts';

/** What a call of a tool can do: look, change state, or pass the conversation on. `unknown` is held against nobody. */
export type ToolKind = 'read' | 'effect' | 'handoff' | 'unknown';

const DECLARED: Record<SideEffects, ToolKind> = {
  none: 'read',
  read: 'read',
  write: 'effect',
  delete: 'effect',
  handoff: 'handoff',
};

export function declaredKind(sideEffects: SideEffects): ToolKind {
  return DECLARED[sideEffects];
}

const words = (text: string) => new Set(text.split(/\s+/));

const READS =
  words(`get list search find read fetch lookup look query check view show describe count calculate compute think
  retrieve validate verify estimate preview compare summarize summarise convert translate track browse load inspect analyze
  analyse detect explain is has can see select peek scan ping recall recommend suggest classify`);

const DELETES = words('delete remove drop destroy purge erase wipe unlink terminate');

const WRITES =
  words(`create add update set modify change edit send write insert put patch submit purchase buy pay cancel approve
  reject assign unassign reschedule unregister upload publish unpublish apply revoke reset enable disable activate deactivate
  suspend unsuspend resume pause stop lock unlock freeze unfreeze toggle restart reboot deploy move rename archive merge close
  reopen save upsert withdraw redeem subscribe unsubscribe dispatch notify invite refuel topup rebook checkin checkout replace
  append increase decrease adjust`);

/** Verbs that are as often nouns: `refund_order` changes something, `refund_status` only tells. They count where no plainer verb is. */
const WRITES_OR_NOUNS =
  words(`refund order charge return exchange transfer payment post ship schedule book credit debit deposit
  issue place reserve register store email grant`);

const TELLING_NOUNS =
  words(`status details detail info information history policy policies summary balance quote price prices
  availability options rules fees hours locations`);

const HANDING_OVER = words('transfer handoff handover escalate forward route connect delegate pass');
const RECEIVERS = words(
  'human humans person people agent agents representative rep specialist operator supervisor manager live',
);

type Guess = { kind: ToolKind; deletes: boolean };
const READ: Guess = { kind: 'read', deletes: false };
const WRITE: Guess = { kind: 'effect', deletes: false };
const DELETE: Guess = { kind: 'effect', deletes: true };
const HANDOFF: Guess = { kind: 'handoff', deletes: false };
const UNKNOWN: Guess = { kind: 'unknown', deletes: false };

/** The kind read off a tool's name, for tools that do not say what they do; the first word that is a known verb decides. */
export function guessKind(name: string): Guess {
  const parts = nameWords(name);
  if (isHandoff(parts)) return HANDOFF;
  if (follows(parts, 'check', 'in') || follows(parts, 'check', 'out')) return WRITE;
  for (const word of parts) {
    if (READS.has(word)) return READ;
    if (DELETES.has(word)) return DELETE;
    if (WRITES.has(word)) return WRITE;
  }
  if (!parts.some((word) => WRITES_OR_NOUNS.has(word))) return UNKNOWN;
  return TELLING_NOUNS.has(parts.at(-1) ?? '') ? READ : WRITE;
}

/** The verbs in the name of a state-changing tool; its first word where none is known to be one. */
export function verbsOf(name: string): string[] {
  const parts = nameWords(name);
  const plain = parts.filter((word) => WRITES.has(word) || DELETES.has(word));
  return plain.length > 0 ? plain : parts.slice(0, 1);
}

const MAX_NAME = 200;

/** `OrderService.cancelOrder` → order, service, cancel, order. */
export function nameWords(name: string): string[] {
  const spaced = name.slice(0, MAX_NAME).replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2');
  return spaced
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function isHandoff(parts: string[]): boolean {
  if (parts.includes('handoff') || parts.includes('handover')) return true;
  if (follows(parts, 'hand', 'off') || follows(parts, 'hand', 'over')) return true;
  return parts.some((word) => HANDING_OVER.has(word)) && parts.some((word) => RECEIVERS.has(word));
}

function follows(parts: string[], first: string, second: string): boolean {
  return parts.some((word, i) => word === first && parts[i + 1] === second);
}
