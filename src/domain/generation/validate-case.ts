import type { Expectations } from '../expectations.ts';
import type { CaseContent } from '../scenario.ts';
import { declaredKind, guessKind } from '../verdict/tool-kind.ts';
import type { BlueprintForGeneration } from './agent-facts.ts';
import { hasHole } from './plain-text.ts';
import { schemaProblem } from './schema-problem.ts';
import { SUBTYPES } from './subtypes.ts';

type Calling = NonNullable<Expectations['required_calls']>[number];
type KnownTools = ReadonlyMap<string, BlueprintForGeneration['tools'][number]>;

const MAX_MESSAGE_CHARS = 20_000;

/**
 * What is wrong with a generated case by the blueprint it is for, one sentence each; empty for a case that can be judged. Holds whoever
 * wrote it, so that a case of a model is dropped with a reason.
 */
export function validateCase(content: CaseContent, blueprint: BlueprintForGeneration): string[] {
  const tools: KnownTools = new Map(blueprint.tools.map((tool) => [tool.name, tool]));
  const { expectations } = content;
  return [
    ...messageProblems(content.user_message),
    ...typeProblems(content),
    ...namedTools(expectations)
      .filter((name) => !tools.has(name))
      .map((name) => `There is no tool "${name}".`),
    ...calls(expectations).flatMap((call) => callProblems(call, tools, content.user_message)),
    ...effectProblems(expectations, tools),
    ...contradictions(expectations),
    ...(isCheckable(expectations) ? [] : ['Nothing in the expectations can be checked by a rule.']),
  ];
}

function messageProblems(message: string): string[] {
  if (message.trim() === '') return ['The message is empty.'];
  if (message.length > MAX_MESSAGE_CHARS) return [`The message is longer than ${MAX_MESSAGE_CHARS} characters.`];
  return hasHole(message) ? ['The message has a hole that nobody filled in.'] : [];
}

function typeProblems({ failure_category, failure_type }: CaseContent): string[] {
  if (failure_type === undefined) return [];
  if (failure_category === undefined) return ['A failure type needs its category.'];
  const known: readonly string[] = Object.values(SUBTYPES).flat();
  return known.includes(failure_type) ? [] : [`"${failure_type}" is not a known failure type.`];
}

function calls({ required_effects = [], required_calls = [] }: Expectations): Calling[] {
  return [...required_effects, ...required_calls];
}

function namedTools(expectations: Expectations): string[] {
  const { expected_tools = [], forbidden_tools = [], allowed_tools = [] } = expectations;
  return [
    ...new Set([
      ...expected_tools,
      ...forbidden_tools,
      ...allowed_tools,
      ...calls(expectations).map(({ tool }) => tool),
    ]),
  ];
}

function callProblems(call: Calling, tools: KnownTools, message: string): string[] {
  const schema = tools.get(call.tool)?.parameters;
  // What must not be called may well be called wrongly.
  if (!schema || !call.arguments || call.max === 0) return [];
  const ignored = new Set(Object.entries(call.match ?? {}).flatMap(([name, way]) => (way === 'ignore' ? [name] : [])));
  const wrong = schemaProblem(call.arguments, withoutRequired(schema, ignored));
  const unsaid = Object.entries(call.arguments).filter(
    ([name, value]) => !ignored.has(name) && !isSaid(value, message),
  );
  return [
    ...(wrong === undefined ? [] : [`An argument of ${call.tool} ${wrong}.`]),
    ...unsaid.map(([name]) => `The message does not say the ${name} that ${call.tool} is due with.`),
  ];
}

/** Arguments that are not compared may be absent. */
function withoutRequired(schema: Record<string, unknown>, ignored: ReadonlySet<string>): Record<string, unknown> {
  if (!Array.isArray(schema.required)) return schema;
  return { ...schema, required: schema.required.filter((name) => !ignored.has(String(name))) };
}

/** Whether an identifier or code stands in the message. Words, dates and amounts can be put in too many ways to tell. */
function isSaid(value: unknown, message: string): boolean {
  if (Array.isArray(value)) return value.every((item) => isSaid(item, message));
  if (typeof value === 'object' && value !== null) return Object.values(value).every((item) => isSaid(item, message));
  if (typeof value !== 'string' || !/\d/.test(value) || !/^\S{3,}$/.test(value) || LIKE_A_DATE.test(value)) return true;
  return message
    .toLowerCase()
    .replace(/[_\s]+/g, ' ')
    .includes(value.toLowerCase().replace(/[_\s]+/g, ' '));
}

const LIKE_A_DATE = /^\d{1,4}[-/.:]\d{1,2}(?:[-/.:]\d|$)|^\d{8}$|^\d{1,2}:\d{2}/;

function effectProblems({ required_effects = [] }: Expectations, tools: KnownTools): string[] {
  const reads = required_effects.filter(({ tool: name }) => {
    const tool = tools.get(name);
    if (!tool) return false;
    return (tool.side_effects ? declaredKind(tool.side_effects) : guessKind(name).kind) === 'read';
  });
  return reads.map(({ tool }) => `${tool} changes nothing, so it is no effect.`);
}

function contradictions(expectations: Expectations): string[] {
  const { expected_tools = [], required_effects = [], forbidden_tools = [], must_refuse } = expectations;
  const due = new Set([...expected_tools, ...required_effects.map(({ tool }) => tool)]);
  const both = forbidden_tools.filter((name) => due.has(name)).map((name) => `${name} is both due and forbidden.`);
  return must_refuse && required_effects.length > 0 ? [...both, 'A request to refuse has no effects.'] : both;
}

function isCheckable(expectations: Expectations): boolean {
  const { expected_behavior: _words, order: _order, must_ask: _ask, must_confirm: _confirm, ...checked } = expectations;
  return Object.keys(checked).length > 0;
}
