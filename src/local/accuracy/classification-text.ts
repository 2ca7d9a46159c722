import { plural } from '../../domain/verdict/wording.ts';
import type { CategoryFigures, Classification, Compared, StepFigures } from './classification.ts';
import { percent, table } from './markdown.ts';

/** Classification against the labels of the folder. */
export function classificationText(classification: Classification): string {
  const { labels, strays, names, compared, top1, top2, macroF1, categories, steps, misses } = classification;
  const stray = strays > 0 ? `, ${strays} of them of conversations that are not here` : '';
  const unmapped = names.filter(({ category }) => category === undefined);
  return [
    `Classification against ${plural(labels, 'label')}${stray}; ${compared} with a category of ours: top-1 ${percent(top1)}, top-2 ${percent(top2)}, macro-F1 ${macroF1.toFixed(3)}.`,
    ...(steps ? [stepLine(steps)] : []),
    table(
      ['label', 'times', 'read as'],
      names.map(({ label, count, category }) => [label || '(none)', String(count), category ?? 'not mapped']),
    ),
    ...(unmapped.length > 0
      ? [`Not mapped and left out: ${unmapped.map(({ label }) => label || '(none)').join(', ')}.`]
      : []),
    table(['category', 'labelled', 'predicted', 'both', 'F1'], categories.map(categoryRow)),
    ...(misses.length > 0 ? [`Filed otherwise than labelled:\n\n${misses.map(missLine).join('\n')}`] : []),
  ].join('\n\n');
}

function stepLine({ n, mean, median, within1, within3 }: StepFigures): string {
  return `First deviating step against the labelled one (both count messages from 0), ${plural(n, 'label')}: distance mean ${mean.toFixed(2)}, median ${median}; within 1 step ${percent(within1)}, within 3 ${percent(within3)}.`;
}

function categoryRow({ category, labelled, predicted, hit, f1 }: CategoryFigures): string[] {
  return [category, String(labelled), String(predicted), String(hit), f1.toFixed(3)];
}

function missLine({ taskId, trial, label, rootCause, first, second, rule }: Compared): string {
  const cause = rootCause ? ` (${rootCause})` : '';
  return `- task ${taskId}, trial ${trial}: labelled ${label}${cause}; first ${first ?? 'none'} by ${rule}, second ${second ?? 'none'}`;
}
