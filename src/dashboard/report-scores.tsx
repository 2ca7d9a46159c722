import type { ReportedAudit } from '../domain/recommendations.ts';
import { scoreParts } from '../domain/report-text.ts';
import { type AgentScore, scoreBand } from '../domain/scores.ts';
import { ShareBar } from './share-bar.tsx';

/** Quality from the results, with its interval and parts; readiness from the audit. */
export function ReportScores({ score, audit }: { score: AgentScore | null; audit: ReportedAudit | null }) {
  return (
    <section aria-labelledby="scores">
      <h2 id="scores">Scores</h2>
      <div class="scores">
        <div class="sheet">
          <h3>Agent Quality Score</h3>
          {score ? <Quality score={score} /> : <p class="muted">Nothing was decided that a score could be made of.</p>}
        </div>
        <div class="sheet">
          <h3>Agent Readiness Score</h3>
          {audit ? <Readiness audit={audit} /> : <p class="muted">No audit of this agent is stored.</p>}
        </div>
      </div>
    </section>
  );
}

function Quality({ score }: { score: AgentScore }) {
  const { value, low, high, lowEvidence } = score;
  return (
    <>
      <p class="figure">
        <strong>{value}</strong>
        <span data-band={scoreBand(value).toLowerCase()}>{scoreBand(value)}</span>
        <small>
          95% interval {low} to {high}
          {lowEvidence && ', low evidence'}
        </small>
      </p>
      <table class="parts">
        <caption class="unseen">What the score is made of</caption>
        <thead class="unseen">
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Weight</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {scoreParts(score).map((part) => (
            <tr>
              <th scope="row">
                {part.name}
                {part.value !== null && <ShareBar part={part.value} whole={100} />}
              </th>
              <td class="number">{Math.round(part.weight * 100)}%</td>
              <td class="number">{part.value === null ? '—' : Math.round(part.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Readiness({ audit: { score, label, color, counts } }: { audit: ReportedAudit }) {
  const found = (['critical', 'high', 'medium', 'low'] as const).filter((severity) => counts[severity] > 0);
  return (
    <>
      <p class="figure">
        <strong>{score}</strong>
        <span data-color={color.toLowerCase()}>{label}</span>
        <small>of 100, from the audit of its blueprint</small>
      </p>
      {found.length === 0 ? (
        <p class="muted">The audit found nothing.</p>
      ) : (
        <ul class="found" aria-label="Findings of the audit">
          {found.map((severity) => (
            <li>
              <span class="severity" data-severity={severity}>
                {severity}
              </span>{' '}
              {counts[severity]}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
