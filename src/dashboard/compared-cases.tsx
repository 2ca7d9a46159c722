import type { PathChange } from '../domain/comparison.ts';
import { counted, grouped } from '../domain/formatting.ts';
import { COMPARED_ROWS, type RunComparison, type RunHeader } from '../domain/run.ts';
import { shown, type Take } from './bounded-text.ts';
import { anyTrialUrl } from './run-links.ts';
import { BoundedPath } from './tool-path.tsx';

const TITLE_CHARS = 160;
/** Ways of one case that are written out, of those lost and of those gained. */
const PATHS_SHOWN = 3;
const CHANGED_PATHS_SHOWN = 20;

type Props = { view: RunComparison; take: Take };

/** The cases that differ, by how they do; each leads to its results in both runs. */
export function ChangedCases({ view, take }: Props) {
  const { before, after, comparison } = view;
  const both = [before.run, after.run];
  const list = { titles: view.titles, take };
  return (
    <>
      <CaseList {...list} heading="Regressions" ids={comparison.regressions} runs={both} />
      <CaseList {...list} heading="Fixes" ids={comparison.fixes} runs={both} />
      <ChangedPaths view={view} take={take} />
      <CaseList {...list} heading="Still failing" ids={comparison.stillFailing} runs={both} />
      <CaseList {...list} heading="New cases" ids={comparison.added} runs={[after.run]} />
      <CaseList {...list} heading="Removed cases" ids={comparison.removed} runs={[before.run]} />
    </>
  );
}

type CaseListProps = {
  heading: string;
  ids: readonly string[];
  titles: Record<string, string>;
  take: Take;
  /** Those that hold these cases, the earlier first. */
  runs: RunHeader[];
};

function CaseList({ heading, ids, titles, take, runs }: CaseListProps) {
  if (ids.length === 0) return null;
  const id = heading.toLowerCase().replaceAll(' ', '-');
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {heading} <small>{grouped(ids.length)}</small>
      </h2>
      <ul class="items">
        {ids.slice(0, COMPARED_ROWS).map((caseId) => (
          <li>
            <CaseLink caseId={caseId} title={titles[caseId]} take={take} runs={runs} />
          </li>
        ))}
      </ul>
      {ids.length > COMPARED_ROWS && <p class="muted">… and {grouped(ids.length - COMPARED_ROWS)} more</p>}
    </section>
  );
}

type CaseLinkProps = { caseId: string; title: string | undefined; take: Take; runs: RunHeader[] };

/** Leads to the case in the later run, and to the earlier one beside it. */
function CaseLink({ caseId, title, take, runs }: CaseLinkProps) {
  const [earlier, later] = runs;
  const main = later ?? earlier;
  if (!main) return null;
  return (
    <p class="line">
      <a href={anyTrialUrl(main, caseId)}>
        <bdi>{shown(take(title ?? caseId, TITLE_CHARS))}</bdi>
      </a>
      {later && earlier && (
        <small>
          <a href={anyTrialUrl(earlier, caseId)}>as it was before</a>
        </small>
      )}
    </p>
  );
}

function ChangedPaths({ view, take }: Props) {
  const { changedPaths } = view.comparison;
  const runs = [view.before.run, view.after.run];
  if (changedPaths.length === 0) return null;
  return (
    <section aria-labelledby="paths">
      <h2 id="paths">
        Changed tool paths <small>{grouped(changedPaths.length)}, the most different first</small>
      </h2>
      <ul class="items">
        {changedPaths.slice(0, CHANGED_PATHS_SHOWN).map((change) => (
          <li>
            <CaseLink caseId={change.caseId} title={view.titles[change.caseId]} take={take} runs={runs} />
            <Paths change={change} take={take} />
          </li>
        ))}
      </ul>
      {changedPaths.length > CHANGED_PATHS_SHOWN && (
        <p class="muted">… and {grouped(changedPaths.length - CHANGED_PATHS_SHOWN)} more</p>
      )}
    </section>
  );
}

function Paths({ change, take }: { change: PathChange; take: Take }) {
  const kinds = [
    ['lost', change.lost],
    ['gained', change.gained],
  ] as const;
  return (
    <dl class="paths">
      {kinds.map(
        ([kind, paths]) =>
          paths.length > 0 && (
            <>
              <dt data-path={kind}>{kind}</dt>
              {paths.slice(0, PATHS_SHOWN).map((tools) => (
                <dd class="tools">
                  <BoundedPath tools={tools} take={take} />
                </dd>
              ))}
              {paths.length > PATHS_SHOWN && (
                <dd class="muted">and {counted(paths.length - PATHS_SHOWN, 'other way')}</dd>
              )}
            </>
          ),
      )}
    </dl>
  );
}
