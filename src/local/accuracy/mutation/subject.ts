import type { Expectations, RequiredEffect } from '../../../domain/expectations.ts';
import type { FailureCategory } from '../../../domain/fields.ts';
import type { Message, RunResult } from '../../../domain/result.ts';
import type { Tool } from '../../../domain/tool.ts';
import { type Call, callsOf } from '../../../domain/verdict/calls.ts';
import { effectsIn, matchEffects } from '../../../domain/verdict/effects.ts';
import { judge } from '../../../domain/verdict/judge.ts';
import type { ToolInfo } from '../../../domain/verdict/tool-table.ts';
import type { Verdict } from '../../../domain/verdict/verdict.ts';
import { type Bench, targetOf } from '../bench.ts';
import { type Called, messagesOf, type Turn, turnsOf } from './turns.ts';

/** Calls of each tool that succeeded somewhere in the corpus: what an agent here would really send and get. */
export type Donors = ReadonlyMap<string, readonly Called[]>;

/** A call of the conversation: its turn, and how the product reads it. */
export type Made = { at: number; turn: Called; call: Call };

/** A passing conversation that is about to be broken. */
export type Subject = {
  turns: readonly Turn[];
  made: readonly Made[];
  expectations: Expectations;
  target: FailureCategory;
  tools: readonly Tool[];
  info: (tool: string) => ToolInfo;
  donors: Donors;
};

/** One way to break it. `categories` are those that section 5 of the rules on verdicts allows for it, most often one. */
export type Mutant = { turns: Turn[]; categories: readonly FailureCategory[]; change: string };

/** Every place where the operator changes something that was expected; none where it does not apply. */
export type Operator = (subject: Subject) => Mutant[];

export function subjectOf(bench: Bench, result: RunResult, donors: Donors): Subject {
  const given = turnsOf(result.messages ?? [], callsOf(result, bench.table) ?? []);
  const calls = callsOf(withMessages(result, messagesOf(given)), bench.table) ?? [];
  const called = given.flatMap((turn, at) => (turn.kind === 'called' ? [{ at, turn }] : []));
  return {
    turns: given,
    made: called.flatMap(({ at, turn }, i) => {
      const call = calls[i];
      return call ? [{ at, turn, call }] : [];
    }),
    expectations: bench.cases.get(result.scenario_id) ?? {},
    target: targetOf(bench, result.scenario_id),
    tools: bench.tools,
    info: (tool) => bench.table.find(tool),
    donors,
  };
}

function withMessages(result: RunResult, messages: Message[]): RunResult {
  const answer = messages.findLast(({ role, content }) => role === 'assistant' && typeof content === 'string');
  return { ...result, messages, agent_response: typeof answer?.content === 'string' ? answer.content : '' };
}

/** The verdict on the conversation with other turns. */
export function verdictOnTurns(bench: Bench, result: RunResult, turns: readonly Turn[]): Verdict {
  const expectations = bench.cases.get(result.scenario_id) ?? {};
  return judge({ result: withMessages(result, messagesOf(turns)), expectations, tools: bench.table });
}

export function donorsIn(bench: Bench, results: readonly RunResult[]): Donors {
  const all = results.flatMap((result) => {
    const calls = callsOf(result, bench.table) ?? [];
    return calls.filter(({ failed }) => !failed).map((call) => donated(call));
  });
  return Map.groupBy(all, ({ name }) => name);
}

function donated({ name, arguments: args, result }: Call): Called {
  return { kind: 'called', name, arguments: args, result, failed: false };
}

/** A state-changing call that succeeded and was due; `due` is what it met, where the case lists effects. */
export type DueEffect = Made & { due: RequiredEffect | undefined };

/** Effects that the case requires, by its list of effects or by its expected tools. */
export function dueEffects({ expectations, made }: Subject): DueEffect[] {
  const calls = made.map(({ call }) => call);
  const { required_effects, expected_tools } = expectations;
  if (required_effects) {
    const { met } = matchEffects(required_effects, calls);
    return made.flatMap((one) => {
      const pair = met.find(({ call }) => call === one.call);
      return pair ? [{ ...one, due: pair.due }] : [];
    });
  }
  const effects = effectsIn(calls).filter(({ name }) => expected_tools?.includes(name));
  return made.filter(({ call }) => effects.includes(call)).map((one) => ({ ...one, due: undefined }));
}

export function without(turns: readonly Turn[], ...gone: number[]): Turn[] {
  return turns.filter((_, at) => !gone.includes(at));
}

export function inserted(turns: readonly Turn[], at: number, ...more: Turn[]): Turn[] {
  return turns.toSpliced(at, 0, ...more);
}

export function replaced(turns: readonly Turn[], at: number, turn: Turn): Turn[] {
  return turns.with(at, turn);
}
