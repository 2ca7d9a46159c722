import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { Expectations } from '../domain/expectations.ts';
import { Message, StopReason } from '../domain/result.ts';
import { errorCode, Problem } from './problem.ts';

/** The files of a folder of recorded conversations. Keys beyond these are let through unread; what may be missing says so. */

const EFFECTS = ['read', 'write', 'delete', 'handoff', 'none'] as const;
const WHOLE_REWARD = 1e-6;

const Id = z.union([z.string(), z.number()]).transform(String);
const Text = z.union([z.string(), z.number()]).transform(String);
const Trial = z.union([z.int().min(0), z.string().regex(/^\d+$/).transform(Number)]);

/** A share of the full reward is no pass; a full one may come with the noise of a division. */
const Reward = z
  .union([z.number(), z.boolean()])
  .transform(Number)
  .transform((reward) => (Math.abs(1 - reward) <= WHOLE_REWARD ? 1 : reward));

/** `effect` is guessed from the name where it is missing. `requires_confirmation` is ours. */
export const CorpusTool = z.object({
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  effect: z.enum(EFFECTS).nullish(),
  requires_confirmation: z.boolean().nullish(),
});
export type CorpusTool = z.infer<typeof CorpusTool>;

const Action = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).nullish() });

/** `expected_actions: []` says that nothing may be changed; without the key nothing is said. `expectations` is ours, in the product's words. */
export const CorpusTask = z.object({
  id: Id,
  instruction: z.string().nullish(),
  expected_actions: z.array(Action).nullish(),
  expected_outputs: z.array(Text).nullish(),
  expectations: Expectations.nullish(),
});
export type CorpusTask = z.infer<typeof CorpusTask>;

/** Some recorders write a result as the value it is, and a call without the shell that OpenAI's form puts around it. */
function inOpenAiForm(message: unknown): unknown {
  if (!isObject(message)) return message;
  const { content, tool_calls } = message;
  const isPlain = content === null || content === undefined || typeof content === 'string' || Array.isArray(content);
  return {
    ...message,
    ...(isPlain ? {} : { content: JSON.stringify(content) }),
    ...(Array.isArray(tool_calls) ? { tool_calls: tool_calls.map(inShell) } : {}),
  };
}

function inShell(call: unknown): unknown {
  if (!isObject(call) || call.function !== undefined || typeof call.name !== 'string') return call;
  return { id: call.id, function: { name: call.name, arguments: call.arguments ?? call.args } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `trial` counts from 0; where it is missing, as they come. `stop_reason` is ours. */
export const Episode = z.object({
  task_id: Id,
  trial: Trial.nullish(),
  reward: Reward,
  messages: z.array(z.preprocess(inOpenAiForm, Message)).min(1),
  stop_reason: StopReason.nullish(),
});
export type Episode = z.infer<typeof Episode>;

const Label = z.union([z.string(), z.array(z.string()).transform(([first]) => first)]);
const Step = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);

/**
 * A person's account of one failed conversation. `step` is an index into its `messages`, from 0: where it first went wrong. `category` is
 * the person's own word for what went wrong, the first where there are several. What cannot be read is taken as not said.
 */
export const Annotation = z.object({
  task_id: Id,
  trial: Trial.nullish(),
  category: Label.nullish().catch(null),
  step: Step.nullish().catch(null),
  root_cause: z.string().nullish().catch(null),
});
export type Annotation = z.infer<typeof Annotation>;

const ANNOTATIONS = 'annotations.json';

export type CorpusFiles = { tools: CorpusTool[]; tasks: CorpusTask[]; episodes: Episode[]; policy: string };

/** Throws a `Problem` that names the file, and the line where there is one. */
export function readCorpusFiles(dir: string): CorpusFiles {
  const tools = parseJson(dir, 'tools.json', z.array(CorpusTool).min(1));
  const tasks = parseJson(dir, 'tasks.json', z.array(CorpusTask).min(1));
  const episodes = readEpisodes(dir);
  const policy = readText(dir, 'policy.md');
  const known = new Set(tasks.map(({ id }) => id));
  const stray = episodes.find(({ task_id }) => !known.has(task_id));
  if (stray)
    throw new Problem(`episodes.jsonl has an episode of task ${stray.task_id}, which tasks.json does not hold.`);
  return { tools, tasks, episodes, policy };
}

/** Undefined where the folder carries none. Throws a `Problem`. */
export function readAnnotations(dir: string): Annotation[] | undefined {
  if (!existsSync(path.join(dir, ANNOTATIONS))) return undefined;
  return parseJson(dir, ANNOTATIONS, z.array(Annotation));
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
