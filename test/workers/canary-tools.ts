import * as z from 'zod';
import { Expectations } from '../../src/domain/expectations.ts';
import { RunResult } from '../../src/domain/result.ts';
import { TOOLS } from '../../src/tools/catalog.ts';
import type { Tool } from '../../src/tools/define-tool.ts';
import type { Scene } from './api-scene.ts';
import { type Field, fieldsOf, type JsonSchema, leavesOf } from './canary-fields.ts';
import { AGENT, BLUEPRINT, refund } from './client.ts';

/** A text that a door takes. `send` answers whether it was taken. `personal`: it is, or comes with, what was said in a run. */
export type Plant = {
  where: string;
  longest: number;
  personal: boolean;
  send: (text: string) => Promise<boolean>;
};

/** What parameters hold that take JSON as text. */
const HELD: Record<string, z.ZodType> = {
  tags: z.array(z.string()),
  expected_tools: Expectations.shape.expected_tools,
  expectations: Expectations,
};

/** What each tool is asked beside the field that is tried, where that is more than the agent's name. */
const ASKED: Record<string, (at: Scene) => Record<string, unknown>> = {
  invarium_prepare_blueprint: () => ({ blueprint: BLUEPRINT }),
  invarium_upload_blueprint: () => ({ blueprint: BLUEPRINT }),
  invarium_generate_tests: () => ({ agent_name: AGENT, test_description: 'refunds' }),
  invarium_create_scenario: () => ({ agent_name: AGENT, name: 'A title', user_message: 'Hello' }),
  invarium_manage_scenario: ({ scenarioId }) => ({ scenario_id: scenarioId, action: 'update', name: 'A title' }),
  invarium_sync_results: ({ caseId }) => ({ agent_name: AGENT, results: [refund(caseId)] }),
  invarium_get_test_run: ({ runId }) => ({ agent_name: AGENT, test_run_id: runId }),
};
const RESULT_TOOLS = ['invarium_sync_results', 'invarium_list_test_runs', 'invarium_get_test_run'];

/** As JSON Schema, whole: what has a name of its own stands where it is used. */
export function schemaOf(schema: z.ZodType): JsonSchema {
  const { $defs = {}, ...made } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const put = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(put);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref, ...own } = node as JsonSchema;
    const named = typeof $ref === 'string' ? ($defs as JsonSchema)[$ref.split('/').at(-1) ?? ''] : undefined;
    return named ? put(named) : Object.fromEntries(Object.entries(own).map(([name, part]) => [name, put(part)]));
  };
  return put(made) as JsonSchema;
}

/** The results of a call with a text in each of their fields. */
export function resultFields(caseId: string): Field[] {
  return fieldsOf(schemaOf(RunResult)).map((field) => {
    const name = topOf(field);
    const put = (text: string) => [{ ...refund(caseId), [name]: (field.put(text) as Record<string, unknown>)[name] }];
    return { ...field, path: `results[].${field.path}`, put };
  });
}

/** All of them as one call: the same text in each place. */
export function resultsField(caseId: string): Field {
  const put = (text: string) =>
    resultFields(caseId)
      .filter(({ path }) => !/scenario_id|result_id/.test(path))
      .flatMap((field, index) => (field.put(text) as object[]).map((result) => ({ ...result, trial: index + 1 })));
  return { path: 'results', longest: 2_000, put };
}

/** The name of the outermost object's field. */
export function topOf({ path }: Field): string {
  return path.split(/[.[*{]/)[0] ?? '';
}

/** A blueprint with a text in each of its places, as JSON. */
export function blueprintFields(agent = AGENT): Field[] {
  const tool = {
    ...{ name: 'get_order', description: 'Looks up one order.', side_effects: 'read', returns: 'an order' },
    parameters: { type: 'object', properties: { order_id: { type: 'string', description: 'Its id.' } } },
  };
  const document = {
    ...{ agent_name: agent, description: 'Answers questions.', framework: 'custom', owner: 'a team', tools: [tool] },
    workflow: { chains: [{ name: 'main', steps: ['get_order'], description: 'reads' }] },
    constraints: {
      ...{ system_prompt_summary: 'Be kind.', statements: ['Ask first.'], guardrails: ['No refunds.'] },
      rate_limits: ['10 a minute'],
    },
    graph: {
      nodes: [{ id: 'start', type: 'Agent', label: 'Start', description: 'Begins.' }],
      edges: [{ from: 'start', to: 'get_order', condition: 'always', type: 'CAN_INVOKE' }],
    },
    sample_data: { note: 'An order' },
  };
  return leavesOf(document).map((field) => ({ ...field, put: (text) => JSON.stringify(field.put(text)) }));
}

export function toolPlants(at: Scene): Plant[] {
  return TOOLS.flatMap((tool) => {
    const { shape } = tool.input as z.ZodObject;
    const fields = Object.keys(shape).flatMap((name) => parameterFields(tool, name, at));
    return fields.map((field) => ({
      where: `${tool.name} ${field.path}`,
      longest: field.longest,
      personal: RESULT_TOOLS.includes(tool.name),
      send: async (text: string) => {
        const asked = ASKED[tool.name]?.(at) ?? ('agent_name' in shape ? { agent_name: AGENT } : {});
        return !(await at.call(tool.name.replace('invarium_', ''), { ...asked, ...(field.put(text) as object) }))
          .isError;
      },
    }));
  });
}

function parameterFields({ input }: Tool, name: string, { caseId }: Scene): Field[] {
  const own = (input as z.ZodObject).shape[name] as z.ZodType;
  if (name === 'results') return resultFields(caseId).map((field) => asParameter(field, name));
  if (name === 'blueprint')
    return blueprintFields().map((field) => ({ ...asParameter(field, name), path: `blueprint ${field.path}` }));
  if (!isAnything(own)) return fieldsOf(schemaOf(z.object({ [name]: own })));
  const held = HELD[name];
  if (!held) throw new Error(`What does the parameter ${name} hold?`);
  return fieldsOf(schemaOf(held), name).map((field) => asParameter(field, name));
}

/** JSON in a parameter is text. */
function asParameter(field: Field, name: string): Field {
  const json = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return { ...field, put: (text) => ({ [name]: json(field.put(text)) }) };
}

function isAnything(schema: z.ZodType): boolean {
  const { def } = schema;
  if ('innerType' in def) return isAnything(def.innerType as z.ZodType);
  return def.type === 'unknown';
}
