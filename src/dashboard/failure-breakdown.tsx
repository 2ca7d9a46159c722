import { categoryName } from '../domain/failure-words.ts';
import type { FailureCategory } from '../domain/fields.ts';
import { grouped, percent } from '../domain/formatting.ts';
import { ShareBar } from './share-bar.tsx';

export type CategoryFailures = { category: FailureCategory; count: number };

/** Failed results by category, the most frequent first. The table is the chart: every bar stands beside its figures. */
export function FailureBreakdown({ failures, results }: { failures: readonly CategoryFailures[]; results: number }) {
  const total = failures.reduce((sum, { count }) => sum + count, 0);
  if (total === 0)
    return <p class="sheet empty">{results > 0 ? 'No result failed.' : 'No results, so nothing that could fail.'}</p>;
  return (
    <table class="breakdown">
      <caption class="unseen">Failed results by category</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">Category</th>
          <th scope="col">Failed</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {failures.map(({ category, count }) => (
          <tr>
            <th scope="row">
              {categoryName(category)}
              <ShareBar part={count} whole={total} />
            </th>
            <td class="number">{grouped(count)}</td>
            <td class="number">{percent(count, total)}%</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
