import path from 'node:path';
import type { Expectations } from '../domain/expectations.ts';
import { AGENT_NAME } from '../domain/fields.ts';
import type { Message, RunResult } from '../domain/result.ts';
import { textOf } from '../domain/verdict/transcript.ts';
import { type CorpusTask, type CorpusTool, type Episode, readCorpusFiles } from './corpus-layout.ts';

/** One test case per recorded task. */
export type CorpusScenario = { taskId: string; name: string; userMessage: string; expectations: Expectations };
/**
 * One recorded conversation; `reward` is what its benchmark gave it, 1 for a pass. The product counts trials from 1; `recordedTrial` is
 * the number in the file.
 */
export type CorpusEpisode = {
  taskId: string;
  trial: number;
  recordedTrial: number;
  reward: number;
  result: Omit<RunResult, 'scenario_id'>;
};
export type Corpus = {
  agentName: string;
  blueprint: Record<string, unknown>;
  scenarios: CorpusScenario[];
  episodes: CorpusEpisode[];
};

/**
 * Reads a folder of recorded conversations: tools.json, tasks.json, episodes.jsonl, policy.md, laid out as the README of the development
 * corpus says. Throws a `Problem` that names the file, and the line where there is one.
 */
export function readCorpus(dir: string): Corpus {
  const { tools, tasks, episodes, policy } = readCorpusFiles(dir);
  const agentName = agentNameOf(dir);
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
    tools: tools.map(toolOf),
    constraints: constraintsOf(policy),
  };
}

function toolOf({ name, description, parameters, effect, requires_confirmation }: CorpusTool) {
  return {
    name,
    description: description || name,
    parameters: parameters ?? { type: 'object', properties: {} },
    ...(effect ? { side_effects: effect } : {}),
    ...(requires_confirmation ? { requires_confirmation } : {}),
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

/**
 * What has to be done and said; which look-ups lead there, and the words of a hand-off, are the agent's own affair. What a task says in
 * the product's own words stands over what its actions and outputs say.
 */
function scenarioOf(task: CorpusTask, effects: Effects): CorpusScenario {
  const facts = (task.expected_outputs ?? []).filter((text) => text !== '');
  const expectations: Expectations = {
    ...(task.expected_actions ? { required_effects: changesIn(task.expected_actions, effects) } : {}),
    ...(facts.length > 0 ? { required_facts: facts } : {}),
    ...(task.expectations ?? {}),
  };
  return { taskId: task.id, name: `Task ${task.id}`, userMessage: task.instruction || `Task ${task.id}`, expectations };
}

function changesIn(actions: NonNullable<CorpusTask['expected_actions']>, effects: Effects) {
  const changes = actions.filter(({ name }) => ['write', 'delete'].includes(effects.get(name) ?? ''));
  return changes.map(({ name, arguments: args }) => ({ tool: name, ...(args ? { arguments: args } : {}) }));
}

/** What a simulated user says when it is done: a word in capitals between hashes. */
const CLOSING_MARKER = /###[A-Z][A-Z _-]*###/;

function episodesOf(episodes: Episode[], effects: Effects): CorpusEpisode[] {
  const marked = episodes.some(({ messages }) => saysClosing(messages.at(-1)));
  const seen = new Map<string, number>();
  return episodes.map((episode) => {
    const { task_id, reward, messages } = episode;
    const trial = episode.trial ?? seen.get(task_id) ?? 0;
    seen.set(task_id, trial + 1);
    const stopped = episode.stop_reason ?? (marked && !isOver(messages, effects) ? 'cut_off' : undefined);
    return {
      taskId: task_id,
      trial: trial + 1,
      recordedTrial: trial,
      reward,
      result: {
        user_message: textIn(messages.find(({ role }) => role === 'user')),
        agent_response: textIn(messages.findLast((message) => message.role === 'assistant' && textIn(message) !== '')),
        messages,
        trial: trial + 1,
        ...(stopped ? { stop_reason: stopped } : {}),
      },
    };
  });
}

/** Closed by the user, handed on to a person, or left with the agent's last word. */
function isOver(messages: readonly Message[], effects: Effects): boolean {
  const last = messages.at(-1);
  const lastWord = last?.role === 'assistant' && !last.tool_calls?.length;
  return lastWord || saysClosing(last) || endsInHandoff(messages, effects);
}

function saysClosing(message: Message | undefined): boolean {
  return message?.role === 'user' && CLOSING_MARKER.test(textIn(message));
}

/** The last message is what a hand-off returned: the conversation went on elsewhere. */
function endsInHandoff(messages: readonly Message[], effects: Effects): boolean {
  const [asking, answer] = messages.slice(-2);
  if (answer?.role !== 'tool') return false;
  return asking?.tool_calls?.some((call) => effects.get(call.function.name) === 'handoff') ?? false;
}

function textIn(message: Message | undefined): string {
  return message ? textOf(message) : '';
}
