import { SOURCES } from '../domain/fields.ts';
import { grouped } from '../domain/formatting.ts';
import {
  isNarrowed,
  PERIODS,
  type Period,
  RUN_OUTCOMES,
  type RunFilter,
  type RunOutcome,
} from '../domain/run-filter.ts';

const OUTCOME_WORDS: Record<RunOutcome, string> = {
  has_failures: 'Has failures',
  all_passed: 'All passed',
  completed: 'Completed',
  running: 'Running',
  pending: 'Pending',
  failed: 'Failed',
};
const PERIOD_WORDS: Record<Period, string> = { '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days' };
/** Agents that can be ticked; in a workspace with more of them one is typed. */
const AGENTS_OFFERED = 30;

type RunFiltersProps = { filter: RunFilter; agents: readonly string[] };

/** What to show of the runs. A plain form: the view it leads to has an address. */
export function RunFilters({ filter, agents }: RunFiltersProps) {
  const { period, from, to, status, source } = filter;
  const date = period ?? (from !== null || to !== null ? 'custom' : '');
  return (
    <form method="get" action="/runs" class="filters" aria-label="Filter">
      <Choice name="status" label="Status" chosen={status ?? ''} options={pairs(RUN_OUTCOMES, OUTCOME_WORDS)} />
      <Choice
        name="date"
        label="Period"
        chosen={date}
        options={[...pairs(PERIODS, PERIOD_WORDS), ['custom', 'Custom: from, to']]}
      />
      <Day name="from" label="From (UTC)" value={from} />
      <Day name="to" label="To (UTC)" value={to} />
      <Choice name="source" label="Source" chosen={source ?? ''} options={SOURCES.map((each) => [each, each])} />
      <Agents agents={agents} chosen={filter.agents} />
      <p class="act">
        <button type="submit" class="quiet">
          Apply
        </button>
        {isNarrowed(filter) && <a href="/runs">Clear filters</a>}
      </p>
    </form>
  );
}

function pairs<T extends string>(values: readonly T[], words: Record<T, string>): [string, string][] {
  return values.map((value) => [value, words[value]]);
}

type ChoiceProps = { name: string; label: string; chosen: string; options: [string, string][] };

function Choice({ name, label, chosen, options }: ChoiceProps) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">All</option>
        {options.map(([value, words]) => (
          <option value={value} selected={value === chosen}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Day({ name, label, value }: { name: 'from' | 'to'; label: string; value: string | null }) {
  return (
    <label>
      {label}
      <input type="date" name={name} {...(value === null ? {} : { value })} />
    </label>
  );
}

/** Those that are chosen come first, so that they are there to be unticked. */
function Agents({ agents, chosen }: { agents: readonly string[]; chosen: readonly string[] }) {
  if (agents.length < 2) return null;
  const offered = [...new Set([...chosen, ...agents.slice(0, AGENTS_OFFERED)])];
  const said = chosen.length > 0 ? `${grouped(chosen.length)} of ${grouped(agents.length)}` : 'all';
  return (
    <details class="choices" open={chosen.length > 0}>
      <summary>Agents: {said}</summary>
      <fieldset>
        <legend>Show runs of these agents; none ticked is all</legend>
        {offered.map((name) => (
          <label>
            <input type="checkbox" name="agent" value={name} checked={chosen.includes(name)} />
            {name}
          </label>
        ))}
      </fieldset>
      {agents.length > offered.length && (
        <label>
          Another agent, by its name
          <input type="text" name="agent" autocomplete="off" spellcheck={false} />
        </label>
      )}
    </details>
  );
}
