import type { Evidence } from '../../domain/verdict/verdict.ts';
import { callNumber, clip, inWords, plural } from '../../domain/verdict/wording.ts';
import type { Card, SettingCard } from './card.ts';
import { classificationText } from './classification-text.ts';
import { type Figures, isPassed, type Judged } from './figures.ts';
import { FIGURES_HEAD, figuresCells } from './figures-text.ts';
import { table } from './markdown.ts';
import { mutationText } from './mutation-text.ts';
import type { Repeats } from './repeats.ts';
import { SETTING_TITLES } from './settings.ts';

/** The cards as Markdown: figures, every disagreement with its evidence, repeats, mutants, labels. */
export function cardText(card: Card): string {
  const { corpus, episodes, tasks, passed, evaluatorVersion, settings, repeats, mutations, classification } = card;
  const counts = `${plural(episodes, 'conversation')} of ${plural(tasks, 'task')}, ${passed} recorded as passed`;
  return [
    `### ${corpus}: ${counts}; evaluator version ${evaluatorVersion}`,
    figuresTable(settings),
    ...settings.map(disagreementText),
    repeatsTable(repeats),
    mutationText(mutations),
    ...(classification ? [classificationText(classification)] : []),
  ].join('\n\n');
}

function figuresTable(settings: readonly SettingCard[]): string {
  return table(
    ['setting', ...FIGURES_HEAD, ...MATRIX_HEAD],
    settings.map(({ setting, figures }) => [
      SETTING_TITLES[setting],
      ...figuresCells(figures),
      ...matrixCells(figures),
    ]),
  );
}

const MATRIX_HEAD = [
  ...['pass judged pass', 'pass judged fail', 'fail judged fail', 'fail judged pass'],
  ...['pass undecided', 'fail undecided'],
];

function matrixCells({ matrix }: Figures): string[] {
  const { bothPassed, wronglyFailed, bothFailed, wronglyPassed, undecidedPassed, undecidedFailed } = matrix;
  return [bothPassed, wronglyFailed, bothFailed, wronglyPassed, undecidedPassed, undecidedFailed].map(String);
}

function disagreementText({ setting, disagreements }: SettingCard): string {
  const title = `Disagreements, ${SETTING_TITLES[setting]}`;
  if (disagreements.length === 0) return `${title}: none.`;
  return `${title}: ${disagreements.length}.\n\n${disagreements.map(disagreementLines).join('\n')}`;
}

function disagreementLines({ episode, verdict }: Judged): string {
  const { status, rule, reason, category, subtype, first_deviation, evidence } = verdict;
  const recorded = isPassed(episode) ? 'passed' : 'failed';
  const filed = category ? `, ${category}/${subtype}` : '';
  const step = first_deviation === undefined ? '' : ` First deviation: message ${first_deviation}.`;
  const place = `task ${episode.taskId}, trial ${episode.recordedTrial}`;
  return [
    `- ${place}: recorded ${recorded} (${episode.reward}), judged ${status} by ${rule}${filed}: ${reason}${step}`,
    ...evidence.map((each) => `  - ${evidenceLine(each)}`),
  ].join('\n');
}

const VALUE_CHARS = 160;

/** `call 4, message 12, book_table, day: expected "Friday", actual "Monday"`. */
function evidenceLine({ call, step, tool, path, expected, actual, quote, note }: Evidence): string {
  const place = [
    ...(call === undefined ? [] : [callNumber(call)]),
    ...(step === undefined ? [] : [`message ${step}`]),
    ...[tool, path].filter((part) => part !== undefined),
  ].join(', ');
  const values = [
    ...(expected === undefined ? [] : [`expected ${inWords(expected, VALUE_CHARS)}`]),
    ...(actual === undefined ? [] : [`actual ${inWords(actual, VALUE_CHARS)}`]),
    ...(quote === undefined ? [] : [`quote ${inWords(quote, VALUE_CHARS)}`]),
    ...(note === undefined ? [] : [clip(note, VALUE_CHARS)]),
  ].join(', ');
  return [place, values].filter((part) => part !== '').join(': ');
}

const DIGITS = 6;

function repeatsTable(repeats: readonly Repeats[]): string {
  const value = (share: number | null) => share?.toFixed(DIGITS) ?? '–';
  return table(
    ['k', 'tasks', 'pass^k recorded', 'pass@k recorded'],
    repeats.map(({ k, tasks, passHatK, passAtK }) => [String(k), String(tasks), value(passHatK), value(passAtK)]),
  );
}
