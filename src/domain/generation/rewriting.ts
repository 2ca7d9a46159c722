import * as z from 'zod';
import type { Expectations } from '../expectations.ts';
import type { Complexity } from '../fields.ts';
import { CaseContent } from '../scenario.ts';
import { fenced, fenceRule } from '../untrusted.ts';
import type { BlueprintForGeneration } from './agent-facts.ts';
import type { SeenMessages } from './similarity.ts';
import { validateCase } from './validate-case.ts';

/** A model may find better words for a case. What is tested, and what the case is judged by, stays as it was planned. */

export const RewrittenCases = z.object({
  cases: z.array(CaseContent.pick({ title: true, user_message: true })),
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
    'You get the agent and a list of drafts. For every draft, in its order, answer with a title of at most ten words and a user message.',
    'A user message sounds like the person who sends it, not like a form. It wants exactly what its draft wants: it keeps every identifier, number, date, name and quoted text of the draft as it stands, adds no other wish, and gives nothing away of how it will be judged.',
    `Complexity of all messages: ${complexity}. Where a draft has a persona, write as that persona does. No two messages may be alike.`,
  ].join('\n');
  const named = new Set(drafts.flatMap(({ expectations }) => callsIn(expectations).map(({ tool }) => tool)));
  const tools = blueprint.tools
    .filter(({ name }) => named.has(name))
    .map(({ name, description }) => ({ name, description: description.slice(0, MAX_ABOUT_CHARS) }));
  const about = { agent: blueprint.agent_name, description: blueprint.description?.slice(0, MAX_ABOUT_CHARS), tools };
  const told = drafts.map(({ title, user_message, persona, failure_type, expectations }) => ({
    ...{ title, user_message, persona: persona ?? null, aims_at: failure_type ?? null },
    expected_behavior: expectations.expected_behavior ?? null,
  }));
  return { system, user: fenced(JSON.stringify({ ...about, drafts: told }, null, 1), fence) };
}

const MAX_ABOUT_CHARS = 500;
const MAX_TITLE_CHARS = 120;

/** The draft in the model's words, or why it has to stay as it was. */
export function reworded(
  draft: CaseContent,
  words: RewrittenCase | undefined,
  { blueprint, seen }: { blueprint: BlueprintForGeneration; seen: SeenMessages },
): { content: CaseContent; problem: null } | { content: CaseContent; problem: string } {
  const drop = (problem: string) => ({ content: draft, problem });
  if (!words) return drop('There is no answer for this draft.');
  const { user_message } = words;
  const title = words.title.replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE_CHARS) || draft.title;
  const content = { ...draft, title, user_message: user_message.trim() };
  const [problem] = validateCase(content, blueprint);
  if (problem) return drop(problem);
  const lost = lostWords(draft, user_message);
  if (lost !== undefined) return drop(`The message no longer says ${lost}.`);
  return seen.isLike(user_message) ? drop('The message is like another one.') : { content, problem: null };
}

/** A number that the draft said, or a text it is judged by, that the new words have lost. */
function lostWords({ user_message, expectations }: CaseContent, words: string): string | undefined {
  const [before, after] = [plain(user_message), plain(words)];
  const number = numbersIn(user_message).find((one) => !numbersIn(words).includes(one));
  if (number !== undefined) return number;
  const values = [
    ...callsIn(expectations).flatMap((call) => textsIn(call.arguments)),
    ...(expectations.required_facts ?? []),
  ];
  return values.find((value) => before.includes(plain(value)) && !after.includes(plain(value)));
}

function callsIn({ required_effects = [], required_calls = [] }: Expectations) {
  return [...required_effects, ...required_calls];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s_]+/g, ' ')
    .trim();
}

function numbersIn(text: string): string[] {
  return text.match(/\d+(?:[.,:/-]\d+)*/g) ?? [];
}
