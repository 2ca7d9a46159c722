import { overCases, passAtK, passHatK } from '../../domain/statistics/repeats.ts';
import type { CorpusEpisode } from '../corpus.ts';
import { isPassed } from './figures.ts';

/** pass^k and pass@k of what was recorded, not of the verdicts; means over the tasks with at least k trials. */
export type Repeats = { k: number; tasks: number; passHatK: number | null; passAtK: number | null };

/** More repeats are not worth a line. */
const MAX_K = 8;

/** One line for each k up to the most trials of any task, by the product's unbiased formulas. */
export function repeatsOf(episodes: readonly CorpusEpisode[]): Repeats[] {
  const tasks = [...Map.groupBy(episodes, ({ taskId }) => taskId).values()].map((trials) => ({
    decided: trials.length,
    passed: trials.filter(isPassed).length,
  }));
  const most = tasks.reduce((highest, { decided }) => Math.max(highest, decided), 0);
  return Array.from({ length: Math.min(MAX_K, most) }, (_, i) => {
    const all = overCases(tasks, i + 1, passHatK);
    return { k: i + 1, tasks: all.cases, passHatK: all.value, passAtK: overCases(tasks, i + 1, passAtK).value };
  });
}
