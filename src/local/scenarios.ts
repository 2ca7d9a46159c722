import { canonicalJson } from '../domain/canonical-json.ts';
import type { Expectations } from '../domain/expectations.ts';
import type { McpSession } from './mcp-session.ts';
import { CreateAnswer, TestsAnswer } from './tool-answers.ts';

const PAGE = 100;

export type WantedScenario = { name: string; userMessage: string; expectations: Expectations; tags?: string[] };

/** The test case of every wanted scenario, by name: one that is there and equal is used again, others are made. */
export async function ensureScenarios(
  session: McpSession,
  agentName: string,
  wanted: WantedScenario[],
): Promise<Map<string, string>> {
  const existing = await readCases(session, agentName);
  const cases = new Map<string, string>();
  for (const scenario of wanted) {
    const same = existing.find((known) => isSame(known, scenario));
    cases.set(scenario.name, same?.id ?? (await createScenario(session, agentName, scenario)));
  }
  return cases;
}

async function readCases(session: McpSession, agentName: string): Promise<TestsAnswer['test_cases']> {
  const cases: TestsAnswer['test_cases'] = [];
  for (;;) {
    const input = { agent_name: agentName, output_format: 'json', limit: PAGE, offset: cases.length };
    const page = await session.call('invarium_get_tests', input, TestsAnswer);
    cases.push(...page.test_cases);
    if (page.test_cases.length === 0 || cases.length >= page.total) return cases;
  }
}

async function createScenario(session: McpSession, agentName: string, scenario: WantedScenario): Promise<string> {
  const { name, userMessage, expectations, tags } = scenario;
  const input = {
    agent_name: agentName,
    name,
    user_message: userMessage,
    expectations: JSON.stringify(expectations),
    ...(tags ? { tags: JSON.stringify(tags) } : {}),
  };
  const { scenario_id, test_case_ids } = await session.call('invarium_create_scenario', input, CreateAnswer);
  return test_case_ids[0] ?? scenario_id;
}

function isSame(known: TestsAnswer['test_cases'][number], wanted: WantedScenario): boolean {
  return (
    known.scenario_name === wanted.name &&
    known.user_message === wanted.userMessage &&
    canonicalJson(known.expectations) === canonicalJson(wanted.expectations)
  );
}
