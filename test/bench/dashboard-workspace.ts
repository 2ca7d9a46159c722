import * as z from 'zod';
import type { McpSession } from '../../src/local/mcp-session.ts';
import { SyncAnswer } from '../../src/local/tool-answers.ts';

/** A workspace as a large team has it: headers straight into D1, and one agent whose runs were streamed. */

export const AGENTS = 200;
export const RUNS = 10_000;
export const RESULTS = 1_000;
export const AGENT = 'bench-agent';

const CASES = 50;
const EARLIER_RUNS = 30;
const DAY_MS = 86_400_000;
const HISTORY_DAYS = 90;

const BLUEPRINT = {
  agent_name: AGENT,
  description: 'Answers questions about orders of a large shop and pays amounts back.',
  tools: ['find_order', 'read_policy', 'pay_back', 'notify'].map((name) => ({
    name,
    description: `The tool ${name} of a shop.`,
    parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
    side_effects: name === 'pay_back' || name === 'notify' ? 'write' : 'read',
  })),
};

/** Agents with blueprint, audit, scenarios and score, and ended runs spread over three months, one in twenty with something pending. */
export async function storeFleet(db: D1Database, workspaceId: string, now: number): Promise<void> {
  const document = JSON.stringify(BLUEPRINT);
  const numbers = (count: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count})`;
  const agent = `'ag_' || printf('%08x', i % ${AGENTS})`;
  const statements = [
    `${numbers(AGENTS)} INSERT INTO agents SELECT ${agent}, ?1, printf('fleet-agent-%03d', i), 'ACTIVE', 1, ?2, ?2 FROM n`,
    `${numbers(AGENTS)} INSERT INTO blueprints SELECT ${agent}, 1, ?1, 'high', ?2 FROM n`,
    `${numbers(AGENTS)} INSERT INTO audits SELECT ${agent}, 1, 60 + i % 40, '{}', ?2 FROM n WHERE ?1 <> ''`,
    `${numbers(AGENTS)} INSERT INTO scores SELECT ${agent}, 40 + i % 60, 40 + i % 50, '{}', 1 FROM n WHERE ?1 <> '' AND ?2 > 0`,
    `${numbers(20 * AGENTS)} INSERT INTO scenarios SELECT printf('sc_fleet%d', i), ${agent}, 'A scenario', ?1, 'simple', '[]', 'manual',
       1, 'passed', 1, ?2, ?2 FROM n`,
    `${numbers(RUNS)} INSERT INTO runs (id, agent_id, workspace_id, name, source, status, started_at, completed_at, passed, failed, error,
       pending, flaky_cases, failures, score, score_low, score_high, rev)
     SELECT 'tr_' || printf('%016x', i), ${agent}, ?1, 'Nightly ' || i, 'ci', 'completed',
       ?2 - i * ${Math.floor((HISTORY_DAYS * DAY_MS) / RUNS)}, ?2 - i * ${Math.floor((HISTORY_DAYS * DAY_MS) / RUNS)} + 60000,
       80 + i % 20, i % 7, i % 3 = 0, i % 20 = 0, i % 2, json_object('tool_usage_failure', i % 4, 'safety_failure', i % 3),
       40 + i % 60, 35 + i % 60, 45 + i % 55, 1 FROM n`,
  ];
  for (const sql of statements) {
    const text = sql.includes('INSERT INTO blueprints') ? document : workspaceId;
    await db.prepare(sql).bind(text, now).run();
  }
}

/** A completed run with one of its cases, and one that is under way and holds as much. */
export type Streamed = { runId: string; openId: string; caseId: string };

/** One agent with runs of 50 results, and two of 1,000 with transcripts of some 4 KB. */
export async function streamRuns(session: McpSession): Promise<Streamed> {
  await session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, z.unknown());
  const cases: string[] = [];
  for (let n = 0; n < CASES; n++) {
    const scenario = {
      ...{ agent_name: AGENT, name: `Case ${n}`, user_message: `Where is order A${n}?` },
      expected_tools: JSON.stringify(n % 5 === 0 ? ['find_order', 'pay_back'] : ['find_order']),
    };
    const { scenario_id } = await session.call('invarium_create_scenario', scenario, ScenarioAnswer);
    cases.push(`${scenario_id}_1`);
  }
  const stream = async (results: unknown[], more: object = {}) => {
    const input = { agent_name: AGENT, results: JSON.stringify(results), ...more };
    return (await session.call('invarium_sync_results', input, SyncAnswer)).test_run_id;
  };
  for (let run = 0; run < EARLIER_RUNS; run++) await stream(cases.map((id, at) => result(id, { at, trial: 1 + run })));
  const all = Array.from({ length: RESULTS }, (_, at) => ({ at, trial: Math.floor(at / CASES) + 1 }));
  const whole = all.map((place) => result(cases[place.at % CASES] ?? '', place));
  const runId = await stream(whole);
  const openId = await stream([], { create_empty: true, expected_total: RESULTS + 1 });
  await stream(whole, { test_run_id: openId });
  return { runId, openId, caseId: cases[CASES / 2] ?? '' };
}

const ScenarioAnswer = z.object({ scenario_id: z.string() });
const TURNS = 8;

/** A conversation in which the agent looks things up; now and then it tells what it did not do, or does it wrong. */
function result(caseId: string, { at, trial }: { at: number; trial: number }) {
  const names: string[] = Array.from({ length: TURNS }, (_, turn) => (turn === 0 ? 'find_order' : 'read_policy'));
  if (at % 9 === 0) names.push('pay_back');
  const messages = names.flatMap((name, turn) => [
    {
      role: 'assistant',
      content: `Let me have a look at part ${turn} of what the shop knows. `.repeat(2),
      tool_calls: [{ id: `c${turn}`, function: { name, arguments: `{"order_id":"A${at}"}` } }],
    },
    {
      role: 'tool',
      tool_call_id: `c${turn}`,
      content: JSON.stringify({ order: `A${at}`, text: 'on its way '.repeat(15) }),
    },
  ]);
  return {
    scenario_id: caseId,
    trial,
    user_message: `Where is order A${at}?`,
    agent_response: at % 11 === 0 ? 'I refunded your order.' : 'It is on its way.',
    latency_ms: 400 + ((at * 37) % 4_000),
    messages,
  };
}
