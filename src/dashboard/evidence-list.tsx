import { type Clip, shown } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import type { EvidenceText } from './row-text.ts';

/** Where calls and messages of a result stand on its page. Both are counted from 1 for readers, as in the reasons. */
export const callAnchor = (index: number) => `call-${index + 1}`;
export const messageAnchor = (index: number) => `message-${index + 1}`;

type Props = {
  items: readonly EvidenceText[];
  more: number;
  /** Address of the page that holds what the evidence points at, empty for this one; without it nothing is linked. */
  page: string | undefined;
};

/** What a verdict rests on, piece by piece. */
export function EvidenceList({ items, more, page }: Props) {
  if (items.length === 0) return null;
  return (
    <>
      <ul class="evidence">
        {items.map((item) => (
          <EvidenceItem item={item} page={page} />
        ))}
      </ul>
      {more > 0 && <p class="muted">… and {more} more</p>}
    </>
  );
}

function EvidenceItem({ item, page }: { item: EvidenceText; page: string | undefined }) {
  return (
    <li>
      <Place item={item} page={page} />
      {(item.expected || item.actual) && (
        <dl>
          <Value label="expected" clip={item.expected} />
          <Value label="actual" clip={item.actual} />
        </dl>
      )}
      {item.quote && <blockquote dir="auto">{shown(item.quote)}</blockquote>}
      {item.note && <p dir="auto">{shown(item.note)}</p>}
    </li>
  );
}

function Place({ item, page }: { item: EvidenceText; page: string | undefined }) {
  const { call, step, tool, path } = item;
  if (call === undefined && step === undefined && !tool && !path) return null;
  return (
    <p class="place">
      {call !== undefined && <Spot words={`call ${call + 1}`} anchor={callAnchor(call)} page={page} />}
      {step !== undefined && <Spot words={`message ${step + 1}`} anchor={messageAnchor(step)} page={page} />}
      {tool && (
        <code>
          <Inline clip={tool} />
        </code>
      )}
      {path && (
        <span>
          argument{' '}
          <code>
            <Inline clip={path} />
          </code>
        </span>
      )}
    </p>
  );
}

function Spot({ words, anchor, page }: { words: string; anchor: string; page: string | undefined }) {
  return page === undefined ? <span>{words}</span> : <a href={`${page}#${anchor}`}>{words}</a>;
}

function Value({ label, clip }: { label: string; clip: Clip | undefined }) {
  if (!clip) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <code>
          <Inline clip={clip} />
        </code>
      </dd>
    </>
  );
}
