import { EVALUATOR_VERSION } from '../../domain/verdict/verdict.ts';
import { readCorpus } from '../corpus.ts';
import { readAnnotations } from '../corpus-layout.ts';
import { benchFor, verdictOn } from './bench.ts';
import { type Classification, classify } from './classification.ts';
import { disagreements, type Figures, figuresOf, isPassed, type Judged } from './figures.ts';
import { type Mutations, mutate } from './mutation/mutate.ts';
import { type Repeats, repeatsOf } from './repeats.ts';
import { resultIn, SETTINGS, type Setting } from './settings.ts';

export type SettingCard = { setting: Setting; figures: Figures; disagreements: Judged[] };

/** How often the product is right on one corpus, and what else there is to say of it. */
export type Card = {
  corpus: string;
  evaluatorVersion: number;
  tasks: number;
  episodes: number;
  passed: number;
  settings: SettingCard[];
  repeats: Repeats[];
  /** Null where the folder carries no labels. */
  classification: Classification | null;
  mutations: Mutations;
};

/** Reads and judges a folder of recorded conversations, each conversation in each setting. Throws a `Problem`. */
export function accuracyCard(dir: string): Card {
  const corpus = readCorpus(dir);
  const annotations = readAnnotations(dir);
  const bench = benchFor(corpus);
  const judgedIn = (setting: Setting): Judged[] =>
    corpus.episodes.map((episode) => ({ episode, verdict: verdictOn(bench, resultIn(setting, episode)) }));
  const full = judgedIn('full');
  return {
    corpus: corpus.agentName,
    evaluatorVersion: EVALUATOR_VERSION,
    tasks: corpus.scenarios.length,
    episodes: corpus.episodes.length,
    passed: corpus.episodes.filter(isPassed).length,
    settings: SETTINGS.map((setting) => settingCard(setting, setting === 'full' ? full : judgedIn(setting))),
    repeats: repeatsOf(corpus.episodes),
    classification: annotations ? classify(bench, full, annotations) : null,
    mutations: mutate(bench, full),
  };
}

function settingCard(setting: Setting, judged: readonly Judged[]): SettingCard {
  return { setting, figures: figuresOf(judged), disagreements: disagreements(judged) };
}
