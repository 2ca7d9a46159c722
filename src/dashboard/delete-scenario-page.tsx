import { counted } from '../domain/formatting.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { allowance } from './bounded-text.ts';
import { ConfirmDelete } from './confirm-delete.tsx';
import { Inline } from './inline.tsx';

export type DeleteScenarioPageProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  scenario: { id: string; title: string; case_count: number };
};

const TITLE_CHARS = 300;
const TITLE_BYTES = 3_000;

export function DeleteScenarioPage({ agent, workspaceName, csrf, scenario }: DeleteScenarioPageProps) {
  const { id, title, case_count } = scenario;
  const url = `${agentUrl(agent.id, 'scenarios')}/${encodeURIComponent(id)}`;
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="scenarios">
      <h2>
        Delete the scenario <Inline clip={allowance(TITLE_BYTES)(title, TITLE_CHARS)} />?
      </h2>
      <ConfirmDelete action={`${url}/delete`} keep={url} button="Delete this scenario" csrf={csrf}>
        <p>
          It goes with its {counted(case_count, 'test case')}. Results that were judged by it stay in their runs. To
          keep it and leave it out of runs, make it inactive instead.
        </p>
      </ConfirmDelete>
    </AgentFrame>
  );
}
