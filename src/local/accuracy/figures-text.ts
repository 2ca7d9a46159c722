import type { Figures } from './figures.ts';
import { percent } from './markdown.ts';

export const FIGURES_HEAD = ['n', 'decided', 'right', 'accuracy on decided', '95 % interval'];

export function figuresCells({ n, decided, decidedShare, correct, accuracy, interval }: Figures): string[] {
  return [
    ...[String(n), `${decided} (${percent(decidedShare)})`, String(correct)],
    accuracy === null ? '–' : percent(accuracy),
    interval === null ? '–' : interval.map(percent).join(' – '),
  ];
}
