import * as z from 'zod';
import type { Complexity } from '../fields.ts';
import { CaseContent } from '../scenario.ts';
import { fenced, fenceRule } from '../untrusted.ts';
import type { BlueprintForGeneration } from './agent-facts.ts';
import type { SeenMessages } from './similarity.ts';
import { validateCase } from './validate-case.ts';

/** A model may find better words for a case. What is tested, and what the case is judged by, stays as it was planned. */

export const RewrittenCases = z.object({
  cases: z.array(CaseContent.pick({ title: true, user_message: true }).extend({ expected_behavior: z.string() })),
});
export type RewrittenCase = z.infer<typeof RewrittenCases>['cases'][number];

type Brief = { blueprint: BlueprintForGeneration; drafts: readonly CaseContent[]; complexity: Complexity };

/** The system and user message that ask for better words. `fence` is random: blueprint and drafts are data, never instructions. */
export function rewritingBrief(
  { blueprint, drafts, complexity }: Brief,
  fence: string,
): { system: string; user: string } {
  const system = [
    'You write the first messages that real people send to an AI agent, for a test suite.',
    fenceRule(fence),
    'You get the agent and a list of drafts. For every draft, in its order, answer with a title of at most ten words, a user message, and the expected behaviour of the agent in one or two sentences.',
    'A user message sounds like the person who sends it, not like a form. It wants exactly what its draft wants: it keeps every identifier, number, date, name and quoted text of the draft as it stands, adds no other wish, and gives nothing away of how it will be judged.',
    `Complexity of all messages: ${complexity}. Where a draft has a persona, write as that persona does. No two messages may be alike.`,
  ].join('\n');
  const tools = blueprint.tools.map(({ name, description }) => ({ name, description }));
  const about = { agent: blueprint.agent_name, description: blueprint.description, tools };
  const told = drafts.map(({ title, user_message, persona, failure_type, expectations }) => ({
    ...{ title, user_message, persona: persona ?? null, aims_at: failure_type ?? null },
    expected_behavior: expectations.expected_behavior ?? null,
  }));
  return { system, user: fenced(JSON.stringify({ ...about, drafts: told }, null, 1), fence) };
}

const MAX_TITLE_CHARS = 120;

/** The draft in the model's words, or why it has to stay as it was. */
export function reworded(
  draft: CaseContent,
  words: RewrittenCase | undefined,
  { blueprint, seen }: { blueprint: BlueprintForGeneration; seen: SeenMessages },
): { content: CaseContent; problem: null } | { content: CaseContent; problem: string } {
  const drop = (problem: string) => ({ content: draft, problem });
  if (!words) return drop('There is no answer for this draft.');
  const { title, user_message, expected_behavior } = words;
  const content = {
    ...draft,
    title: title.trim().slice(0, MAX_TITLE_CHARS) || draft.title,
    user_message: user_message.trim(),
    expectations: { ...draft.expectations, ...(expected_behavior.trim() ? { expected_behavior } : {}) },
  };
  const [problem] = validateCase(content, blueprint);
  if (problem) return drop(problem);
  const lost = numbersIn(draft.user_message).find((number) => !numbersIn(user_message).includes(number));
  if (lost) return drop(`The message no longer says ${lost}.`);
  return seen.isLike(user_message) ? drop('The message is like another one.') : { content, problem: null };
}

function numbersIn(text: string): string[] {
  return text.match(/\d+(?:[.,:/-]\d+)*/g) ?? [];
}
