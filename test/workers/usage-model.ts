import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, vi } from 'vitest';
import { rest } from './ci-client.ts';
import { AGENT, addScenario, BLUEPRINT, type Caller, refund, sync, type Workspace } from './client.ts';

/** What a workspace has used, as it says and as it is. */

export type Used = { agents: number; generations: number; credits: number; api_keys: number };

export async function used(call: Caller): Promise<Used> {
  const { structured } = await call('usage');
  const figure = (name: string) => (structured[name] as { used: number }).used;
  return {
    agents: figure('agents'),
    generations: figure('generations'),
    credits: figure('credits'),
    api_keys: figure('api_keys'),
  };
}

export async function flush(workspaceId: string, agent = AGENT): Promise<void> {
  await runDurableObjectAlarm(env.AGENT.getByName(`${workspaceId}/${agent}`) as never);
}

/** What an agent of the model has: its case, and its runs with the results of each. */
type Modelled = { caseId: string; runs: Map<string, number> };

/** Does things in a workspace, and knows what they cost. */
export class UsageModel {
  readonly agents = new Map<string, Modelled>();
  credits = 0;
  generations = 0;
  keys: string[] = [];
  trial = 0;

  readonly workspace: Workspace;
  readonly call: Caller;

  constructor(workspace: Workspace, call: Caller) {
    this.workspace = workspace;
    this.call = call;
  }

  async upload(name: string): Promise<void> {
    await this.call('upload_blueprint', { blueprint: BLUEPRINT, agent_name: name });
    if (this.agents.has(name)) return;
    this.agents.set(name, { caseId: `${await addScenario(this.call, { agent_name: name })}_1`, runs: new Map() });
  }

  /** New results, and one of them twice: a repeat is no credit. */
  async sync(name: string, results: number): Promise<void> {
    const agent = this.agents.get(name);
    if (!agent) return;
    const sent = Array.from({ length: results }, () => refund(agent.caseId, { trial: ++this.trial }));
    const { structured } = await sync(this.call, [...sent, ...sent.slice(0, 1)], { agent_name: name });
    agent.runs.set(String(structured.test_run_id), results);
    this.credits += results;
    await flush(this.workspace.id, name);
  }

  async generate(name: string, cases: number): Promise<void> {
    if (!this.agents.has(name)) return;
    const made = await this.call('generate_tests', {
      agent_name: name,
      test_description: 'Refunds',
      test_cases: cases,
    });
    if (made.isError) return expect(made.error?.code).toBe('RATE_LIMITED');
    const ask = { agent_name: name, generation_id: made.structured.generation_id };
    // An alarm that rings by itself may be at it already.
    const structured = await vi.waitFor(async () => {
      await flush(this.workspace.id, name);
      const told = (await this.call('get_tests', ask)).structured;
      expect(told.status).toBe('completed');
      return told;
    });
    this.generations += Number(structured.total);
  }

  async removeRun(name: string): Promise<void> {
    const runs = this.agents.get(name)?.runs;
    const [id] = runs?.keys() ?? [];
    if (id === undefined) return;
    runs?.delete(id);
    expect((await rest(this.workspace, `DELETE /v1/agents/${name}/runs/${id}`)).status).toBe(200);
  }

  async removeAgent(name: string): Promise<void> {
    if (this.agents.delete(name)) await this.call('delete_agent', { agent_name: name, confirm: true });
  }

  async makeKey(): Promise<void> {
    const { body } = await rest(this.workspace, 'POST /v1/keys', { name: 'x', scopes: ['read'] });
    this.keys.push(String(body.id));
  }

  async revokeKey(): Promise<void> {
    const id = this.keys.pop();
    if (id) await rest(this.workspace, `DELETE /v1/keys/${id}`);
  }

  expected(): Used {
    const { credits, generations } = this;
    return { agents: this.agents.size, generations, credits, api_keys: 1 + this.keys.length };
  }
}
