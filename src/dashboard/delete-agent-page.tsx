import { counted } from '../domain/formatting.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { ConfirmDelete } from './confirm-delete.tsx';

export type DeleteAgentPageProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  holdings: { scenarios: number; test_cases: number; runs: number };
};

export function DeleteAgentPage({ agent, workspaceName, csrf, holdings }: DeleteAgentPageProps) {
  const { scenarios, test_cases, runs } = holdings;
  const url = agentUrl(agent.id);
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="">
      <h2>Delete {agent.name} for good?</h2>
      <ConfirmDelete action={`${url}/delete`} keep={url} button={`Delete ${agent.name}`} csrf={csrf}>
        <p>With it go:</p>
        <ul class="goes">
          <li>
            {counted(scenarios, 'scenario')} with {counted(test_cases, 'test case')}
          </li>
          <li>{counted(runs, 'test run')} with all results</li>
          <li>its blueprint with every version, and its audits</li>
          <li>its scores</li>
        </ul>
      </ConfirmDelete>
    </AgentFrame>
  );
}
