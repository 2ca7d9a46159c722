import { Hono } from 'hono';
import * as z from 'zod';
import { agentUrl } from '../dashboard/agent-frame.tsx';
import { type NewScenarioText, ScenarioForm } from '../dashboard/scenario-form.tsx';
import { callTool } from '../tools/catalog.ts';
import { createScenario } from '../tools/scenarios.ts';
import { changing, type Form, sentence, statusOf, toolContext, viewing } from './agent-access.tsx';
import type { App } from './app.ts';

/** A scenario written by hand. */
export const agentNewScenario = new Hono<App>();

/** Places for tools that the form begins with, and that the button for more of them adds. */
const PLACES = 4;
const MAX_PLACES = 60;

agentNewScenario.get('/agent/:id/scenarios/new', (c) =>
  viewing(c, async ({ found, page, mayChange }) => {
    if (!mayChange) return c.redirect(agentUrl(found.agent.id, 'scenarios'));
    const tools = found.detail.tools.map(({ name }) => name);
    const form = { ...readNew(NOTHING), tools: places([], PLACES) };
    return c.html(<ScenarioForm {...page} form={form} tools={tools} error={null} />);
  }),
);

const NOTHING: Form = { text: () => '', all: () => [] };
const Made = z.object({ scenario_id: z.string() });

agentNewScenario.post('/agent/:id/scenarios/new', (c) =>
  changing(c, async ({ who, found, page, form: sent, refused }) => {
    const form = readNew(sent);
    const again = (error: string | null, status: 200 | 403 | ReturnType<typeof statusOf>) => {
      const tools = found.detail.tools.map(({ name }) => name);
      return c.html(<ScenarioForm {...page} form={form} tools={tools} error={error} />, status);
    };
    if (refused) return again(refused, 403);
    if (sent.text('do') === 'more') return again(null, 200);
    const answer = await callTool(createScenario, inputOf(found.agent.name, form), toolContext(c, who));
    if (!answer.ok) return again(sentence(answer), statusOf(answer));
    const { scenario_id: id } = Made.parse(answer.structured);
    return c.redirect(`${agentUrl(found.agent.id, 'scenarios')}/${id}`, 303);
  }),
);

function readNew(form: Form): NewScenarioText {
  const chosen = form.all('tool');
  const more = form.text('do') === 'more' ? PLACES : 0;
  return {
    name: form.text('name'),
    description: form.text('description'),
    userMessage: form.text('user_message'),
    tools: places(chosen, chosen.length + more),
    expectedBehavior: form.text('expected_behavior'),
    complexity: form.text('complexity') || 'simple',
    tags: form.text('tags'),
    expectations: form.text('expectations'),
  };
}

function places(chosen: readonly string[], count: number): string[] {
  return Array.from({ length: Math.min(count, MAX_PLACES) }, (_, index) => chosen[index] ?? '');
}

/** What the tool takes. An empty field is one that was left out. */
function inputOf(agentName: string, form: NewScenarioText): Record<string, unknown> {
  const tools = form.tools.map((name) => name.trim()).filter((name) => name !== '');
  return {
    agent_name: agentName,
    name: form.name,
    user_message: form.userMessage,
    description: form.description.trim() || null,
    expected_tools: tools.length > 0 ? JSON.stringify(tools) : null,
    expected_behavior: form.expectedBehavior.trim() || null,
    complexity: form.complexity,
    tags: JSON.stringify(tagList(form.tags)),
    expectations: form.expectations.trim() || null,
  };
}

/** Tags as they are typed, with commas between them. */
export function tagList(text: string): string[] {
  const tags = text.split(',').map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ''))];
}
