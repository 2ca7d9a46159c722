import { minuteTime, percent } from '../domain/formatting.ts';
import type { RunHeader } from '../domain/run.ts';
import { runName } from './run-links.ts';

const NAME_CHARS = 60;

/** Picks two of an agent's runs, newest first; at first the newest and the one before it. */
export function CompareForm({ runs, agent }: { runs: RunHeader[]; agent: string }) {
  const [newest, before] = runs;
  if (!newest || !before) return null;
  return (
    <form method="get" action="/runs/compare" class="pair">
      <input type="hidden" name="agent" value={agent} />
      <RunChoice name="a" label="Compare" runs={runs} chosen={before.id} />
      <RunChoice name="b" label="with" runs={runs} chosen={newest.id} />
      <button type="submit" class="quiet">
        Compare runs
      </button>
    </form>
  );
}

type RunChoiceProps = { name: 'a' | 'b'; label: string; runs: RunHeader[]; chosen: string };

function RunChoice({ name, label, runs, chosen }: RunChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select name={name}>
        {runs.map((run) => (
          <option value={run.id} selected={run.id === chosen}>
            {`${minuteTime(run.started_at)} · ${percent(run.counts.passed, run.counts.total)}% · ${runName(run).slice(0, NAME_CHARS)}`}
          </option>
        ))}
      </select>
    </label>
  );
}
