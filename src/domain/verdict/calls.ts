import type { RunResult } from '../result.ts';
import { isObject } from './equality.ts';
import { failureShown, type Outcome } from './outcome.ts';
import { nameWords } from './tool-kind.ts';
import type { ToolInfo, ToolTable } from './tool-table.ts';
import { callsIn, type TranscriptCall } from './transcript.ts';

/** A call as it was reported, before anything is read out of it. */
type Reported = { name: string; sent: unknown; step?: number | undefined; outcome: Outcome };

/** One tool call of a result. What is costly to read is read when a rule first asks. */
export class Call {
  readonly index: number;
  readonly name: string;
  /** The message that made the call, where there is a transcript. */
  readonly step: number | undefined;
  readonly tool: ToolInfo;
  readonly #reported: Reported;
  #arguments: Record<string, unknown> | undefined;
  #failure: { shown: string | undefined } | undefined;

  constructor(index: number, reported: Reported, tool: ToolInfo) {
    this.index = index;
    this.name = reported.name;
    this.step = reported.step;
    this.tool = tool;
    this.#reported = reported;
  }

  get arguments(): Record<string, unknown> {
    this.#arguments ??= parsedArguments(this.#reported.sent);
    return this.#arguments;
  }

  /** What shows that the call failed; undefined for a call that succeeded or of which nothing is known. */
  get failure(): string | undefined {
    this.#failure ??= { shown: failureShown(this.#reported.outcome, () => [nameWords(this.name), this.arguments]) };
    return this.#failure.shown;
  }

  get failed(): boolean {
    return this.failure !== undefined;
  }

  get result(): unknown {
    return this.#reported.outcome.result;
  }
}

/**
 * The calls of a result: as reported in `tools_called`, else read from the transcript. Undefined when neither is there, which is not the
 * same as no call. An empty list beside a transcript that shows calls is a runner's default, and the transcript is believed.
 */
export function callsOf({ tools_called, messages }: RunResult, tools: ToolTable): readonly Call[] | undefined {
  const shown = messages && messages.length > 0 ? callsIn(messages) : undefined;
  const useShown = !tools_called || (tools_called.length === 0 && shown !== undefined);
  const reported = useShown ? shown?.map(fromTranscript) : fromReport(tools_called, shown ?? []);
  return reported?.map((call, index) => new Call(index, call, tools.find(call.name)));
}

function fromTranscript({ name, sent, step, result, error }: TranscriptCall): Reported {
  return { name, sent, step, outcome: { result, error } };
}

/** Reported calls get their place, and an outcome where they carry none, from a transcript that shows the same calls in the same order. */
function fromReport(reported: NonNullable<RunResult['tools_called']>, shown: TranscriptCall[]): Reported[] {
  const same = shown.length === reported.length && shown.every(({ name }, i) => name === reported[i]?.name);
  return reported.map(({ name, parameters, result, error, status }, i) => {
    const twin = same ? shown[i] : undefined;
    const knows = (result ?? error ?? status ?? undefined) !== undefined;
    const outcome = knows || !twin ? { result, error, status } : { result: twin.result, error: twin.error };
    return { name, sent: parameters, step: twin?.step, outcome };
  });
}

/** Arguments come as an object or as its JSON text, now and then as the JSON text of that text. */
function parsedArguments(sent: unknown): Record<string, unknown> {
  let value = sent;
  for (let unpacked = 0; unpacked < 2 && typeof value === 'string'; unpacked++) value = parsed(value);
  return isObject(value) ? value : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
