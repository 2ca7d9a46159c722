import { isoTime, minuteTime } from '../domain/formatting.ts';
import { allowance, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { Time } from './time.tsx';

export type KeyLine = {
  id: string;
  name: string;
  /** How its value begins. */
  prefix: string;
  scopes: string[];
  status: 'active' | 'expired' | 'revoked';
  createdAt: number;
  expiresAt?: number;
  lastUsedAt?: number;
  /** The only agent that it is good for. */
  agentName?: string;
  /** Who made it, where a member did who still is one. */
  madeBy?: string;
  /** Whether the reader may revoke it; it may do no more than they. */
  mayRevoke?: boolean;
};

/** Names are short where they are made; what else finds its way into the list must not fill the page. */
const NAMES_BYTES = 20_000;
const NAME_CHARS = 80;
const EMAIL_CHARS = 254;

/** Keys, one below the other, because seven columns fit no phone; `mayChange` brings the way to revoke one. */
export function KeyList({ keys, now, mayChange }: { keys: KeyLine[]; now: number; mayChange: boolean }) {
  const take = allowance(NAMES_BYTES);
  return (
    <ol class="results">
      {keys.map((line) => (
        <Item line={line} now={now} take={take} mayChange={mayChange} />
      ))}
    </ol>
  );
}

type ItemProps = { line: KeyLine; now: number; take: Take; mayChange: boolean };

function Item({ line, now, take, mayChange }: ItemProps) {
  const { id, name, prefix, scopes, status, createdAt, lastUsedAt, agentName, madeBy, mayRevoke = true } = line;
  return (
    <li class="result" id={id}>
      <KeyStatus status={status} />
      <h3 id={`${id}-name`}>
        <Inline clip={take(name, NAME_CHARS)} />
      </h3>
      <ul class="facts">
        <li>
          <code>{prefix}…</code>
        </li>
        <li>{scopes.join(', ')}</li>
        {agentName !== undefined && (
          <li>
            only <Inline clip={take(agentName, NAME_CHARS)} />
          </li>
        )}
        <li>
          created <Time at={createdAt} now={now} />
          {madeBy !== undefined && (
            <>
              {' '}
              by <Inline clip={take(madeBy, EMAIL_CHARS)} />
            </>
          )}
        </li>
        <li>
          <Expiry line={line} />
        </li>
        <li>
          {lastUsedAt === undefined ? (
            'no use noted'
          ) : (
            <>
              last used <Time at={lastUsedAt} now={now} />
            </>
          )}
        </li>
        {mayChange && mayRevoke && status !== 'revoked' && (
          <li>
            <a href={`/api-keys/${id}/revoke`} id={`${id}-revoke`} aria-labelledby={`${id}-revoke ${id}-name`}>
              Revoke
            </a>
          </li>
        )}
      </ul>
    </li>
  );
}

/** In words and colour; only what works stands out. */
function KeyStatus({ status }: Pick<KeyLine, 'status'>) {
  return (
    <span class="badge" data-status={status}>
      {status}
    </span>
  );
}

/** A day (UTC), with the exact minute for those who hover. */
function Expiry({ line: { status, expiresAt } }: { line: KeyLine }) {
  if (expiresAt === undefined) return <>never expires</>;
  const minute = minuteTime(expiresAt);
  return (
    <>
      {status === 'expired' ? 'expired' : 'expires'}{' '}
      <time datetime={isoTime(expiresAt)} title={`${minute} UTC`}>
        {minute.slice(0, 'YYYY-MM-DD'.length)}
      </time>
    </>
  );
}
