import { categoryName } from '../../domain/failure-words.ts';
import { type FailureCategory, SEVERITIES, type Severity } from '../../domain/fields.ts';
import { counted, grouped } from '../../domain/formatting.ts';
import type { FailureCount } from '../../domain/trend.ts';
import { ChartFigure, NoChart, Numbers } from './figure.tsx';
import { percentOf } from './scale.ts';

/** One category with its failures by severity. */
type Row = { category: FailureCategory; total: number; of: Record<Severity, number> };

const ROW_PX = 46;
const LABEL_PX = 15;
const BAR_TOP_PX = 22;
const BAR_PX = 16;
/** From this share of the width on, a stretch has room for its letter, or for letter and figure, on a phone. */
const LETTER_SHARE = 5;
const FIGURE_SHARE = 16;

/** Failed results by category, the most frequent first, and within a bar by severity, the worst first. */
export function FailureChart({ failures }: { failures: readonly FailureCount[] }) {
  const rows = rowsOf(failures);
  const most = rows[0]?.total ?? 0;
  if (most === 0) return <NoChart>Nothing failed.</NoChart>;
  const message = messageOf(rows);
  return (
    <ChartFigure message={message} legend={<Legend rows={rows} />} numbers={numbersOf(rows)}>
      <svg class="failures" role="img" aria-label={`Bar chart. ${message}`} height={rows.length * ROW_PX}>
        {rows.map((row, index) => (
          <Bar row={row} most={most} top={index * ROW_PX} />
        ))}
      </svg>
    </ChartFigure>
  );
}

function rowsOf(failures: readonly FailureCount[]): Row[] {
  const perCategory = [...Map.groupBy(failures, ({ category }) => category)];
  const rows = perCategory.map(([category, counts]): Row => {
    const of = { critical: 0, high: 0, medium: 0, low: 0 };
    for (const { severity, count } of counts) of[severity] += count;
    return { category, of, total: counts.reduce((sum, { count }) => sum + count, 0) };
  });
  return rows.sort((a, b) => b.total - a.total || a.category.localeCompare(b.category));
}

function Bar({ row, most, top }: { row: Row; most: number; top: number }) {
  let before = 0;
  return (
    <>
      <text x="0" y={top + LABEL_PX}>
        {categoryName(row.category)}
      </text>
      <text class="sum" x="100%" y={top + LABEL_PX}>
        {sumText(row, most)}
      </text>
      {SEVERITIES.map((severity) => {
        const share = (100 * row.of[severity]) / most;
        const x = before;
        before += share;
        return share > 0 && <Stretch severity={severity} count={row.of[severity]} place={{ x, share, top }} />;
      })}
    </>
  );
}

/** Where a stretch is too narrow for its letter, the letters stand beside the sum. */
function sumText({ total, of }: Row, most: number): string {
  const present = SEVERITIES.filter((severity) => of[severity] > 0);
  if (present.every((severity) => (100 * of[severity]) / most >= LETTER_SHARE)) return grouped(total);
  const letters = present.map((severity) => `${letterOf(severity)} ${grouped(of[severity])}`);
  return `${letters.join(', ')} · ${grouped(total)}`;
}

function letterOf(severity: Severity): string {
  return severity.charAt(0).toUpperCase();
}

type StretchProps = { severity: Severity; count: number; place: { x: number; share: number; top: number } };

function Stretch({ severity, count, place: { x, share, top } }: StretchProps) {
  const letter = letterOf(severity);
  return (
    <g data-severity={severity}>
      <title>{`${severity}: ${grouped(count)}`}</title>
      <rect x={percentOf(x)} y={top + BAR_TOP_PX} width={percentOf(share)} height={BAR_PX} />
      {share >= LETTER_SHARE && (
        <text x={percentOf(x + share / 2)} y={top + BAR_TOP_PX + BAR_PX / 2} dy=".35em">
          {share >= FIGURE_SHARE ? `${letter} ${grouped(count)}` : letter}
        </text>
      )}
    </g>
  );
}

function Legend({ rows }: { rows: readonly Row[] }) {
  return (
    <>
      {SEVERITIES.filter((severity) => rows.some(({ of }) => of[severity] > 0)).map((severity) => (
        <li>
          <svg class="swatch" aria-hidden="true" data-severity={severity}>
            <rect width="100%" height="100%" />
          </svg>
          <b>{letterOf(severity)}</b> {severity}
        </li>
      ))}
    </>
  );
}

function messageOf(rows: readonly Row[]): string {
  const total = rows.reduce((sum, row) => sum + row.total, 0);
  const critical = rows.reduce((sum, { of }) => sum + of.critical, 0);
  const [first] = rows;
  const most =
    first && rows.length > 1
      ? `, most of them ${categoryName(first.category).toLowerCase()} (${grouped(first.total)})`
      : '';
  const only = first && rows.length === 1 ? `, all of them ${categoryName(first.category).toLowerCase()}` : '';
  return `${counted(total, 'failure')}${most}${only}; ${critical === 0 ? 'none' : grouped(critical)} critical.`;
}

const COLUMNS = ['Category', ...SEVERITIES.map((one) => `${one.charAt(0).toUpperCase()}${one.slice(1)}`), 'All'];

function numbersOf(rows: readonly Row[]) {
  return (
    <Numbers caption="Failed results by category and severity" columns={COLUMNS}>
      {rows.map(({ category, of, total }) => (
        <tr>
          <th scope="row">{categoryName(category)}</th>
          {SEVERITIES.map((severity) => (
            <td>{grouped(of[severity])}</td>
          ))}
          <td>{grouped(total)}</td>
        </tr>
      ))}
    </Numbers>
  );
}
