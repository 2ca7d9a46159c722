import { sum } from '../../domain/statistics/averages.ts';
import { EVALUATOR_VERSION } from '../../domain/verdict/verdict.ts';
import type { Card } from './card.ts';
import type { Classification, StepFigures } from './classification.ts';
import { type Figures, pooled } from './figures.ts';
import { FIGURES_HEAD, figuresCells } from './figures-text.ts';
import { percent, table } from './markdown.ts';
import type { OperatorFigures } from './mutation/mutate.ts';
import { operatorTable } from './mutation-text.ts';
import { SETTING_TITLES, SETTINGS, type Setting } from './settings.ts';

/** Several cards at a glance: each corpus in the full setting, all of them in each setting, and the mutants of all. */
export function summaryText(cards: readonly Card[]): string {
  const rows = [
    ...cards.map((card) => [card.corpus, 'full', ...figuresCells(pooled(figuresIn(card, 'full')))]),
    ...SETTINGS.map((setting) => {
      const all = cards.flatMap((card) => figuresIn(card, setting));
      return ['all', SETTING_TITLES[setting], ...figuresCells(pooled(all))];
    }),
  ];
  return [
    `### All corpora together; evaluator version ${EVALUATOR_VERSION}`,
    table(['corpus', 'setting', ...FIGURES_HEAD], rows),
    operatorTable(allOperators(cards)),
    ...labelsLine(cards),
  ].join('\n\n');
}

/** Shares of all labels together, and of all labelled steps. */
function labelsLine(cards: readonly Card[]): string[] {
  const labelled = cards.flatMap(({ classification }) => classification ?? []);
  const compared = sum(labelled, (each) => each.compared);
  const steps = labelled.flatMap((each) => each.steps ?? []);
  const placed = sum(steps, ({ n }) => n);
  if (compared === 0 || placed === 0) return [];
  const share = (pick: (each: Classification) => number) =>
    percent(sum(labelled, (each) => pick(each) * each.compared) / compared);
  const near = (pick: (each: StepFigures) => number) => percent(sum(steps, (each) => pick(each) * each.n) / placed);
  return [
    `Classification against ${compared} labels: top-1 ${share(({ top1 }) => top1)}, top-2 ${share(({ top2 }) => top2)}. First deviating step: within 1 of the labelled one ${near(({ within1 }) => within1)}, within 3 ${near(({ within3 }) => within3)}.`,
  ];
}

function figuresIn({ settings }: Card, setting: Setting): Figures[] {
  return settings.filter((each) => each.setting === setting).map(({ figures }) => figures);
}

function allOperators(cards: readonly Card[]): OperatorFigures[] {
  const groups = Map.groupBy(
    cards.flatMap(({ mutations }) => mutations.operators),
    ({ operator }) => operator,
  );
  const tallies = [...groups].map(([operator, group]) => total(operator, group));
  return [...tallies, total('all', tallies)].filter(({ applied }) => applied > 0);
}

function total(operator: string, parts: readonly OperatorFigures[]): OperatorFigures {
  return {
    operator,
    applied: sum(parts, ({ applied }) => applied),
    failed: sum(parts, ({ failed }) => failed),
    filed: sum(parts, ({ filed }) => filed),
  };
}
