import type { Child } from 'hono/jsx';
import { down, labelled, percentOf, type Slots } from './scale.ts';

/** Labels nearer to an edge than this lean inwards. */
const EDGE_SHARE = 8;

/** A line across, at a share of the height (0…100 from below), and what stands beside it. */
export type Tick = { at: number; label: string };
/** A column to point at: what it says, and where it leads. */
export type Column = { says: string; href?: string };

export type PlotProps = {
  label: string;
  ticks: readonly Tick[];
  /** Under the columns, one each. */
  below: readonly string[];
  columns: readonly Column[];
  slots: Slots;
  /** There are names on the right of the drawing. */
  named?: boolean;
  children: Child;
};

/**
 * Axes, and columns to point at. All places are shares of the width, so that text keeps its size on any screen; only what is given as
 * `<Stretched>` is distorted. The columns lie over the drawing, because nothing inside an image can be followed; who uses the
 * keyboard finds the same links in the numbers.
 */
export function Plot({ label, ticks, below, columns, slots, named, children }: PlotProps) {
  return (
    <div class={named ? 'plot named' : 'plot'}>
      <svg role="img" aria-label={label}>
        <Axes ticks={ticks} below={below} slots={slots} />
        {children}
      </svg>
      <svg class="columns" aria-hidden="true">
        {columns.map((column, index) => (
          <ColumnSpot column={column} x={percentOf(slots.left(index))} width={percentOf(slots.width)} />
        ))}
      </svg>
    </div>
  );
}

function Axes({ ticks, below, slots }: Pick<PlotProps, 'ticks' | 'below' | 'slots'>) {
  return (
    <>
      <g class="grid">
        {ticks.map(({ at }) => (
          <line x2="100%" y1={percentOf(down(at))} y2={percentOf(down(at))} />
        ))}
      </g>
      <g class="tick">
        {ticks.map(({ at, label }) => (
          <text x="-6" y={percentOf(down(at))} dy=".35em">
            {label}
          </text>
        ))}
      </g>
      <g class="date">
        {labelled(below.length, slots).map((index) => (
          <text x={percentOf(slots.middle(index))} y="100%" dy="1.5em" data-end={endOf(slots.middle(index))}>
            {below[index]}
          </text>
        ))}
      </g>
    </>
  );
}

function endOf(x: number): 'first' | 'last' | undefined {
  if (x < EDGE_SHARE) return 'first';
  return x > 100 - EDGE_SHARE ? 'last' : undefined;
}

function ColumnSpot({ column: { says, href }, x, width }: { column: Column; x: string; width: string }) {
  const spot = (
    <>
      <title>{says}</title>
      <rect x={x} width={width} height="100%" />
    </>
  );
  return href === undefined ? (
    <g>{spot}</g>
  ) : (
    <a href={href} tabindex={-1}>
      {spot}
    </a>
  );
}

/** Lines and areas in units of 100 by 100; their strokes keep their width. */
export function Stretched({ children }: { children: Child }) {
  return (
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" aria-hidden="true">
      {children}
    </svg>
  );
}

/** A sample of a line or a mark for the legend. */
export function LineKey({ class: name, words }: { class: string; words: string }) {
  return (
    <li>
      <svg class="key" viewBox="0 0 28 14" aria-hidden="true">
        <path class={name} d={name.includes('dots') ? 'M14 7h0' : 'M0 7h28'} />
      </svg>
      {words}
    </li>
  );
}
