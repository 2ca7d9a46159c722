import { counted, grouped } from '../domain/formatting.ts';
import type { AgentBehaviour, CaseHabit } from '../domain/run.ts';
import { shown, type Take } from './bounded-text.ts';
import { resultsUrl, runName, runUrl } from './run-links.ts';
import { BoundedPath } from './tool-path.tsx';

const TITLE_CHARS = 160;

/** How an agent goes about its cases, and whether it began to go about them differently. */
export function BehaviourSection({ behaviour, take }: { behaviour: AgentBehaviour; take: Take }) {
  const { run, habits } = behaviour;
  return (
    <section aria-labelledby="behaviour">
      <h2 id="behaviour">
        Behaviour <small>which tools each case called in the last runs, the least steady first</small>
      </h2>
      <p class="notes">
        <Drift behaviour={behaviour} />
      </p>
      {habits.length === 0 && <p class="empty">No result of these runs says which tools were called.</p>}
      <ul class="items">
        {habits.map((habit) => (
          <li>
            <a href={resultsUrl(run, { case: habit.caseId })}>
              <bdi>{shown(take(habit.title, TITLE_CHARS))}</bdi>
            </a>
            <Paths habit={habit} take={take} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Drift({ behaviour: { run, distance, drifted } }: { behaviour: AgentBehaviour }) {
  const newest = (
    <a href={runUrl(run)}>
      <bdi>{runName(run)}</bdi>
    </a>
  );
  if (distance === null) return <>There is no run before {newest} to compare its tool paths with.</>;
  const figure = `distance ${distance.toFixed(2)} of 1`;
  if (run.counts.passed < run.counts.total)
    return (
      <>
        Some tests of {newest} did not pass and speak for themselves. How far its tool paths are from those of the run
        before: {figure}.
      </>
    );
  if (!drifted)
    return (
      <>
        No drift: {newest} went about its cases as the runs before, within the agent's usual unsteadiness ({figure}).
      </>
    );
  return (
    <>
      <span class="badge" data-status="error">
        drift
      </span>{' '}
      All tests of {newest} passed, yet it went about them differently than the run before ({figure}).
    </>
  );
}

function Paths({ habit, take }: { habit: CaseHabit; take: Take }) {
  return (
    <ul class="facts tools">
      {habit.paths.map(({ tools, count }) => (
        <li>
          <BoundedPath tools={tools} take={take} /> ({grouped(count)} of {grouped(habit.results)})
        </li>
      ))}
      {habit.more > 0 && <li>and {counted(habit.more, 'other way')}</li>}
    </ul>
  );
}
