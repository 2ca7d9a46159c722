import { SCENARIO_STATUSES, type ScenarioStatus } from '../domain/fields.ts';
import { counted, grouped } from '../domain/formatting.ts';
import { type ScenarioFilter, scenarioQuery } from '../domain/scenario-filter.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { allowance, shown, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { ListNotes } from './list-notes.tsx';
import { Time } from './time.tsx';

export type ScenarioLine = {
  id: string;
  title: string;
  description: string | null;
  complexity: string;
  tags: readonly string[];
  active: boolean;
  status: ScenarioStatus;
  case_count: number;
  updated_at: number;
};
/** A generation that is under way. */
export type LiveGeneration = { id: string; produced: number; wanted: number };

export type ScenariosTabProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  scenarios: readonly ScenarioLine[];
  total: number;
  pages: number;
  filter: ScenarioFilter;
  /** Tags that can be chosen. */
  tags: readonly string[];
  notes: readonly string[];
  generation: LiveGeneration | null;
  now: number;
  mayChange: boolean;
};

const BYTES = 40_000;
const TITLE_CHARS = 200;
const DESCRIPTION_CHARS = 400;
const TAG_CHARS = 60;
const TAGS_SHOWN = 12;

const STATUS_WORDS: Record<ScenarioStatus, string> = {
  passed: 'passed',
  failed: 'failed',
  flaky: 'flaky',
  not_run: 'not run',
};

/** The agent's scenarios, a page at a time, and the two ways to get more of them. */
export function ScenariosTab({ agent, workspaceName, csrf, ...list }: ScenariosTabProps) {
  const { scenarios, total, filter, notes, generation, mayChange } = list;
  const take = allowance(BYTES);
  const isNarrowed = scenarioQuery({ ...filter, page: 1 }) !== '';
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="scenarios">
      <ListNotes notes={notes} />
      {generation && <Generating agentId={agent.id} generation={generation} />}
      <div class="bar-of-ways">
        <h2>
          {counted(total, 'scenario')} {isNarrowed && <small>of this filter</small>}
        </h2>
        {mayChange && (
          <div class="ways-on">
            <a href={`${agentUrl(agent.id)}/generate`} class="button">
              Generate tests
            </a>
            <a href={`${agentUrl(agent.id, 'scenarios')}/new`} class="button quiet">
              Create a scenario
            </a>
          </div>
        )}
      </div>
      {(total > 0 || isNarrowed) && <Filters agentId={agent.id} filter={filter} tags={list.tags} take={take} />}
      {total === 0 && <Nothing agent={agent} isNarrowed={isNarrowed} mayChange={mayChange} />}
      <ol class="results">
        {scenarios.map((scenario) => (
          <Row agentId={agent.id} scenario={scenario} take={take} now={list.now} />
        ))}
      </ol>
      <Pages agentId={agent.id} filter={filter} pages={list.pages} />
    </AgentFrame>
  );
}

export function ScenarioBadge({ status }: { status: ScenarioStatus }) {
  return (
    <span class="badge" data-status={status}>
      {STATUS_WORDS[status]}
    </span>
  );
}

function Generating({
  agentId,
  generation: { id, produced, wanted },
}: {
  agentId: string;
  generation: LiveGeneration;
}) {
  return (
    <p class="said" role="status">
      A generation is under way: {produced} of {counted(wanted, 'test case')} made.{' '}
      <a href={`${agentUrl(agentId)}/generations/${encodeURIComponent(id)}`}>Watch it</a>
    </p>
  );
}

function Nothing({ agent, isNarrowed, mayChange }: { agent: FramedAgent; isNarrowed: boolean; mayChange: boolean }) {
  if (isNarrowed)
    return (
      <p class="empty">
        No scenario matches this filter. <a href={agentUrl(agent.id, 'scenarios')}>Show all scenarios</a>
      </p>
    );
  return (
    <p class="empty">
      No scenarios yet.{' '}
      {mayChange
        ? 'Let them be generated from the blueprint, write one here, or ask'
        : 'Somebody who may change this workspace can ask'}{' '}
      the assistant: “Generate five tests for {agent.name} with <code>invarium_generate_tests</code>.”
    </p>
  );
}

type FiltersProps = { agentId: string; filter: ScenarioFilter; tags: readonly string[]; take: Take };

function Filters({ agentId, filter, tags, take }: FiltersProps) {
  const known = filter.tag === null || tags.includes(filter.tag) ? tags : [filter.tag, ...tags];
  return (
    <form method="get" action={agentUrl(agentId, 'scenarios')} class="filters" aria-label="Filter">
      <label>
        Status
        <select name="status">
          <option value="">All</option>
          {SCENARIO_STATUSES.map((status) => (
            <option value={status} selected={status === filter.status}>
              {STATUS_WORDS[status]}
            </option>
          ))}
        </select>
      </label>
      {known.length > 0 && (
        <label>
          Tag
          <select name="tag">
            <option value="">All</option>
            {known.map((tag) => (
              <option value={tag} selected={tag === filter.tag}>
                {shown(take(tag, TAG_CHARS, 0.05))}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        In runs
        <select name="active">
          <option value="">All</option>
          <option value="yes" selected={filter.active === 'yes'}>
            active
          </option>
          <option value="no" selected={filter.active === 'no'}>
            inactive
          </option>
        </select>
      </label>
      <button type="submit" class="quiet">
        Apply
      </button>
    </form>
  );
}

type RowProps = { agentId: string; scenario: ScenarioLine; take: Take; now: number };

function Row({ agentId, scenario, take, now }: RowProps) {
  const { id, title, description, complexity, tags, active, status, case_count, updated_at } = scenario;
  return (
    <li class="result" data-status={status}>
      <ScenarioBadge status={status} />
      <h3>
        <a href={`${agentUrl(agentId, 'scenarios')}/${encodeURIComponent(id)}`}>
          <Inline clip={take(title, TITLE_CHARS)} />
        </a>
      </h3>
      {description && description !== title && (
        <p class="reason" dir="auto">
          {shown(take(description, DESCRIPTION_CHARS))}
        </p>
      )}
      <ul class="facts">
        {!active && <li class="off">inactive: left out of runs</li>}
        <li>{complexity.replace('_', ' ')}</li>
        <li>{counted(case_count, 'test case')}</li>
        <li>
          changed <Time at={updated_at} now={now} />
        </li>
        <Tags tags={tags} take={take} />
      </ul>
    </li>
  );
}

export function Tags({ tags, take }: { tags: readonly string[]; take: Take }) {
  return (
    <>
      {tags.slice(0, TAGS_SHOWN).map((tag) => (
        <li class="label">
          <Inline clip={take(tag, TAG_CHARS)} />
        </li>
      ))}
      {tags.length > TAGS_SHOWN && <li>and {grouped(tags.length - TAGS_SHOWN)} more tags</li>}
    </>
  );
}

function Pages({ agentId, filter, pages }: { agentId: string; filter: ScenarioFilter; pages: number }) {
  if (pages <= 1) return null;
  const { page } = filter;
  const url = (to: number) => `${agentUrl(agentId, 'scenarios')}?${scenarioQuery({ ...filter, page: to })}`;
  return (
    <nav aria-label="Pages" class="pages">
      <ul class="facts ways">
        <li>
          Page {grouped(page)} of {grouped(pages)}
        </li>
        {page > 1 && (
          <li>
            <a href={url(Math.min(page - 1, pages))} rel="prev">
              Previous
            </a>
          </li>
        )}
        {page < pages && (
          <li>
            <a href={url(page + 1)} rel="next">
              Next
            </a>
          </li>
        )}
      </ul>
    </nav>
  );
}
