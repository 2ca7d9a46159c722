import type { FailureCategory } from '../../domain/fields.ts';
import { mean, median, sum } from '../../domain/statistics/averages.ts';
import type { Annotation } from '../corpus-layout.ts';
import type { Bench } from './bench.ts';
import { categoryNamed } from './category-names.ts';
import type { Judged } from './figures.ts';
import { secondChoice } from './second-choice.ts';
import { resultIn } from './settings.ts';

/** A label beside what the product said of the same conversation; no choice where it did not find the failure. */
export type Compared = {
  taskId: string;
  trial: number;
  label: string;
  rootCause: string;
  category: FailureCategory | undefined;
  first: FailureCategory | undefined;
  second: FailureCategory | undefined;
  labelledStep: number | undefined;
  step: number | undefined;
  rule: string;
};

/** How often each word was used, and what it was read as; `category` is undefined for a word that is in no table. */
export type LabelName = { label: string; count: number; category: FailureCategory | undefined };
export type CategoryFigures = {
  category: FailureCategory;
  labelled: number;
  predicted: number;
  hit: number;
  f1: number;
};
/** Distance in messages between the labelled step and the first deviating step, both 0-based. */
export type StepFigures = { n: number; mean: number; median: number; within1: number; within3: number };

export type Classification = {
  labels: number;
  /** Labels of conversations that the folder does not hold. */
  strays: number;
  names: LabelName[];
  /** Labels with a category of ours; the shares below are of these. */
  compared: number;
  top1: number;
  top2: number;
  macroF1: number;
  categories: CategoryFigures[];
  steps: StepFigures | null;
  misses: Compared[];
};

/**
 * The product's classification in the full setting against people's labels. A failure that the product did not find is a miss. Macro-F1 is
 * the plain mean of F1 = 2·hits / (labelled + predicted) over every category that was labelled or predicted.
 */
export function classify(bench: Bench, judged: readonly Judged[], annotations: readonly Annotation[]): Classification {
  const all = annotations.flatMap((annotation) => compare(bench, judged, annotation) ?? []);
  const mapped = all.filter(({ category }) => category !== undefined);
  const categories = perCategory(mapped);
  const share = (right: (one: Compared) => boolean) => ratio(mapped.filter(right).length, mapped.length);
  const isFirst = ({ category, first }: Compared) => category === first;
  return {
    labels: annotations.length,
    strays: annotations.length - all.length,
    names: namesIn(all),
    compared: mapped.length,
    top1: share(isFirst),
    top2: share((one) => isFirst(one) || one.category === one.second),
    macroF1: ratio(
      sum(categories, ({ f1 }) => f1),
      categories.length,
    ),
    categories,
    steps: stepFigures(all),
    misses: mapped.filter((one) => !isFirst(one)),
  };
}

function compare(bench: Bench, judged: readonly Judged[], annotation: Annotation): Compared | undefined {
  const { task_id, trial = 0, category, step, root_cause } = annotation;
  const found = judged.find(({ episode }) => episode.taskId === task_id && episode.recordedTrial === (trial ?? 0));
  if (!found) return undefined;
  const { episode, verdict } = found;
  const first = verdict.category;
  const label = category ?? '';
  return {
    ...{ taskId: task_id, trial: episode.recordedTrial, label, rootCause: root_cause ?? '', rule: verdict.rule },
    category: categoryNamed(label),
    first,
    second: first && secondChoice(bench, resultIn('full', episode), verdict),
    labelledStep: step ?? undefined,
    step: verdict.first_deviation,
  };
}

function namesIn(all: readonly Compared[]): LabelName[] {
  const byLabel = [...Map.groupBy(all, ({ label }) => label)];
  return byLabel
    .map(([label, group]) => ({ label, count: group.length, category: group[0]?.category }))
    .sort((a, b) => b.count - a.count || a.label.localeCompare(b.label));
}

function perCategory(mapped: readonly Compared[]): CategoryFigures[] {
  const seen = new Set(mapped.flatMap(({ category, first }) => [category, first]).filter((one) => one !== undefined));
  return [...seen].sort().map((category) => {
    const labelled = mapped.filter((one) => one.category === category).length;
    const predicted = mapped.filter(({ first }) => first === category).length;
    const hit = mapped.filter((one) => one.category === category && one.first === category).length;
    return { category, labelled, predicted, hit, f1: ratio(2 * hit, labelled + predicted) };
  });
}

function stepFigures(all: readonly Compared[]): StepFigures | null {
  const distances = all.flatMap(({ labelledStep, step }) =>
    labelledStep === undefined || step === undefined ? [] : [Math.abs(step - labelledStep)],
  );
  if (distances.length === 0) return null;
  const within = (most: number) => ratio(distances.filter((distance) => distance <= most).length, distances.length);
  return {
    n: distances.length,
    mean: mean(distances),
    median: median(distances),
    within1: within(1),
    within3: within(3),
  };
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
