import { plural } from '../../domain/verdict/wording.ts';
import { percent, table } from './markdown.ts';
import type { Mutations, OperatorFigures, Outcome } from './mutation/mutate.ts';

/** The table by operator, and every mutant that was not failed with the right category. */
export function mutationText({ broken, leftOut, operators, applied, filed, survivors }: Mutations): string {
  if (applied === 0) return 'No passing conversation could be broken.';
  const left = leftOut > 0 ? `; ${leftOut} left out, because they are not judged passed as they are` : '';
  return [
    `${plural(broken, 'passing conversation')}, each broken in one way at a time, in every place${left}: ${filed} of ${applied} mutants (${percent(filed / applied)}) failed with the right category.`,
    operatorTable(operators),
    ...(survivors.length > 0 ? [survivors.map(survivorLine).join('\n')] : []),
  ].join('\n\n');
}

/** One line for each operator that was applied. */
export function operatorTable(operators: readonly OperatorFigures[]): string {
  const rows = operators.map(({ operator, ...figures }) => [
    operator,
    ...[figures.applied, figures.failed, figures.filed].map(String),
    percent(figures.filed / figures.applied),
  ]);
  return table(['operator', 'applied', 'failed', 'with the right category', 'share'], rows);
}

function survivorLine({ operator, taskId, trial, change, status, rule, reason, category, wanted }: Outcome): string {
  const filed = category ? `, ${category}` : '';
  const place = `task ${taskId}, trial ${trial}`;
  return `- ${operator} (${change}), ${place}: ${status} by ${rule}${filed}, due ${wanted.join(' or ')}: ${reason}`;
}
