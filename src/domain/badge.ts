import { escaped } from './formats/print-junit.ts';
import { scoreBand } from './scores.ts';

/** A badge for a page elsewhere: an image of our own making, whose figures are those of `agent`. */

const COLOURS = { Excellent: '#1a7f37', Good: '#1a7f37', Degraded: '#9a6700', Critical: '#cf222e' } as const;
const NONE = '#57606a';
/** Verdana at 11 px, about. */
const CHAR_PX = 7;
const PAD_PX = 12;

/** SVG. `score` is the agent's quality score, 0–100, or null where nothing was decided yet. */
export function badge(agent: string, score: number | null): string {
  const value = score === null ? 'no score' : `AQS ${score}`;
  const colour = score === null ? NONE : COLOURS[scoreBand(score)];
  const [left, right] = [agent, value].map((text) => text.length * CHAR_PX + PAD_PX);
  const width = (left ?? 0) + (right ?? 0);
  const title = escaped(`${agent}: ${value}`);
  const words = (text: string, x: number) =>
    `<text x="${x}" y="14" fill="#fff" font-family="Verdana,Geneva,sans-serif" font-size="11" text-anchor="middle">${escaped(text)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${title}"><title>${title}</title>`,
    `<rect width="${left}" height="20" fill="#24292f"/><rect x="${left}" width="${right}" height="20" fill="${colour}"/>`,
    words(agent, (left ?? 0) / 2),
    words(value, (left ?? 0) + (right ?? 0) / 2),
    '</svg>\n',
  ].join('');
}
