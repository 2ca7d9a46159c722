import { sum } from '../../domain/statistics/averages.ts';
import { EVALUATOR_VERSION } from '../../domain/verdict/verdict.ts';
import type { Card } from './card.ts';
import { type Figures, pooled } from './figures.ts';
import { FIGURES_HEAD, figuresCells } from './figures-text.ts';
import { table } from './markdown.ts';
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
  ].join('\n\n');
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
