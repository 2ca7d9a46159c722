import type * as z from 'zod';
import { allows, type Scope } from '../domain/access.ts';
import { Refusal } from '../domain/errors.ts';
import type { Env } from '../env.ts';
import { parseInput } from './input.ts';
import { withinAgent } from './one-agent.ts';

/** Who is calling: the workspace a credential belongs to, and what it may do there. */
export type Caller = {
  workspaceId: string;
  workspaceName: string;
  email: string;
  credentialId: string;
  scopes: readonly Scope[];
  /** The member who made the credential, where one did. */
  memberId: string | null;
  /** The only agent that the credential is good for; null for all. */
  agentName: string | null;
};

/** What a tool works with besides its input. */
export type ToolContext = {
  caller: Caller;
  env: Env;
  /** How the caller reached us, without a trailing slash. */
  baseUrl: string;
  /** Epoch milliseconds. */
  now: number;
  /** A signed code that redeems once, within ten minutes, for a key that can only ingest, and no more than its minter. */
  mintSetupCode: (minter: Caller) => Promise<string>;
};
/** The same before anybody asked for a key. */
export type OpenContext = Omit<ToolContext, 'caller'> & {
  caller: Caller | null;
  /** Why it is not known who calls, where that is not the key's fault. */
  fault?: Refusal;
};

/** What a call does to what is stored; the four MCP hints follow from it, with `repeatable` for calls that may be made twice. */
export type Effect = 'reads' | 'adds' | 'changes' | 'deletes';

type Declaration<I extends z.ZodType, O extends z.ZodType, C> = {
  name: `invarium_${string}`;
  title: string;
  description: string;
  effect: Effect;
  repeatable?: boolean;
  /** What a key must be allowed; by default `read` for what reads and `write` for the rest. `admin` may do everything. */
  scope?: Scope;
  /**
   * Works with a key that is good for one agent alone, and sees to it itself: it tells nothing of another agent, or finds out whose a
   * thing is. Without this the parameter agent_name has to name that agent, or is filled in; a tool without it is refused to such a key.
   */
  forOneAgent?: true;
  input: I;
  output: O;
  /** Returns data, or throws a refusal; it never catches. */
  run: (input: z.output<I>, context: C) => Promise<z.input<O>> | z.input<O>;
  /** The published layout of the result, a pure function of it. */
  text: (output: z.output<O>) => string;
  /** For a result that only says what `confirm` would do: the question to the user, where a door can put one. Null for any other result. */
  question?: (output: z.output<O>) => Question | null;
};

/** What a user is asked, with all that hangs on it, and what the model reads when the answer is not a yes. */
export type Question = { message: string; declined: string };

export type Hints = { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: false };
export type Outcome = { text: string; structured: unknown; question: Question | null };

/** A tool as the catalogue holds it, whatever its types: input and output go through its own schemas. */
export type Tool = {
  name: string;
  title: string;
  description: string;
  hints: Hints;
  input: z.ZodType;
  output: z.ZodType;
  needsKey: boolean;
  /** What a caller must be allowed, where the tool asks for one at all. */
  scope: Scope;
  perform: (raw: unknown, context: OpenContext) => Promise<Outcome>;
};

/** A tool for callers with a key. */
export function defineTool<I extends z.ZodType, O extends z.ZodType>(tool: Declaration<I, O, ToolContext>): Tool {
  const run = (input: z.output<I>, context: OpenContext) => tool.run(input, keyed(context));
  return settle({ ...tool, needsKey: true, run });
}

/** A tool that works before there is a key. */
export function defineOpenTool<I extends z.ZodType, O extends z.ZodType>(tool: Declaration<I, O, OpenContext>): Tool {
  return settle({ ...tool, needsKey: false });
}

function settle<I extends z.ZodType, O extends z.ZodType>(
  tool: Declaration<I, O, OpenContext> & { needsKey: boolean },
): Tool {
  const { name, title, description, input, output, needsKey } = tool;
  const scope = tool.scope ?? (tool.effect === 'reads' ? 'read' : 'write');
  const perform = async (raw: unknown, context: OpenContext): Promise<Outcome> => {
    if (needsKey) assertScope(keyed(context).caller, scope);
    const given = withinAgent(tool, parseInput(input, raw), context.caller);
    const structured = output.parse(await tool.run(given, context));
    return { text: tool.text(structured), structured, question: tool.question?.(structured) ?? null };
  };
  return {
    name,
    title,
    description,
    hints: hintsOf(tool.effect, tool.repeatable ?? false),
    input,
    output,
    needsKey,
    scope,
    perform,
  };
}

/** The published sentence of a missing or bad key. */
export function authFailed(): Refusal {
  return new Refusal('AUTH_FAILED', 'Authentication failed', 'Check your INVARIUM_API_KEY.');
}

function keyed(context: OpenContext): ToolContext {
  if (!context.caller) throw context.fault ?? authFailed();
  return { ...context, caller: context.caller };
}

function assertScope({ scopes }: Caller, scope: Scope): void {
  if (allows(scopes, scope)) return;
  const hint = `It needs the scope '${scope}'. Use another key, or make one that has it.`;
  throw new Refusal('AUTH_FAILED', 'This API key is not allowed to do that', hint);
}

function hintsOf(effect: Effect, repeatable: boolean): Hints {
  return {
    readOnlyHint: effect === 'reads',
    destructiveHint: effect === 'deletes',
    idempotentHint: effect === 'reads' || repeatable,
    openWorldHint: false,
  };
}
