import type { Child } from 'hono/jsx';
import type { CategoryCounts, Shift } from '../domain/comparison.ts';
import { categoryName } from '../domain/failure-words.ts';
import { FAILURE_CATEGORIES } from '../domain/fields.ts';
import { duration, grouped } from '../domain/formatting.ts';
import type { RunComparison, ScoredRun } from '../domain/run.ts';
import { agentUrl } from './agent-frame.tsx';
import { allowance } from './bounded-text.ts';
import { casesSentence, chanceSentence, pinsSentence, pText } from './chance.ts';
import { ChangedCases } from './compared-cases.tsx';
import { Layout } from './layout.tsx';
import { runUrl } from './run-links.ts';
import { RunName } from './run-name.tsx';
import { StatusBadge } from './status-badge.tsx';
import { TextsRemoved } from './texts-removed.tsx';
import { Time } from './time.tsx';
import { stepsToAgent, Trail } from './trail.tsx';

export type ComparePageProps = { view: RunComparison; now: number; workspaceName: string; csrf?: string };

const STYLES = ['overview'];
/** Titles and tool names come from outside and share this. */
const FOREIGN_BYTES = 11_000;

/** What is different between two runs of an agent, and whether it is more than chance. */
export function ComparePage({ view, now, workspaceName, csrf }: ComparePageProps) {
  const { before, after, comparison } = view;
  const pins = pinsSentence(comparison.differentPins);
  const cases = casesSentence(comparison);
  return (
    <Layout
      title={`Compare · ${after.run.agent_name}`}
      workspaceName={workspaceName}
      here="/runs"
      styles={STYLES}
      {...(csrf ? { csrf } : {})}
    >
      <Trail steps={stepsToAgent(agentUrl(view.agentId), after.run.agent_name)} />
      <h1>Two runs compared</h1>
      <Sides before={before} after={after} now={now} />
      <Outcome view={view} />
      <div class="notes">
        <p>
          {chanceSentence(comparison)} <small>(McNemar's exact test, {pText(comparison.pValue)})</small>
        </p>
        {cases && <p>{cases}</p>}
        {pins && <p>{pins}</p>}
      </div>
      <ChangedCases view={view} take={allowance(FOREIGN_BYTES)} />
      <Categories {...comparison.categories} />
      <Measures latencyMs={comparison.latencyMs} steps={comparison.steps} />
    </Layout>
  );
}

function Sides({ before, after, now }: { before: ScoredRun; after: ScoredRun; now: number }) {
  const sides = [
    ['before', before.run],
    ['after', after.run],
  ] as const;
  return (
    <ul class="facts sides">
      {sides.map(([side, run]) => (
        <li>
          {side}:{' '}
          <a href={runUrl(run)}>
            <RunName run={run} />
          </a>{' '}
          <StatusBadge status={run.status} /> <Time at={run.started_at} now={now} />
          {run.outage && ', an outage, left out of the score'}
          <TextsRemoved at={run.texts_removed_at} />
        </li>
      ))}
    </ul>
  );
}

function Outcome({ view: { before, after, comparison } }: { view: RunComparison }) {
  const { regressions, fixes, stillFailing, added, removed, scoreDelta } = comparison;
  const figures: [string, number, string?][] = [
    ['Regressions', regressions.length, 'failed'],
    ['Fixes', fixes.length, 'passed'],
    ['Still failing', stillFailing.length],
    ['New cases', added.length],
    ['Removed cases', removed.length],
  ];
  return (
    <dl class="stats">
      <div>
        <dt>Quality score (AQS)</dt>
        <dd>
          {before.score ?? '—'} to {after.score ?? '—'}
          {scoreDelta !== null && <small> ({signed(scoreDelta)})</small>}
        </dd>
      </div>
      {figures.map(([name, count, status]) => (
        <div data-status={status}>
          <dt>{name}</dt>
          <dd>{grouped(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Categories({ before, after }: { before: CategoryCounts; after: CategoryCounts }) {
  const seen = FAILURE_CATEGORIES.filter((category) => before[category] || after[category]);
  const most = Math.max(1, ...seen.flatMap((category) => [before[category] ?? 0, after[category] ?? 0]));
  return (
    <section aria-labelledby="categories">
      <h2 id="categories">
        Failures by category <small class="wide">upper bar before, lower bar after</small>
      </h2>
      {seen.length === 0 ? (
        <p class="empty">Neither run holds a failure.</p>
      ) : (
        <Figures
          head="Category"
          rows={seen.map((category) => {
            const [one, other] = [before[category] ?? 0, after[category] ?? 0];
            const bars = <PairedBars before={one} after={other} most={most} />;
            return [categoryName(category), bars, grouped(one), grouped(other), signed(other - one)];
          })}
        />
      )}
    </section>
  );
}

/** The earlier run's bar above the later one's; the figures stand beside them. */
function PairedBars({ before, after, most }: { before: number; after: number; most: number }) {
  return (
    <svg class="paired" viewBox={`0 0 ${most} 10`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect data-side="before" x="0" y="0" width={before} height="4" />
      <rect data-side="after" x="0" y="6" width={after} height="4" />
    </svg>
  );
}

function Measures({ latencyMs, steps }: { latencyMs: Shift | null; steps: Shift | null }) {
  const rows = [
    ...(latencyMs ? [shiftRow('Latency', latencyMs, duration)] : []),
    ...(steps ? [shiftRow('Tool calls', steps, (count) => String(count))] : []),
  ];
  return (
    <section aria-labelledby="measures">
      <h2 id="measures">
        Latency and steps <small>medians over the cases that both runs measured</small>
      </h2>
      {rows.length === 0 ? (
        <p class="empty">No case was measured in both runs. Send latency_ms and tools_called with each result.</p>
      ) : (
        <Figures head="Measure" rows={rows} />
      )}
    </section>
  );
}

function shiftRow(name: string, { before, after, delta }: Shift, written: (value: number) => string): Child[] {
  const sign = delta === 0 ? '±' : delta > 0 ? '+' : '−';
  return [name, null, written(before), written(after), `${sign}${written(Math.abs(delta))}`];
}

/** `+3`, `−3`, `±0`. */
function signed(delta: number): string {
  return `${delta === 0 ? '±' : delta > 0 ? '+' : '−'}${grouped(Math.abs(delta))}`;
}

/** A name, a drawing or nothing, and three figures in each row. */
function Figures({ head, rows }: { head: string; rows: Child[][] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{head}</th>
          <th scope="col" class="wide">
            <span class="unseen">Drawn</span>
          </th>
          {['Before', 'After', 'Change'].map((name) => (
            <th scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, drawn, ...figures]) => (
          <tr>
            <th scope="row">{name}</th>
            <td class="wide">{drawn}</td>
            {figures.map((figure) => (
              <td class="number">{figure}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
