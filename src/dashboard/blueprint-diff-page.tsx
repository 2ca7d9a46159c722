import { counted, grouped } from '../domain/formatting.ts';
import type { DiffKind, DiffPart } from '../domain/line-diff.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { allowance, isLost, shown, type Take } from './bounded-text.ts';
import { Time } from './time.tsx';

type Version = { version: number; createdAt: number };
export type BlueprintDiffPageProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  before: Version;
  after: Version;
  parts: readonly DiffPart[];
  now: number;
};

/** Unchanged lines that are shown on either side of a change. */
const CONTEXT = 3;
const BYTES = 48_000;
const LINE_CHARS = 500;
const MAX_ROWS = 1_000;
const SIGNS: Record<DiffKind, string> = { same: ' ', added: '+', removed: '−' };

type Row = { kind: DiffKind; line: number; text: string } | { skipped: number };

/** What a version of the blueprint put in and took out, in the order of the text. */
export function BlueprintDiffPage({ agent, workspaceName, csrf, before, after, parts, now }: BlueprintDiffPageProps) {
  const url = agentUrl(agent.id, 'blueprint');
  const [added, removed] = [countOf(parts, 'added'), countOf(parts, 'removed')];
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="blueprint">
      <h2>
        Changes of version {grouped(after.version)} <small>to version {grouped(before.version)}</small>
      </h2>
      <ul class="facts ways">
        <li>
          saved <Time at={after.createdAt} now={now} />
        </li>
        <li>{counted(added, 'line')} added</li>
        <li>{counted(removed, 'line')} removed</li>
        <li>
          <a href={`${url}?version=${before.version}`}>Version {before.version}</a>
        </li>
        <li>
          <a href={`${url}?version=${after.version}`}>Version {after.version}</a>
        </li>
        <li>
          <a href={url}>Back to the blueprint</a>
        </li>
      </ul>
      {added + removed === 0 ? (
        <p class="empty">Both versions read the same.</p>
      ) : (
        <Rows rows={rowsOf(parts)} take={allowance(BYTES)} />
      )}
    </AgentFrame>
  );
}

function countOf(parts: readonly DiffPart[], kind: DiffKind): number {
  return parts.reduce((sum, part) => sum + (part.kind === kind ? part.lines.length : 0), 0);
}

function* rowsOf(parts: readonly DiffPart[]): Generator<Row> {
  for (const [index, { kind, before, after, lines }] of parts.entries()) {
    const first = kind === 'removed' ? before : after;
    const head = index === 0 ? 0 : CONTEXT;
    const tail = index === parts.length - 1 ? 0 : CONTEXT;
    const skipped = kind === 'same' ? lines.length - head - tail : 0;
    for (let at = 0; at < lines.length; at++) {
      if (skipped > 1 && at === head) {
        yield { skipped };
        at += skipped;
      }
      if (at < lines.length) yield { kind, line: first + at, text: lines[at] ?? '' };
    }
  }
}

/** Takes rows as long as there is room for them. */
function Rows({ rows, take }: { rows: Iterable<Row>; take: Take }) {
  const drawn: ReturnType<typeof DiffRow>[] = [];
  let isCut = false;
  for (const row of rows) {
    const clip = 'skipped' in row ? { text: '', cut: 0 } : take(row.text, LINE_CHARS);
    isCut = isLost(clip) || drawn.length === MAX_ROWS;
    if (isCut) break;
    drawn.push(<DiffRow row={row} text={shown(clip)} />);
  }
  return (
    <>
      <section class="wide-table" tabindex={0} aria-label="Changed lines">
        <table class="diff">
          <caption class="unseen">Lines that were added (+), removed (−), and those around them</caption>
          <tbody>{drawn}</tbody>
        </table>
      </section>
      {isCut && <p class="muted">The changes go on. Both versions can be downloaded and compared whole.</p>}
    </>
  );
}

function DiffRow({ row, text }: { row: Row; text: string }) {
  if ('skipped' in row)
    return (
      <tr class="skipped">
        <td colspan={2}>{counted(row.skipped, 'unchanged line')}</td>
      </tr>
    );
  return (
    <tr class={row.kind}>
      <td>{row.line}</td>
      <td>{`${SIGNS[row.kind]} ${text}`}</td>
    </tr>
  );
}
