import * as z from 'zod';
import { FailureCategory } from '../domain/fields.ts';
import { averageScore, fleetHealth } from '../domain/fleet.ts';
import { minuteTime, percent } from '../domain/formatting.ts';
import { monthStart, planOf, QUOTA_LABELS, QUOTAS, type QuotaName, quotaText, resetDate } from '../domain/quota.ts';
import { selectOverview, selectUsage } from '../store/overview.ts';
import { selectRuns } from '../store/runs.ts';
import { NO_AGENTS } from './agents.ts';
import { defineTool } from './define-tool.ts';
import { readD1 } from './read-d1.ts';
import { toWire, WireRun } from './wire-run.ts';
import { workspaceName } from './workspace-name.ts';

const DAY_MS = 24 * 3_600_000;
const WINDOW_DAYS = 30;
const RECENT_RUNS = 5;

const ShownRun = WireRun.pick({
  id: true,
  agent_name: true,
  status: true,
  source: true,
  started_at: true,
  counts: true,
  url: true,
});

export const dashboard = defineTool({
  name: 'invarium_dashboard',
  title: 'Show the dashboard',
  description: `Shows the workspace at a glance: fleet health, pass rate and failures of the last ${WINDOW_DAYS} days, recent test runs, totals.

WHEN TO USE: at the start of a session, after a test cycle, or when the user asks for an overview.
Args: none.
Returns: the figures of the web dashboard as text. One agent in detail is read with invarium_get_agent.`,
  effect: 'reads',
  input: z.strictObject({}),
  output: z.object({
    workspace: z.string(),
    fleet: z.object({ healthy: z.int(), degraded: z.int(), critical: z.int(), untested: z.int() }),
    passed: z.int(),
    results: z.int(),
    average_aqs: z.int().nullable(),
    failures: z.array(z.object({ category: FailureCategory, count: z.int() })),
    recent_runs: z.array(ShownRun),
    totals: z.object({ agents: z.int(), scenarios: z.int(), runs: z.int(), results: z.int() }),
    url: z.string(),
  }),
  async run(_input, { caller, env, baseUrl, now }) {
    const { workspaceId } = caller;
    const [overview, { runs }] = await Promise.all([
      readD1(selectOverview(env.DB, workspaceId, now - WINDOW_DAYS * DAY_MS)),
      readD1(selectRuns(env.DB, { workspaceId, status: null, limit: RECENT_RUNS, offset: 0 })),
    ]);
    const { scores, scenarios, results } = overview;
    const agents = scores.reduce((sum, score) => sum + score.agents, 0);
    return {
      workspace: await workspaceName(env, caller, now),
      fleet: fleetHealth(scores),
      passed: overview.recent_passed,
      results: overview.recent_results,
      average_aqs: averageScore(scores),
      failures: overview.failures,
      recent_runs: runs.map((run) => toWire(run, baseUrl)),
      totals: { agents, scenarios, runs: overview.runs, results },
      url: baseUrl,
    };
  },
  text: (it) => {
    const { fleet, totals, passed, results, average_aqs } = it;
    if (totals.agents === 0) return NO_AGENTS;
    const rate = results > 0 ? `${percent(passed, results)}% (${passed}/${results}, ` : '— (0/0, ';
    return [
      `Invarium dashboard — ${it.workspace}`,
      [
        `Fleet health: ${fleet.healthy} healthy | ${fleet.degraded} degraded | ${fleet.critical} critical | ${fleet.untested} untested`,
        `Pass rate: ${rate}last ${WINDOW_DAYS} days)`,
        `Average AQS: ${average_aqs === null ? '—' : `${average_aqs}/100`}`,
      ].join('\n'),
      ['Failure breakdown:', ...lines(failureLines(it.failures))].join('\n'),
      ['Recent test runs:', ...lines(it.recent_runs.map(runLine))].join('\n'),
      `Quick stats:\n  Agents: ${totals.agents} | Scenarios: ${totals.scenarios} | Test runs: ${totals.runs} | Test cases run: ${totals.results}`,
      `View dashboard: ${it.url}`,
    ].join('\n\n');
  },
});

function lines(entries: string[]): string[] {
  return entries.length > 0 ? entries.map((entry) => `  ${entry}`) : ['  none'];
}

function failureLines(failures: { category: string; count: number }[]): string[] {
  const total = failures.reduce((sum, { count }) => sum + count, 0);
  return failures.map(({ category, count }) => `${category}: ${count} (${percent(count, total)}%)`);
}

function runLine(run: z.infer<typeof ShownRun>, index: number): string {
  const { passed, total } = run.counts;
  const counts = `Passed: ${passed}/${total} (${percent(passed, total)}%)`;
  const when = minuteTime(Date.parse(run.started_at));
  return `${index + 1}. ${run.agent_name} -- ${when} | ${run.status} | ${counts} | Source: ${run.source}`;
}

const UsedQuota = z.object({ used: z.int(), limit: z.int().nullable() });

export const usage = defineTool({
  name: 'invarium_usage',
  title: 'Show usage',
  description: `Shows the plan, what was used of it this month, and what is left.

WHEN TO USE: before test cases are generated, or when the user asks about plan or limits. Every generated test case counts as one generation, every synced result as one simulation credit.
Args: none.
Returns: used and limit of agents, generations, credits and API keys, and the day on which the month's usage begins again.`,
  effect: 'reads',
  input: z.strictObject({}),
  output: z.object({
    plan: z.string(),
    agents: UsedQuota,
    generations: UsedQuota,
    credits: UsedQuota,
    api_keys: UsedQuota,
    resets_on: z.string(),
    url: z.string(),
  }),
  async run(_input, { caller, env, baseUrl, now }) {
    const { name, limits } = planOf(env.PLAN);
    const used = await readD1(selectUsage(env.DB, caller.workspaceId, { since: monthStart(now), now }));
    const quota = (which: QuotaName) => ({ used: used[which], limit: limits[which] });
    return {
      plan: name,
      agents: quota('agents'),
      generations: quota('generations'),
      credits: quota('credits'),
      api_keys: quota('api_keys'),
      resets_on: resetDate(now),
      url: `${baseUrl}/settings`,
    };
  },
  text: (it) => `Plan: ${it.plan}

Usage (current month):
${QUOTAS.map((which) => `  ${QUOTA_LABELS[which]}: ${quotaText(it[which])}`).join('\n')}
    Resets: ${it.resets_on}

Manage plan: ${it.url}`,
});
