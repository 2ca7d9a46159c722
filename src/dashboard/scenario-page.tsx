import { expectationWords } from '../domain/expectation-words.ts';
import type { ResultStatus } from '../domain/fields.ts';
import { counted, grouped } from '../domain/formatting.ts';
import type { RunHeader } from '../domain/run.ts';
import type { CaseContent } from '../domain/scenario.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { allowance, shown, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { CsrfField } from './layout.tsx';
import { ListPages } from './list-notes.tsx';
import { anyTrialUrl } from './run-links.ts';
import { ScenarioBadge, type ScenarioLine, Tags } from './scenarios-tab.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Time } from './time.tsx';
import { BoundedPath } from './tool-path.tsx';

export type WholeScenario = ScenarioLine & { origin: string; created_at: number; cases: readonly CaseContent[] };
export type ScenarioPageProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  scenario: WholeScenario;
  /** Which cases are shown: a page of them, from 1. */
  page: number;
  /** How each of them went in the newest run that is named; those it did not hold are missing. */
  newest: NewestResults | null;
  now: number;
  mayChange: boolean;
};

export type NewestResults = { run: RunHeader; statuses: ReadonlyMap<string, ResultStatus> };

/** Cases on a page: as many as a generation makes at once. */
export const CASES_A_PAGE = 25;
const BYTES = 46_000;
const TITLE_CHARS = 300;
const TEXT_CHARS = 4_000;
const WORD_CHARS = 600;
const WORDS_SHOWN = 20;
/** A long message must not leave the cases after it without theirs. */
const SHARE = 0.3;

/** A scenario with all its test cases, and what can be done with it. */
export function ScenarioPage({ agent, workspaceName, csrf, ...shownHere }: ScenarioPageProps) {
  const { scenario, page, newest, now, mayChange } = shownHere;
  const take = allowance(BYTES);
  const { id, title, description, complexity, tags, active, status, origin, created_at, updated_at } = scenario;
  const url = `${agentUrl(agent.id, 'scenarios')}/${encodeURIComponent(id)}`;
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="scenarios">
      <p class="back">
        <a href={agentUrl(agent.id, 'scenarios')}>All scenarios</a>
      </p>
      <div class="bar-of-ways">
        <h2>
          <Inline clip={take(title, TITLE_CHARS)} /> <ScenarioBadge status={status} />
        </h2>
        {mayChange && <Actions url={url} active={active} csrf={csrf} />}
      </div>
      <ul class="facts">
        <li>
          <code>{id}</code>
        </li>
        {active ? <li>active</li> : <li class="off">inactive: left out of runs</li>}
        <li>{complexity.replace('_', ' ')}</li>
        <li>{origin === 'generated' ? 'generated' : 'written by hand'}</li>
        <li>
          made <Time at={created_at} now={now} />
        </li>
        {updated_at > created_at && (
          <li>
            changed <Time at={updated_at} now={now} />
          </li>
        )}
        <Tags tags={tags} take={take} />
      </ul>
      {description && description !== title && (
        <p class="lead" dir="auto">
          {shown(take(description, TEXT_CHARS, SHARE))}
        </p>
      )}
      <Cases url={url} scenario={scenario} page={page} newest={newest} take={take} />
    </AgentFrame>
  );
}

type CasesProps = { url: string; take: Take } & Pick<ScenarioPageProps, 'scenario' | 'page' | 'newest'>;

function Cases({ url, scenario: { id, title, cases }, page, newest, take }: CasesProps) {
  const skipped = (page - 1) * CASES_A_PAGE;
  const shownCases = cases.slice(skipped, skipped + CASES_A_PAGE);
  const end = skipped + shownCases.length;
  return (
    <section aria-labelledby="cases">
      <h2 id="cases">
        {counted(cases.length, 'test case')}
        {cases.length > CASES_A_PAGE && <small>{`${skipped + 1} to ${end}`}</small>}
      </h2>
      <ol class="cases">
        {shownCases.map((content, index) => (
          <Case id={`${id}_${skipped + index + 1}`} {...{ content, newest, take }} isAlone={content.title === title} />
        ))}
      </ol>
      <ListPages first={url} next={end < cases.length ? `${url}?page=${page + 1}` : null} isFirst={page === 1} />
    </section>
  );
}

function Actions({ url, active, csrf }: { url: string; active: boolean; csrf: string }) {
  return (
    <div class="ways-on">
      <a href={`${url}/edit`} class="button quiet">
        Edit
      </a>
      <form method="post" action={`${url}/toggle`}>
        <CsrfField csrf={csrf} />
        <input type="hidden" name="to" value={active ? 'inactive' : 'active'} />
        <button type="submit" class="quiet">
          {active ? 'Leave out of runs' : 'Put back into runs'}
        </button>
      </form>
      <a href={`${url}/delete`} class="button quiet">
        Delete
      </a>
    </div>
  );
}

type CaseProps = { id: string; content: CaseContent; newest: NewestResults | null; take: Take; isAlone: boolean };

function Case({ id, content, newest, take, isAlone }: CaseProps) {
  const { title, user_message, expectations, persona, failure_category, failure_type } = content;
  const { expected_tools, ...others } = expectations;
  const tools = expected_tools?.length ? expected_tools : null;
  const words = expectationWords(tools ? others : expectations);
  return (
    <li id={id}>
      <h3>{isAlone ? 'The user says' : <Inline clip={take(title, TITLE_CHARS)} />}</h3>
      <blockquote dir="auto">{shown(take(user_message, TEXT_CHARS, SHARE))}</blockquote>
      <ul class="facts">
        {newest && <LastResult id={id} newest={newest} />}
        <li>
          <code>{id}</code>
        </li>
        {failure_category && <li>aims at {failure_category.replaceAll('_', ' ')}</li>}
        {failure_type && (
          <li>
            <Inline clip={take(failure_type.replaceAll('_', ' '), WORD_CHARS)} />
          </li>
        )}
        {persona && <li>{persona} user</li>}
      </ul>
      {tools && (
        <p class="facts tools">
          <span>Expected tools{expectations.order === 'any' ? ', in any order' : ''}:</span>
          <span>
            <BoundedPath tools={tools} take={take} />
          </span>
        </p>
      )}
      {words.length > 0 && (
        <ul class="expected">
          {words.slice(0, WORDS_SHOWN).map((sentence) => (
            <li dir="auto">{shown(take(sentence, WORD_CHARS))}</li>
          ))}
          {words.length > WORDS_SHOWN && <li>and {grouped(words.length - WORDS_SHOWN)} more</li>}
        </ul>
      )}
      {!tools && words.length === 0 && (
        <p class="muted">Expects nothing that rules can check: its results wait for a review.</p>
      )}
    </li>
  );
}

function LastResult({ id, newest: { run, statuses } }: { id: string; newest: NewestResults }) {
  const status = statuses.get(id);
  if (!status) return <li>not in the newest run</li>;
  return (
    <li>
      <StatusBadge status={status} /> <a href={anyTrialUrl(run, id)}>in the newest run</a>
    </li>
  );
}
