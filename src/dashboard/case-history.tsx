import { counted, shortRunId } from '../domain/formatting.ts';
import type { Take } from './bounded-text.ts';
import type { CaseView } from './case-view.ts';
import { ToolFlow } from './charts/tool-flow.tsx';
import { caseUrl } from './run-links.ts';
import { StatusBadge } from './status-badge.tsx';
import { Time } from './time.tsx';
import { BoundedPath } from './tool-path.tsx';

const ROWS_SHOWN = 8;

/** How the same case went in other runs, and by which tools. */
export function CaseHistory({ view, take, now }: { view: CaseView; take: Take; now: number }) {
  const { history, result, run, steps, calls } = view;
  if (history.length === 0) return null;
  const key = (trial: number) => ({ caseId: result.test_case_id, trial });
  const tools = calls?.map(({ name }) => name) ?? null;
  const here = { runId: run.id, startedAt: run.started_at, trial: result.trial, status: result.status, tools };
  const expected = steps && steps.length > 0 ? steps.map(({ tool }) => tool) : undefined;
  return (
    <section aria-labelledby="history">
      <h2 id="history">
        This case in other runs <small>newest first</small>
      </h2>
      <ToolFlow runs={[here, ...history]} expected={expected} />
      <section class="scroll" tabindex={0} aria-label="Results of other runs">
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Verdict</th>
              <th scope="col">Tools</th>
            </tr>
          </thead>
          <tbody>
            {history.slice(0, ROWS_SHOWN).map(({ runId, startedAt, trial, status, tools }) => (
              <tr>
                <th scope="row">
                  <a href={caseUrl({ id: runId, agent_name: run.agent_name }, key(trial))}>
                    <code>{shortRunId(runId)}</code>
                  </a>
                  {trial > 1 && ` trial ${trial}`}
                  <small>
                    <Time at={startedAt} now={now} />
                  </small>
                </th>
                <td>
                  <StatusBadge status={status} />
                </td>
                <td class="tools">{tools ? <BoundedPath tools={tools} take={take} /> : 'not known'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {history.length > ROWS_SHOWN && (
        <p class="muted">… and {counted(history.length - ROWS_SHOWN, 'older result')}. The JSON has them.</p>
      )}
    </section>
  );
}
