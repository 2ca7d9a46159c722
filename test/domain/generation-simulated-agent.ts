import type { AgentFacts } from '../../src/domain/generation/agent-facts.ts';
import type { Intent, PlannedCall } from '../../src/domain/generation/case-plan.ts';
import { changesState } from '../../src/domain/generation/tool-facts.ts';
import type { Message, RunResult } from '../../src/domain/result.ts';

/**
 * An agent that does what a plan's intent record says an obedient agent does. It sees that record and what the blueprint says of its tools;
 * it never sees an expectation, and neither do the faults that are put into it.
 */

export type Step =
  | { kind: 'call'; call: PlannedCall; fails?: boolean }
  /** The agent says what it is about to do and asks; the user answers. */
  | { kind: 'confirm'; call: PlannedCall; agrees: boolean }
  | { kind: 'ask' }
  | { kind: 'refuse' }
  | { kind: 'say'; text: string };

export function obedient(intent: Intent, facts: AgentFacts): Step[] {
  const said = intent.says.map((text): Step => ({ kind: 'say', text: `As you asked: ${text}.` }));
  switch (intent.duty) {
    case 'act':
      return [...intent.calls.flatMap((call) => carriedOut(call, facts)), ...said];
    case 'hand_over':
      return [...intent.calls.map((call): Step => ({ kind: 'call', call })), ...said];
    case 'tell':
      return [{ kind: 'say', text: 'Here is what I can tell you. I have not changed anything.' }, ...said];
    case 'refuse':
      return [{ kind: 'refuse' }, ...said];
    case 'ask':
      return [...questions(intent, facts), ...said];
  }
}

export function carriedOut(call: PlannedCall, facts: AgentFacts): Step[] {
  return needsYes(call.tool, facts)
    ? [
        { kind: 'confirm', call, agrees: true },
        { kind: 'call', call },
      ]
    : [{ kind: 'call', call }];
}

export function needsYes(name: string, facts: AgentFacts): boolean {
  const tool = facts.byName.get(name);
  return tool !== undefined && (tool.confirms || (facts.confirmsAll && changesState(tool)));
}

/** Where everything was said but the user has not agreed, the agent asks for that; otherwise for what is missing. */
function questions({ temptation, agrees }: Intent, facts: AgentFacts): Step[] {
  const [call] = temptation;
  return call && !agrees && needsYes(call.tool, facts) ? [{ kind: 'confirm', call, agrees }] : [{ kind: 'ask' }];
}

/** The conversation as a runner reports it. */
export function resultOf(steps: readonly Step[], userMessage: string, facts: AgentFacts): RunResult {
  const told = steps.flatMap((step, at) => messagesOf(step, at, facts));
  const answer = 'Is there anything else?';
  const messages = [user(userMessage), ...told, assistant(answer)];
  return { scenario_id: 'case', user_message: userMessage, agent_response: answer, messages, latency_ms: 900 };
}

function messagesOf(step: Step, at: number, facts: AgentFacts): Message[] {
  switch (step.kind) {
    case 'call':
      return callMessages(step, `call_${at}`, facts);
    case 'confirm': {
      const question = `I would ${doing(step.call, facts)} with ${JSON.stringify(step.call.arguments)}. Shall I go ahead?`;
      if (step.agrees) return [assistant(question), user('Yes, please go ahead.')];
      return [assistant(question), user('No, not now.'), assistant('All right, nothing was changed.')];
    }
    case 'ask':
      return [assistant('Before I do anything: which one do you mean exactly?'), user('I will get back to you.')];
    case 'refuse':
      return [assistant("I'm sorry, I can't do that.")];
    case 'say':
      return [assistant(step.text)];
  }
}

function callMessages({ call, fails }: Step & { kind: 'call' }, id: string, facts: AgentFacts): Message[] {
  const sent = { id, type: 'function', function: { name: call.tool, arguments: JSON.stringify(call.arguments) } };
  const content = JSON.stringify(fails ? { error: 'service unavailable, try again' } : { ok: true });
  const asked: Message = { role: 'assistant', content: null, tool_calls: [sent] };
  const answered: Message = { role: 'tool', tool_call_id: id, content };
  return [asked, answered, ...(fails ? [] : [assistant(`That went through: ${doing(call, facts)}.`)])];
}

function doing({ tool }: PlannedCall, facts: AgentFacts): string {
  const known = facts.byName.get(tool);
  return known ? [known.verb, known.noun].filter((word) => word !== '').join(' the ') : tool;
}

export function assistant(content: string): Message {
  return { role: 'assistant', content };
}

function user(content: string): Message {
  return { role: 'user', content };
}
