import { counted } from '../domain/formatting.ts';
import { type AgentScore, scoreBand } from '../domain/scores.ts';
import type { AgentTrend, TrendPoint } from '../domain/trend.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { FailureChart } from './charts/failure-chart.tsx';
import { LatencyChart } from './charts/latency-chart.tsx';
import { PassRateChart } from './charts/pass-rate-chart.tsx';
import { TrendChart } from './charts/trend-chart.tsx';
import { runUrl } from './run-links.ts';
import { ScoreParts } from './score-parts.tsx';

export type ScoreTabProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  score: AgentScore | null;
  /** The score after the completed run before. */
  previous: number | null;
  trend: AgentTrend;
};

/** Runs in the two lower charts: with all of them the page would weigh more than 100 KB. */
const NEWEST = 16;

/** The quality score of an agent: what it is made of, and how it came about. */
export function ScoreTab({ agent, workspaceName, csrf, score, previous, trend }: ScoreTabProps) {
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="score" styles={['charts']}>
      <Standing score={score} previous={previous} />
      {trend.points.length === 0 ? <FirstRun agent={agent} /> : <History trend={trend} />}
    </AgentFrame>
  );
}

function Standing({ score, previous }: Pick<ScoreTabProps, 'score' | 'previous'>) {
  if (!score) return null;
  const band = scoreBand(score.value);
  return (
    <section aria-labelledby="score">
      <h2 id="score">Agent Quality Score</h2>
      <p class="aqs">
        <strong data-band={band.toLowerCase()}>{score.value}</strong> of 100, {band.toLowerCase()}
      </p>
      <ul class="facts">
        <li>
          95% interval {score.low}–{score.high}
        </li>
        <li>{previous === null ? 'no score before' : `${change(score.value - previous)} ${previous} before`}</li>
        <li>{counted(score.decided, 'decided result')}</li>
        {score.lowEvidence && (
          <li>low evidence: fewer than 10 cases were decided, so the score may still move a lot</li>
        )}
      </ul>
      <ScoreParts score={score} />
    </section>
  );
}

function change(difference: number): string {
  if (difference === 0) return 'unchanged from';
  return difference > 0 ? `↑ up ${difference} from` : `↓ down ${-difference} from`;
}

function History({ trend: { points, agentName } }: { trend: AgentTrend }) {
  const recent = points.slice(-NEWEST);
  const newest = points.at(-1);
  return (
    <>
      <section aria-labelledby="trend">
        <h2 id="trend">
          Trend <small>the score after each completed run</small>
        </h2>
        <TrendChart points={points} agentName={agentName} />
      </section>
      {newest && <NewestFailures point={newest} agentName={agentName} />}
      <div class="side-by-side">
        <section aria-labelledby="pass-rate">
          <h2 id="pass-rate">Pass rate</h2>
          <PassRateChart points={recent} agentName={agentName} />
        </section>
        <section aria-labelledby="latency">
          <h2 id="latency">Latency</h2>
          <LatencyChart points={recent} agentName={agentName} />
        </section>
      </div>
    </>
  );
}

function NewestFailures({ point, agentName }: { point: TrendPoint; agentName: string }) {
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">
        Failures{' '}
        <small>
          of the <a href={runUrl({ id: point.runId, agent_name: agentName })}>newest run</a>
        </small>
      </h2>
      <FailureChart failures={point.failures} />
    </section>
  );
}

function FirstRun({ agent }: { agent: FramedAgent }) {
  return (
    <section aria-labelledby="first">
      <h2 id="first">No score yet</h2>
      <p class="empty">
        The score comes from completed test runs. Ask your assistant: “Get the tests for {agent.name} with{' '}
        <code>invarium_get_tests</code>, run the agent on each and stream the results with{' '}
        <code>invarium_sync_results</code>.” If there are no tests,{' '}
        <a href={agentUrl(agent.id, 'scenarios')}>make a scenario</a> first.
      </p>
    </section>
  );
}
