import { RESULT_STATUSES, type ResultStatus } from '../../domain/fields.ts';

/** Outcomes and severities in bars: each has a pattern of its own beside its colour. */

export const OUTCOME_WORDS: Record<ResultStatus, string> = {
  passed: 'Passed',
  failed: 'Failed',
  error: 'Error',
  pending: 'Pending',
};

/** What is drawn over the ground, in a tile of 6 by 6. */
const TEXTURES: Record<ResultStatus, string | null> = {
  passed: null,
  failed: 'M-1 7L7-1M-1 1L1-1M5 7L7 5',
  error: 'M0 3h6M3 0v6',
  pending: 'M0 3h6',
};

/** The patterns, for `fill` to name; `chart` keeps the ids of two charts on a page apart. */
export function OutcomePatterns({ chart }: { chart: string }) {
  return (
    <defs>
      {RESULT_STATUSES.map((status) => (
        <pattern id={patternId(chart, status)} width="6" height="6" patternUnits="userSpaceOnUse">
          <rect data-outcome={status} width="6" height="6" />
          {TEXTURES[status] && <path class="texture" d={TEXTURES[status]} />}
        </pattern>
      ))}
    </defs>
  );
}

export function outcomeFill(chart: string, status: ResultStatus): string {
  return `url(#${patternId(chart, status)})`;
}

function patternId(chart: string, status: ResultStatus): string {
  return `${chart}-${status}`;
}

export function OutcomeKey({ chart, status }: { chart: string; status: ResultStatus }) {
  return (
    <li>
      <svg class="swatch" aria-hidden="true">
        <rect width="100%" height="100%" fill={outcomeFill(chart, status)} />
      </svg>
      {OUTCOME_WORDS[status].toLowerCase()}
    </li>
  );
}
