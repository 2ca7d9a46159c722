import { FAILURE_CATEGORIES, type FailureCategory } from '../../domain/fields.ts';

/**
 * Words that people file failures under, per category of ours: its key and title, its subtypes, and what others call the same. Written as
 * `comparable` leaves them.
 */
const NAMES: Record<FailureCategory, string> = {
  knowledge_failure: `knowledge, factual, factual hallucination, hallucination, hallucinated fact, hallucinated facts, fabrication,
    fabricated citation, fabricated citations, fabricated information, made up information, invented data, outdated information,
    entity confusion, overconfident claim, misinformation, wrong fact, ungrounded claim`,
  reasoning_failure: `reasoning, logic, logical, incorrect inference, wrong inference, calculation, arithmetic, math, incomplete plan,
    planning, wrong plan, circular reasoning, contradiction, wrong conclusion, wrong decision`,
  context_failure: `context, lost context, context loss, goal drift, wrong reference, state amnesia, memory, ignored correction,
    misread tool output, misread output, misread observation, loss of conversation history, ignored user input`,
  instruction_failure: `instruction, instruction following, misunderstood request, misunderstanding, incomplete execution, incomplete,
    partial completion, goal partially completed, task incomplete, premature termination, format violation, format, scope creep,
    constraint violation, policy violation, policy, rule violation, violated policy, disobeyed task specification, cut off`,
  tool_usage_failure: `tool usage, tool use, tool, tools, tool call, tool calling, tool misuse, wrong tool, wrong tool selection,
    tool selection, used wrong tool, missing call, missing tool call, missing action, wrong parameters, wrong parameter, wrong arguments,
    wrong argument, wrong tool argument, used wrong tool argument, incorrect arguments, unexpected call, extra call, extra action,
    wrong action, took unintended action, unintended action, wrong order, redundant calls, redundant call, ignored tool error`,
  safety_failure: `safety, security, privacy, jailbreak, prompt injection, injection, pii leak, data leak, harmful content, unsafe action,
    unauthorised action, unauthorized action, skipped confirmation, missing confirmation, no confirmation, guardrail violation`,
  communication_failure: `communication, unclear, wrong tone, tone, missing clarification question, missing clarification,
    no clarification, failed to ask for clarification, misleading success claim, false success claim, misleading claim, false claim,
    verbosity, missing information, did not inform user`,
  operational_failure: `operational, operation, timeout, crash, retry loop, loop, infinite loop, step repetition, step limit,
    cost overrun, latency overrun, latency, system, infrastructure, environment, runtime`,
  coordination_failure: `coordination, multi agent, multi agent coordination, wrong handoff, handoff, missing handoff, premature handoff,
    unnecessary handoff, escalation, wrong escalation, missing escalation, wrong transfer, unnecessary transfer, lost handoff data,
    duplicate work, deadlock`,
};

const CATEGORY_OF = new Map(
  FAILURE_CATEGORIES.flatMap((category) => NAMES[category].split(',').map((name) => [comparable(name), category])),
);

/** The category that a person's word stands for; undefined where the table does not hold it, which is listed and not guessed. */
export function categoryNamed(label: string): FailureCategory | undefined {
  const name = comparable(label);
  return CATEGORY_OF.get(name) ?? CATEGORY_OF.get(name.replace(/ (?:failures?|errors?|issues?|problems?)$/, ''));
}

/** Case, camel case, underscores, hyphens and spaces make no difference. */
function comparable(label: string): string {
  return label
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
