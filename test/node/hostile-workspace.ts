import type { APIRequestContext } from 'playwright-core';
import type { McpSession } from '../../src/local/mcp-session.ts';
import { CreateAnswer, UploadAnswer } from '../../src/local/tool-answers.ts';
import { generate, listRuns, openSession, type Sync, syncResults, type Workspace } from './dashboard-workspace.ts';
import { HOSTILE, HUGE } from './hostile-corpus.ts';
import type { Server } from './server.ts';

const AGENT = 'hostile-agent';
const MAX_KEY_NAME = 80;
const MAX_TOOL_NAME = 200;
const MAX_RUN_NAME = 200;
const MAX_TITLE = 300;
const AT_ONCE = 8;
const FRAMEWORK = 'custom';

/** A workspace whose every text is hostile, in every field that takes one. */
export async function fillHostileWorkspace(server: Server): Promise<Workspace & { session: McpSession }> {
  const session = openSession(server);
  const upload = (document: object) =>
    session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(document) }, UploadAnswer);
  await upload({ ...blueprint(), description: HOSTILE.toReversed().join('\n') });
  const { url } = await upload(blueprint());
  const cases = await inParallel(HOSTILE, async (text) => {
    const answer = await session.call('invarium_create_scenario', scenario(text), CreateAnswer);
    return answer.test_case_ids[0] ?? '';
  });
  const send = (more: Sync) => syncResults(session, { agent_name: AGENT, ...more });
  const results = hostileResults(cases);
  const before = await send({ name: runName(HOSTILE[0]), results: results.slice(0, -HUGE.length) });
  const after = await send({ name: runName(HOSTILE[1]), results: results.map((each) => ({ ...each, passed: null })) });
  const running = await send({ name: runName(HOSTILE[5]), expected_total: 200 });
  await inParallel(HOSTILE.slice(8), (text) => send({ name: runName(text), expected_total: 3 }));
  const generationId = await generate(session, AGENT);
  await listRuns(session, 2);
  const agentId = new URL(url).pathname.split('/').at(-1) ?? '';
  return { session, agentName: AGENT, agentId, cases, generationId, runs: { before, after, running } };
}

async function inParallel<In, Out>(
  items: readonly In[],
  work: (item: In, index: number) => Promise<Out>,
): Promise<Out[]> {
  const done: Out[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      done[index] = await work(items[index] as In, index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return done;
}

/** What is not blank: a text of invisible characters only is refused where a name is required. */
const named = (text: string, max: number) => `${text.slice(0, max - 2)} #`;
const runName = (text = '') => named(text, MAX_RUN_NAME);
/** Tools have names of one line. */
const toolName = (text: string) => named(text.replace(/[\p{Cc}\u2028\u2029]/gu, '?'), MAX_TOOL_NAME);

function blueprint() {
  const tools = HOSTILE.map((text, index) => ({
    name: `${index}${toolName(text).slice(0, MAX_TOOL_NAME - 3)}`,
    description: text,
    parameters: { type: 'object', properties: { [text]: { type: 'string', description: text } }, required: [text] },
    returns: text,
    rate_limit: text,
    side_effects: ['read', 'write', 'delete', 'handoff', 'none'][index % 5],
    requires_confirmation: index % 3 === 0,
  }));
  const nodes = HOSTILE.map((text, index) => ({
    id: `${index} ${text}`,
    type: ['Tool', 'Chain', 'Guard', 'ExternalService', 'PolicyConstraint'][index % 5],
    name: text,
  }));
  const edges = nodes.slice(1).map(({ id }, index) => ({ from: nodes[index]?.id, to: id, type: 'CHAINS_TO' }));
  return {
    agent_name: AGENT,
    framework: FRAMEWORK,
    description: HOSTILE.join('\n'),
    model: HOSTILE[2],
    tools,
    workflow: {
      entry_point: HOSTILE[3],
      chains: HOSTILE.map((text, index) => ({
        name: text,
        trigger: text,
        description: text,
        steps: [tools[index]?.name, text],
      })),
    },
    constraints: { system_prompt_summary: HOSTILE[4], guardrails: [...HOSTILE], rate_limits: [...HOSTILE] },
    expected_behaviors: [...HOSTILE],
    failure_modes: [...HOSTILE],
    sample_data: Object.fromEntries(HOSTILE.map((text) => [text, [text]])),
    metadata: { [HOSTILE[0] ?? '']: HOSTILE[1] },
    graph: { nodes, edges },
  };
}

function scenario(text: string) {
  return {
    agent_name: AGENT,
    name: named(text, MAX_TITLE),
    description: text,
    user_message: `${text} .`,
    expected_behavior: text.slice(0, 4000),
    tags: JSON.stringify([named(text, 60)]),
    expected_tools: JSON.stringify([toolName(text), 'lookup']),
    expectations: JSON.stringify({
      required_facts: [`fact ${text.slice(0, 1000)}`],
      forbidden_claims: [`claim ${text.slice(0, 1000)}`],
    }),
  };
}

/** One result for each text, and one more for each that is huge; some pass, some fail, some broke off, some wait. */
export function hostileResults(cases: string[]): Record<string, unknown>[] {
  const small = HOSTILE.map((text, index) => ({
    scenario_id: cases[index],
    user_message: text || '.',
    agent_response: text,
    tools_called: index % 4 === 3 ? null : [call(text), { ...call(text), error: text, status: 'failed' }],
    messages: index % 4 === 3 ? null : transcript(text),
    notes: text,
    latency_ms: 10 ** (index % 8),
    ...[{ passed: true }, { passed: false }, { error_message: text }, {}][index % 4],
    trace: { [text]: text },
  }));
  const huge = HUGE.map((text, index) => ({
    scenario_id: cases[index],
    trial: 2,
    user_message: 'A long answer, please.',
    agent_response: text,
    tools_called: [{ name: 'lookup' }],
  }));
  return [...small, ...huge];
}

const call = (text: string) => ({
  name: toolName(text),
  parameters: { [text]: text, list: [text, { [text]: text }] },
  result: text,
});

function transcript(text: string) {
  const id = 'call_1';
  const asked = {
    id,
    type: 'function',
    function: { name: toolName(text), arguments: JSON.stringify({ [text]: text }) },
  };
  return [
    { role: 'system', content: text },
    { role: 'user', content: text },
    { role: 'assistant', content: text, tool_calls: [asked] },
    { role: 'tool', tool_call_id: id, content: text },
    { role: text, name: text, content: [{ type: 'text', text }] },
    { role: 'assistant', content: text },
  ];
}

const CSRF = /name="csrf" value="([^"]+)"/;
const KEY_FORM_ID = /name="id" value="(key_[0-9a-f]+)"/;

/** What people type: comments on results of a run, and names of keys. */
export async function typeHostileTexts(
  request: APIRequestContext,
  workspace: Workspace,
  origin: string,
): Promise<void> {
  const { runs, cases, agentName } = workspace;
  const csrf = CSRF.exec(await (await request.get('/api-keys')).text())?.[1] ?? '';
  const post = async (path: string, form: Record<string, string>) => {
    const answer = await request.post(path, { form, maxRedirects: 0, headers: { origin } });
    if (answer.status() >= 400) throw new Error(`${path} was answered ${answer.status()}`);
  };
  await inParallel(HOSTILE, async (text, index) => {
    const key = `${cases[index]}.1.1`;
    const back = `/runs/${runs.after}`;
    await post(`/runs/${runs.after}/review?agent=${agentName}`, {
      ...{ csrf, back, verdict: `failed:${key}` },
      comment: text.slice(0, 1900),
    });
    const [, id = ''] = KEY_FORM_ID.exec(await (await request.get('/api-keys')).text()) ?? [];
    await post('/api-keys', { csrf, id, name: named(text, MAX_KEY_NAME), scope: 'read' });
  });
}
