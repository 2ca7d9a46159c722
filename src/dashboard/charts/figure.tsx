import type { Child } from 'hono/jsx';

/** What every chart has around its drawing: its message as a sentence, a legend, and the exact figures for those who cannot see it. */

export type ChartFigureProps = {
  /** What the drawing says, in one sentence. */
  message: Child;
  legend?: Child;
  numbers: Child;
  children: Child;
};

export function ChartFigure({ message, legend, numbers, children }: ChartFigureProps) {
  return (
    <figure class="chart">
      <figcaption>{message}</figcaption>
      {children}
      {legend && <ul class="legend">{legend}</ul>}
      {numbers}
    </figure>
  );
}

export type NumbersProps = { caption: string; columns: readonly string[]; children: Child };

/** The figures as a table. */
export function Numbers(props: NumbersProps) {
  return (
    <details class="numbers">
      <summary>Numbers</summary>
      <NumbersTable {...props} />
    </details>
  );
}

/** One of several tables. The first column names the row; `children` are the rows. */
export function NumbersTable({ caption, columns, children }: NumbersProps) {
  return (
    <section class="scroll" tabindex={0} aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col">{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

/** Nothing to draw yet, and why. */
export function NoChart({ children }: { children: Child }) {
  return <p class="empty">{children}</p>;
}
