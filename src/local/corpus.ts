import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { Expectations } from '../domain/expectations.ts';
import { AGENT_NAME } from '../domain/fields.ts';
import { Message, type RunResult } from '../domain/result.ts';
import { errorCode, Problem } from './problem.ts';

/** One test case per recorded task. */
export type CorpusScenario = { taskId: string; name: string; userMessage: string; expectations: Expectations };
/** One recorded conversation; `reward` is what its benchmark gave it, 1 for a pass. */
export type CorpusEpisode = { taskId: string; trial: number; reward: number; result: Omit<RunResult, 'scenario_id'> };
export type Corpus = {
  agentName: string;
  blueprint: Record<string, unknown>;
  scenarios: CorpusScenario[];
  episodes: CorpusEpisode[];
};

const EFFECTS = ['read', 'write', 'delete', 'handoff', 'none'] as const;
const Id = z.union([z.string(), z.int()]).transform(String);
const CorpusTool = z.object({
  name: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  effect: z.enum(EFFECTS),
});
const CorpusTask = z.object({
  id: Id,
  instruction: z.string(),
  expected_actions: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })),
  expected_outputs: z.array(z.string()),
});
const Episode = z.object({ task_id: Id, trial: z.int().min(0), reward: z.number(), messages: z.array(Message).min(1) });

type CorpusTool = z.infer<typeof CorpusTool>;
type CorpusTask = z.infer<typeof CorpusTask>;
type Episode = z.infer<typeof Episode>;

/**
 * Reads a folder of recorded conversations: tools.json, tasks.json, episodes.jsonl, policy.md, laid out as the README of the development
 * corpus says. Throws a `Problem` that names the file, and the line where there is one.
 */
export function readCorpus(dir: string): Corpus {
  const tools = parseJson(dir, 'tools.json', z.array(CorpusTool).min(1));
  const tasks = parseJson(dir, 'tasks.json', z.array(CorpusTask).min(1));
  const episodes = readEpisodes(dir);
  const policy = readText(dir, 'policy.md');
  const agentName = agentNameOf(dir);
  const known = new Set(tasks.map(({ id }) => id));
  const stray = episodes.find(({ task_id }) => !known.has(task_id));
  if (stray)
    throw new Problem(`episodes.jsonl has an episode of task ${stray.task_id}, which tasks.json does not hold.`);
  const effects = new Map(tools.map(({ name, effect }) => [name, effect]));
  return {
    agentName,
    blueprint: blueprintOf({
      agentName,
      tools,
      policy,
      about: `${tasks.length} tasks, ${episodes.length} recorded conversations`,
    }),
    scenarios: tasks.map((task) => scenarioOf(task, effects)),
    episodes: episodesOf(episodes, effects),
  };
}

function readText(dir: string, name: string): string {
  try {
    return readFileSync(path.join(dir, name), 'utf8');
  } catch (error) {
    const missing = errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
    throw new Problem(
      missing ? `${path.join(dir, name)} is missing.` : `${path.join(dir, name)} cannot be read: ${errorCode(error)}.`,
    );
  }
}

function parseJson<T extends z.ZodType>(dir: string, name: string, schema: T): z.infer<T> {
  return checked(readText(dir, name), schema, path.join(dir, name));
}

function checked<T extends z.ZodType>(text: string, schema: T, place: string): z.infer<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem(`${place} is not JSON.`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Problem(`${place} does not fit the layout: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}.`);
}

function readEpisodes(dir: string): Episode[] {
  const lines = readText(dir, 'episodes.jsonl').split('\n');
  const episodes = lines.flatMap((line, i) =>
    line.trim() === '' ? [] : [checked(line, Episode, `${path.join(dir, 'episodes.jsonl')} line ${i + 1}`)],
  );
  if (episodes.length === 0) throw new Problem(`${path.join(dir, 'episodes.jsonl')} holds no episode.`);
  return episodes;
}

/** The folder's name in the form that agents' names have. */
function agentNameOf(dir: string): string {
  const name = path
    .basename(path.resolve(dir))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-|-$/g, '');
  return AGENT_NAME.test(name) ? name : `corpus-${name}`.replace(/-$/, '');
}

type Parts = { agentName: string; tools: CorpusTool[]; policy: string; about: string };

function blueprintOf({ agentName, tools, policy, about }: Parts): Record<string, unknown> {
  return {
    agent_name: agentName,
    framework: 'custom',
    description: `The agent of the corpus ${agentName}: ${about}, ${tools.length} tools.`,
    tools: tools.map(({ effect, ...tool }) => ({ ...tool, side_effects: effect })),
    constraints: constraintsOf(policy),
  };
}

/** Each point of the policy is a guardrail; the prose before the first point is the summary. */
function constraintsOf(policy: string): Record<string, unknown> {
  const lines = policy.split('\n').map((line) => line.trim());
  const isPoint = (line: string) => /^[-*] /.test(line);
  const first = lines.findIndex(isPoint);
  const prose = (first < 0 ? lines : lines.slice(0, first)).filter((line) => line !== '' && !line.startsWith('#'));
  return { system_prompt_summary: prose.join(' '), guardrails: lines.filter(isPoint).map((line) => line.slice(2)) };
}

type Effects = ReadonlyMap<string, CorpusTool['effect']>;

/** What has to be done and said; which look-ups lead there, and the words of a hand-off, are the agent's own affair. */
function scenarioOf(
  { id, instruction, expected_actions, expected_outputs }: CorpusTask,
  effects: Effects,
): CorpusScenario {
  const changes = expected_actions.filter(({ name }) => ['write', 'delete'].includes(effects.get(name) ?? ''));
  const expectations: Expectations = {
    required_effects: changes.map(({ name, arguments: args }) => ({ tool: name, arguments: args })),
    ...(expected_outputs.length > 0 ? { required_facts: expected_outputs } : {}),
  };
  return { taskId: id, name: `Task ${id}`, userMessage: instruction, expectations };
}

/** What the simulated user of these recordings says when it is done. */
const CLOSING_MARKER = '###STOP###';

function episodesOf(episodes: Episode[], effects: Effects): CorpusEpisode[] {
  const marked = episodes.some(({ messages }) => saysClosing(messages.at(-1)));
  return episodes.map(({ task_id, trial, reward, messages }) => {
    const isOver = !marked || saysClosing(messages.at(-1)) || endsInHandoff(messages, effects);
    return {
      taskId: task_id,
      trial: trial + 1,
      reward,
      result: {
        user_message: textIn(messages.find(({ role }) => role === 'user')),
        agent_response: textIn(messages.findLast((message) => message.role === 'assistant' && textIn(message) !== '')),
        messages,
        trial: trial + 1,
        ...(isOver ? {} : { stop_reason: 'cut_off' as const }),
      } as CorpusEpisode['result'],
    };
  });
}

function saysClosing(message: Message | undefined): boolean {
  return message?.role === 'user' && textIn(message).includes(CLOSING_MARKER);
}

/** The last message is what a hand-off returned: the conversation went on elsewhere. */
function endsInHandoff(messages: readonly Message[], effects: Effects): boolean {
  const [asking, answer] = messages.slice(-2);
  if (answer?.role !== 'tool') return false;
  return asking?.tool_calls?.some((call) => effects.get(call.function.name) === 'handoff') ?? false;
}

function textIn(message: Message | undefined): string {
  return typeof message?.content === 'string' ? message.content : '';
}
