import type { FleetHealth } from '../domain/fleet.ts';
import { counted, grouped, percent } from '../domain/formatting.ts';
import type { RunHeader } from '../domain/run.ts';
import { scoreBand } from '../domain/scores.ts';
import { DailyPassRate } from './charts/daily-pass-rate.tsx';
import { ConnectGuide } from './connect-guide.tsx';
import { type CategoryFailures, FailureBreakdown } from './failure-breakdown.tsx';
import { type FirstUseNews, FirstUseState } from './first-use-state.tsx';
import { FleetCard } from './fleet-card.tsx';
import { Layout } from './layout.tsx';
import { type Attention, AttentionList, type PendingAgent } from './needs-attention.tsx';
import { RunTable } from './run-table.tsx';

/** `invarium_dashboard` tells the same figures. Those of a window are of its ended runs. */
export type HomePageProps = {
  workspaceName: string;
  now: number;
  csrf?: string;
  mcpUrl: string;
  origin: string;
  windowDays: number;
  fleet: FleetHealth;
  averageScore: number | null;
  passed: number;
  results: number;
  days: { day: string; passed: number; results: number }[];
  failures: CategoryFailures[];
  totals: { agents: number; scenarios: number; runs: number; results: number };
  runs: RunHeader[];
  pending: PendingAgent[];
  attention: Attention[];
  /** While the first run is waited for. */
  news: FirstUseNews | null;
};

const STYLES = ['charts', 'overview'];
const SCRIPTS = ['copy'];
const WAITING_SCRIPTS = [...SCRIPTS, 'first-use'];

/** The workspace at a glance: how its agents stand, what fails, what waits, what ran. */
export function HomePage(props: HomePageProps) {
  const { workspaceName, now, csrf, mcpUrl, origin, windowDays, days, failures, runs, pending, attention } = props;
  return (
    <Layout
      title="Overview"
      workspaceName={workspaceName}
      here="/"
      styles={STYLES}
      scripts={props.news ? WAITING_SCRIPTS : SCRIPTS}
      {...(csrf ? { csrf } : {})}
    >
      <h1>Overview</h1>
      {props.news && <FirstUseState news={props.news} stays={false} />}
      <QuickStats {...props} />
      <div class="board">
        <section aria-labelledby="pass-rate" class="broad">
          <h2 id="pass-rate">
            Pass rate <small>last {windowDays} days</small>
          </h2>
          <DailyPassRate days={days} />
        </section>
        <section aria-labelledby="fleet">
          <h2 id="fleet">Fleet health</h2>
          <FleetCard fleet={props.fleet} />
        </section>
        <section aria-labelledby="attention" class="half">
          <h2 id="attention">Needs attention</h2>
          <AttentionList attention={attention} pending={pending} />
        </section>
        <section aria-labelledby="failures" class="half">
          <h2 id="failures">
            Failures <small>last {windowDays} days</small>
          </h2>
          <FailureBreakdown failures={failures} results={props.results} />
        </section>
      </div>
      <section aria-labelledby="recent">
        <h2 id="recent">Recent runs</h2>
        <RecentRuns runs={runs} now={now} />
      </section>
      <details class="panel">
        <summary>Connect another client</summary>
        <ConnectGuide mcpUrl={mcpUrl} origin={origin} />
      </details>
    </Layout>
  );
}

function QuickStats({ passed, results, averageScore, totals, windowDays }: HomePageProps) {
  return (
    <dl class="stats">
      <Stat
        name="Pass rate"
        value={results > 0 ? `${percent(passed, results)}%` : '—'}
        note={
          results > 0 ? `${grouped(passed)} of ${grouped(results)}, ${windowDays} days` : `none in ${windowDays} days`
        }
      />
      <Stat
        name="Average quality (AQS)"
        value={averageScore === null ? '—' : String(averageScore)}
        note={averageScore === null ? 'no score yet' : scoreBand(averageScore)}
      />
      <Stat name="Agents" value={grouped(totals.agents)} href="/agents" />
      <Stat name="Scenarios" value={grouped(totals.scenarios)} />
      <Stat name="Test runs" value={grouped(totals.runs)} href="/runs" />
      <Stat name="Test cases run" value={grouped(totals.results)} />
    </dl>
  );
}

type StatProps = { name: string; value: string; note?: string; href?: string };

function Stat({ name, value, note, href }: StatProps) {
  return (
    <div>
      <dt>{href ? <a href={href}>{name}</a> : name}</dt>
      <dd>
        {value}
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

function RecentRuns({ runs, now }: { runs: RunHeader[]; now: number }) {
  if (runs.length === 0)
    return (
      <p class="empty">
        No test runs yet. Ask your assistant to create scenarios for an agent, run them and stream the results with{' '}
        <code>invarium_sync_results</code>, or see a sample with <code>npm run demo</code>.
      </p>
    );
  return (
    <>
      <RunTable runs={runs} now={now} showAgent />
      <p class="facts ways">
        <a href="/runs">All test runs</a>
        <span>{counted(runs.length, 'newest run')} shown</span>
      </p>
    </>
  );
}
