import type { Mark } from '../domain/blueprint/marks.ts';
import { grouped } from '../domain/formatting.ts';
import { allowance, isLost, shown, type Take } from './bounded-text.ts';

/** What a page may show of a document at once; the rest is a page away, and all of it is in the file. */
const LINES = 400;
const BYTES = 46_000;
const LINE_CHARS = 1_000;
/** One letter a kind: a document has thousands of them. */
const CLASSES = { key: 'k', value: 'v', quoted: 'q', comment: 'c' } as const;

export type MarkedText = { text: string; marks: readonly Mark[] };
type Line = { start: number; end: number };
type Piece = { text: string; kind?: Mark['kind'] };

/** A stretch of a document with numbered lines, from one line (1-based) on, and the way to what stands before and after it. */
export function BlueprintDocument({
  marked,
  from,
  url,
}: {
  marked: MarkedText;
  from: number;
  url: (from: number) => string;
}) {
  const lines = linesOf(marked.text);
  const first = Math.min(from, Math.max(1, lines.length));
  const take = allowance(BYTES);
  const rows = lines.slice(first - 1, first - 1 + LINES).map((line) => drawn(marked, line, take));
  const end = rows.indexOf(null);
  const fitting = end < 0 ? rows : rows.slice(0, Math.max(1, end));
  const next = first + fitting.length;
  return (
    <>
      <section class="document" tabindex={0} aria-label="Blueprint">
        <ol start={first}>
          {fitting.map((pieces, index) => (
            <li id={`L${first + index}`}>
              <PieceList pieces={pieces ?? [{ text: '…' }]} />
            </li>
          ))}
        </ol>
      </section>
      {(first > 1 || next <= lines.length) && (
        <nav aria-label="Lines" class="pages">
          <ul class="facts ways">
            <li>
              Lines {grouped(first)} to {grouped(next - 1)} of {grouped(lines.length)}
            </li>
            {first > 1 && (
              <li>
                <a href={url(Math.max(1, first - LINES))}>Lines before</a>
              </li>
            )}
            {next <= lines.length && (
              <li>
                <a href={url(next)}>Next lines</a>
              </li>
            )}
          </ul>
        </nav>
      )}
    </>
  );
}

function PieceList({ pieces }: { pieces: Piece[] }) {
  return <code>{pieces.map(({ text, kind }) => (kind ? <span class={CLASSES[kind]}>{text}</span> : text))}</code>;
}

function linesOf(text: string): Line[] {
  const breaks = [...text.matchAll(/\r\n?|\n/g)];
  const starts = [0, ...breaks.map(({ index, 0: end }) => index + end.length)];
  const lines = starts.map((start, index) => ({ start, end: breaks[index]?.index ?? text.length }));
  return lines.at(-1)?.start === text.length && lines.length > 1 ? lines.slice(0, -1) : lines;
}

/** Hidden controls are written out; how much there is of it is counted by the line. */
const written = allowance(Number.POSITIVE_INFINITY);

/** A line in pieces, or null where there is no room left for it. */
function drawn({ text, marks }: MarkedText, { start, end }: Line, take: Take): Piece[] | null {
  const clipped = take(text.slice(start, end), LINE_CHARS);
  if (isLost(clipped)) return null;
  if (clipped.cut > 0) return [{ text: `${shown(clipped)} (${grouped(clipped.cut)} more characters in the file)` }];
  const pieces: Piece[] = [];
  let at = start;
  const add = (until: number, kind?: Mark['kind']) => {
    if (until > at) pieces.push({ text: written(text.slice(at, until), LINE_CHARS).text, ...(kind ? { kind } : {}) });
    at = Math.max(at, until);
  };
  for (let index = firstMark(marks, start); index < marks.length; index++) {
    const mark = marks[index];
    if (!mark || mark.start >= end) break;
    add(mark.start);
    add(Math.min(mark.end, end), mark.kind);
    take('', 0); // The tags of a mark weigh as much as those of a line.
  }
  add(end);
  return pieces;
}

/** The first mark that ends behind a place. */
function firstMark(marks: readonly Mark[], start: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low;
}
