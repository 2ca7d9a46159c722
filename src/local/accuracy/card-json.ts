import type { Card, SettingCard } from './card.ts';
import type { Judged } from './figures.ts';

/** The card as plain JSON: the same figures as in the text, verdicts whole, conversations left out. */
export function cardJson({ settings, ...card }: Card): Record<string, unknown> {
  return { ...card, settings: settings.map(settingJson) };
}

function settingJson({ setting, figures, disagreements }: SettingCard): Record<string, unknown> {
  return { setting, ...figures, disagreements: disagreements.map(disagreementJson) };
}

function disagreementJson({ episode, verdict }: Judged): Record<string, unknown> {
  return { taskId: episode.taskId, trial: episode.recordedTrial, reward: episode.reward, verdict };
}
