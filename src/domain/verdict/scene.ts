import type { Expectations } from '../expectations.ts';
import type { FailureCategory } from '../fields.ts';
import type { Message, RunResult } from '../result.ts';
import { targetCategory } from '../scenario.ts';
import { type Call, callsOf } from './calls.ts';
import { SearchedText } from './tokens.ts';
import type { ToolTable } from './tool-table.ts';
import { isAgent, textOf, type Utterance, utterances } from './transcript.ts';

export type JudgeInput = {
  result: RunResult;
  expectations: Expectations;
  expectedBehavior?: string;
  targetCategory?: FailureCategory;
  tools: ToolTable;
};

export type Heard = { step: number; words: SearchedText };

/** One result beside what was expected of it. What is costly is worked out when a rule first asks. */
export class Scene {
  readonly result: RunResult;
  readonly expectations: Expectations;
  readonly expectedBehavior: string | undefined;
  /** What the case aims at; of a hand-made case, what its expectations say. */
  readonly targetCategory: FailureCategory;
  readonly tools: ToolTable;
  #calls: { known: readonly Call[] | undefined } | undefined;
  #said: readonly Utterance[] | undefined;
  #heard: readonly Heard[] | undefined;

  constructor({ result, expectations, expectedBehavior, targetCategory: given, tools }: JudgeInput) {
    this.result = result;
    this.expectations = expectations;
    this.expectedBehavior = expectedBehavior ?? expectations.expected_behavior;
    this.targetCategory = given ?? targetCategory({ title: '', user_message: '', expectations });
    this.tools = tools;
  }

  /** Undefined when the result does not tell which tools were called. */
  get calls(): readonly Call[] | undefined {
    this.#calls ??= { known: callsOf(this.result, this.tools) };
    return this.#calls.known;
  }

  /** Everything the agent said, in order; the reported answer last, where the transcript does not hold it. */
  get said(): readonly Utterance[] {
    this.#said ??= withAnswer(utterances(this.messages), this.result.agent_response, this.lastStep);
    return this.#said;
  }

  /** The same, ready to be searched. */
  get heard(): readonly Heard[] {
    this.#heard ??= this.said.map(({ step, text }) => ({ step, words: new SearchedText(text) }));
    return this.#heard;
  }

  /** What the user said, ready to be searched. */
  get told(): readonly Heard[] {
    const said = this.messages.flatMap((message, step) =>
      message.role === 'user' ? [{ step, text: textOf(message) }] : [],
    );
    const all = [{ step: 0, text: this.result.user_message }, ...said];
    return all.map(({ step, text }) => ({ step, words: new SearchedText(text) }));
  }

  get messages(): readonly Message[] {
    return this.result.messages ?? [];
  }

  /** Index of the last message, or of the last call where there is no transcript. */
  get lastStep(): number {
    return Math.max(0, (this.messages.length > 0 ? this.messages.length : (this.calls?.length ?? 0)) - 1);
  }

  /** Where the agent last had the chance to do what it did not do. */
  get lastAgentStep(): number {
    const step = this.messages.findLastIndex(isAgent);
    return step < 0 ? this.lastStep : step;
  }

  stepOf(call: Call): number {
    if (this.messages.length === 0) return call.index;
    return call.step ?? this.lastAgentStep;
  }
}

function withAnswer(said: Utterance[], answer: string, step: number): Utterance[] {
  const isNew = answer.trim() !== '' && !said.some(({ text }) => text === answer);
  return isNew ? [...said, { step, text: answer }] : said;
}
