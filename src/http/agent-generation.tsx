import { Hono } from 'hono';
import * as z from 'zod';
import { agentUrl } from '../dashboard/agent-frame.tsx';
import { GenerateForm, type GenerateText } from '../dashboard/generate-form.tsx';
import { GenerationPage } from '../dashboard/generation-page.tsx';
import { unwrap } from '../domain/errors.ts';
import { isLive } from '../domain/generation-job.ts';
import { callTool } from '../tools/catalog.ts';
import { generateTests } from '../tools/generations.ts';
import { changing, type Form, sentence, statusOf, toolContext, viewing } from './agent-access.tsx';
import type { App } from './app.ts';
import { missing } from './signed-in.tsx';

/** Tests made from the blueprint: ordered here, watched here. */
export const agentGeneration = new Hono<App>();

const CASES_LISTED = 25;
const Made = z.object({ generation_id: z.string() });

agentGeneration.get('/agent/:id/generate', (c) =>
  viewing(c, async ({ found, page, mayChange }) => {
    if (!mayChange) return c.redirect(agentUrl(found.agent.id, 'scenarios'));
    const live = unwrap(await found.object.listCases({ generationId: null, offset: 0, limit: 0 })).generation;
    const form: GenerateText = { description: '', count: '5', complexity: 'moderate', category: '', persona: '' };
    return c.html(<GenerateForm {...page} form={form} error={null} live={live?.id ?? null} />);
  }),
);

agentGeneration.post('/agent/:id/generate', (c) =>
  changing(c, async ({ who, found, page, form: sent, refused }) => {
    const form = readForm(sent);
    const again = async (error: string, status: 403 | ReturnType<typeof statusOf>) => {
      const live = unwrap(await found.object.listCases({ generationId: null, offset: 0, limit: 0 })).generation;
      return c.html(<GenerateForm {...page} form={form} error={error} live={live?.id ?? null} />, status);
    };
    if (refused) return again(refused, 403);
    const answer = await callTool(generateTests, inputOf(found.agent.name, form), toolContext(c, who));
    if (!answer.ok) return again(sentence(answer), statusOf(answer));
    const { generation_id: id } = Made.parse(answer.structured);
    return c.redirect(`${agentUrl(found.agent.id)}/generations/${id}`, 303);
  }),
);

function readForm(sent: Form): GenerateText {
  return {
    description: sent.text('test_description'),
    count: sent.text('test_cases'),
    complexity: sent.text('complexity'),
    category: sent.text('failure_category'),
    persona: sent.text('persona'),
  };
}

function inputOf(agentName: string, { description, count, complexity, category, persona }: GenerateText) {
  return {
    agent_name: agentName,
    test_description: description,
    // What is no number is left for the tool to refuse in its words.
    test_cases: count.trim() === '' ? null : Number(count),
    complexity: complexity || null,
    failure_category: category || null,
    persona: persona || null,
  };
}

agentGeneration.get('/agent/:id/generations/:generation', (c) =>
  viewing(c, async ({ found, page, now }) => {
    const generationId = c.req.param('generation');
    const read = await found.object.listCases({ generationId, offset: 0, limit: CASES_LISTED });
    if (!read.ok || !read.value.generation) return missing(c, 'This agent has no such generation.');
    const { generation, cases } = read.value;
    const titles = cases.map(({ id, title, user_message }) => ({ id, title, message: user_message }));
    const isGoing = isLive(generation, generation.now);
    return c.html(<GenerationPage {...page} generation={generation} cases={titles} isLive={isGoing} now={now} />);
  }),
);
