import { sum } from '../../domain/statistics/averages.ts';
import { wilson } from '../../domain/statistics/wilson.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import type { CorpusEpisode } from '../corpus.ts';

/** One recorded conversation, and what the product says of it. */
export type Judged = { episode: CorpusEpisode; verdict: Verdict };

/** Recorded outcome against verdict. An error is no pass; a pending result is undecided. */
export type Matrix = {
  bothPassed: number;
  bothFailed: number;
  wronglyPassed: number;
  wronglyFailed: number;
  undecidedPassed: number;
  undecidedFailed: number;
};

/** `accuracy` and its 95 % Wilson interval are shares of what was decided; null where nothing was. */
export type Figures = {
  n: number;
  decided: number;
  decidedShare: number;
  correct: number;
  accuracy: number | null;
  interval: [low: number, high: number] | null;
  matrix: Matrix;
};

export function isPassed({ reward }: CorpusEpisode): boolean {
  return reward === 1;
}

export function figuresOf(judged: readonly Judged[]): Figures {
  return figuresFrom(matrixOf(judged));
}

/** Of several corpora together: every conversation counts alike. */
export function pooled(all: readonly Figures[]): Figures {
  const total = (key: keyof Matrix) => sum(all, ({ matrix }) => matrix[key]);
  return figuresFrom({
    bothPassed: total('bothPassed'),
    bothFailed: total('bothFailed'),
    wronglyPassed: total('wronglyPassed'),
    wronglyFailed: total('wronglyFailed'),
    undecidedPassed: total('undecidedPassed'),
    undecidedFailed: total('undecidedFailed'),
  });
}

function figuresFrom(matrix: Matrix): Figures {
  const correct = matrix.bothPassed + matrix.bothFailed;
  const decided = correct + matrix.wronglyPassed + matrix.wronglyFailed;
  const n = decided + matrix.undecidedPassed + matrix.undecidedFailed;
  const accuracy = decided > 0 ? correct / decided : null;
  return {
    ...{ n, decided, decidedShare: n > 0 ? decided / n : 0, correct, accuracy },
    interval: accuracy === null ? null : wilson(accuracy, decided),
    matrix,
  };
}

function matrixOf(judged: readonly Judged[]): Matrix {
  const count = (passed: boolean, seen: (status: Verdict['status']) => boolean) =>
    judged.filter(({ episode, verdict }) => isPassed(episode) === passed && seen(verdict.status)).length;
  const pass = (status: Verdict['status']) => status === 'passed';
  const fail = (status: Verdict['status']) => status === 'failed' || status === 'error';
  const open = (status: Verdict['status']) => status === 'pending';
  return {
    bothPassed: count(true, pass),
    bothFailed: count(false, fail),
    wronglyPassed: count(false, pass),
    wronglyFailed: count(true, fail),
    undecidedPassed: count(true, open),
    undecidedFailed: count(false, open),
  };
}

/** Decided, and not as recorded. */
export function disagreements(judged: readonly Judged[]): Judged[] {
  return judged.filter(
    ({ episode, verdict }) => verdict.status !== 'pending' && (verdict.status === 'passed') !== isPassed(episode),
  );
}
