import type { AgentScore } from '../domain/scores.ts';

type PartName = keyof AgentScore['parts'];

/** The parts of the score as the README publishes them. */
const PARTS: { part: PartName; letter: string; name: string; says: string }[] = [
  {
    part: 'pass',
    letter: 'P',
    name: 'Pass rate',
    says: 'Share of decided trials that passed, as a mean over the cases.',
  },
  {
    part: 'severity',
    letter: 'S',
    name: 'Severity',
    says: 'How mild the failures are: 100 without any, 0 if every decided result failed critically.',
  },
  {
    part: 'coverage',
    letter: 'C',
    name: 'Coverage',
    says: 'Share of the nine failure categories that a decided case aims at.',
  },
  {
    part: 'consistency',
    letter: 'K',
    name: 'Consistency',
    says: 'How steadily the same cases went the same way in the last 5 completed runs.',
  },
];

/** What a score is made of, and the sum that gives it. */
export function ScoreParts({ score }: { score: AgentScore }) {
  return (
    <>
      <table class="parts">
        <caption class="unseen">What the score is made of</caption>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col" class="number">
              Weight
            </th>
            <th scope="col" class="number">
              Of 100
            </th>
            <th scope="col" class="number">
              Adds
            </th>
          </tr>
        </thead>
        <tbody>
          {PARTS.map(({ part, letter, name, says }) => (
            <tr>
              <th scope="row">
                {name} ({letter})
                <Bar value={score.parts[part]} />
                <small>{score.parts[part] === null ? `${says} No case has two outcomes yet.` : says}</small>
              </th>
              <td class="number">{percentOf(score.weights[part])}</td>
              <td class="number">{oneDecimal(score.parts[part])}</td>
              <td class="number">{oneDecimal(addition(score, part))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="notes">{formula(score)}</p>
    </>
  );
}

function Bar({ value }: { value: number | null }) {
  return (
    <svg class="part-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width={value ?? 0} height="1" />
    </svg>
  );
}

/** Points of the score that a part brings; the others share the weight of one that is not known. */
function addition({ parts, weights }: AgentScore, part: PartName): number | null {
  const value = parts[part];
  if (value === null) return null;
  return (weights[part] * value) / (parts.consistency === null ? 1 - weights.consistency : 1);
}

function formula(score: AgentScore): string {
  const known = PARTS.filter(({ part }) => score.parts[part] !== null);
  const terms = known.map(({ part, letter }) => `${score.weights[part].toFixed(2)} ${letter}`).join(' + ');
  const rest = 1 - score.weights.consistency;
  const sum = score.parts.consistency === null ? `(${terms}) / ${rest.toFixed(2)}` : terms;
  return `AQS = ${sum} = ${score.value}, rounded. The interval is the 95% Wilson interval on P, carried through this sum.`;
}

function oneDecimal(value: number | null): string {
  return value === null ? '–' : value.toFixed(1);
}

function percentOf(share: number): string {
  return `${Math.round(100 * share)}%`;
}
