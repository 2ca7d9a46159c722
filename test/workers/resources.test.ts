import { expect, test } from 'vitest';
import { audit } from '../../src/domain/audit/audit.ts';
import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import { FRAMEWORKS } from '../../src/domain/blueprint/schema.ts';
import { confidence } from '../../src/domain/confidence.ts';
import { EDGE_TYPES, NODE_TYPES } from '../../src/domain/graph.ts';
import { ERROR_HANDLINGS, SIDE_EFFECTS } from '../../src/domain/tool.ts';
import { workflowGuide } from '../../src/tools/workflow-guide.ts';
import { connectClient, newWorkspace, request } from './client.ts';

/** The published resources and their kinds. */
const PUBLISHED = {
  'invarium://templates/agent-blueprint': 'text/yaml',
  'invarium://templates/blueprint-prompt': 'text/markdown',
  'invarium://templates/trace-prompt': 'text/markdown',
  'invarium://code/invarium-trace': 'text/x-python',
};
type Uri = keyof typeof PUBLISHED;

const ERAS = ['auto', 'legacy'] as const;
const PHASES = ['setup', 'registration', 'testing', 'execution', 'results'] as const;

async function read(uri: Uri): Promise<string> {
  const { key } = await newWorkspace();
  const { contents } = await (await connectClient(key)).readResource({ uri });
  return (contents[0] as { text: string }).text;
}

test.each(ERAS)('the four resources are listed and read as what they are (%s)', async (mode) => {
  const client = await connectClient((await newWorkspace()).key, mode);
  const { resources } = await client.listResources();
  expect(Object.fromEntries(resources.map(({ uri, mimeType }) => [uri, mimeType]))).toEqual(PUBLISHED);
  for (const { uri, mimeType, name, title, description } of resources) {
    const { contents } = await client.readResource({ uri });
    expect(contents).toEqual([{ uri, mimeType, text: expect.stringMatching(/\S/) }]);
    expect([name, title, description]).toEqual(Array(3).fill(expect.stringMatching(/\S/)));
  }
});

test('resources and prompts can be read with a bad key, like every other list', async () => {
  const client = await connectClient('inv_unknown');
  const { contents } = await client.readResource({ uri: 'invarium://templates/trace-prompt' });
  expect(contents).toHaveLength(1);
  expect((await client.listPrompts()).prompts).toHaveLength(2);
});

test('an unknown resource and an unknown prompt are protocol errors', async () => {
  const client = await connectClient((await newWorkspace()).key);
  await expect(client.readResource({ uri: 'invarium://templates/nothing' })).rejects.toThrow('not found');
  await expect(client.getPrompt({ name: 'nothing' })).rejects.toThrow('not found');
});

test('the tracer that is read is the tracer that is downloaded', async () => {
  const download = await request('/api/tracer');
  expect(await read('invarium://code/invarium-trace')).toBe(await download.text());
});

test('the blueprint template is a blueprint with nothing to say against it', async () => {
  const { blueprint, text } = parseBlueprint(await read('invarium://templates/agent-blueprint'));
  expect(confidence(blueprint)).toEqual({ level: 'high', points: 10, reasons: [] });
  expect(audit(blueprint, text)).toMatchObject({ score: 100, checks: 16, findings: [] });
});

test('the blueprint template shows every field and every value that a field accepts', async () => {
  const template = await read('invarium://templates/agent-blueprint');
  const { blueprint } = parseBlueprint(template);
  const { framework_declared: _, extra, ...fields } = blueprint;
  expect(extra).toBeUndefined();
  expect(Object.keys(fields).sort()).toEqual(
    ['agent_name', 'framework', 'description', 'model', 'tools', 'workflow', 'constraints', 'expected_behaviors']
      .concat(['failure_modes', 'sample_data', 'metadata', 'graph'])
      .sort(),
  );
  expect(blueprint.tools.flatMap((tool) => Object.keys(tool))).toEqual(
    expect.arrayContaining(['returns', 'side_effects', 'requires_confirmation', 'error_handling', 'rate_limit']),
  );
  expect(Object.values(blueprint.constraints).every((value) => value !== undefined)).toBe(true);
  expect(blueprint.graph?.metadata).toHaveProperty('discovery_method');
  for (const value of [...FRAMEWORKS, ...SIDE_EFFECTS, ...ERROR_HANDLINGS, ...NODE_TYPES, ...EDGE_TYPES])
    expect(template).toContain(value);
});

const BLUEPRINT_TOPICS = [
  ...[/Find the agent/, /Describe each tool/, /Read the prompts for rules/, /Map the chains/, /Draw the graph/],
  ...[/take it from the code/i, /`side_effects`/, /`requires_confirmation`/, /invented one makes a test fail/],
  ...FRAMEWORKS.map((name) => new RegExp(`\`${name}\``)),
];
const TRACE_TOPICS = [
  ...[/sys\.path\.insert\(0, "\.invarium"\)/, /Tracer\.from_config\(/, /tracer\.case\(/, /tracer\.tool\(/],
  ...[/A fresh state for every case/, /BaseCallbackHandler/, /error_message/, /expected_total=N/, /tracer\.close\(\)/],
];

test.each([
  ['invarium://templates/blueprint-prompt', BLUEPRINT_TOPICS],
  ['invarium://templates/trace-prompt', TRACE_TOPICS],
] as const)('%s covers what it must', async (uri, topics) => {
  const text = await read(uri);
  for (const topic of topics) expect(text).toMatch(topic);
});

test('the server instructions say where to begin and which resource to read before which step', async () => {
  const instructions = (await connectClient((await newWorkspace()).key)).getInstructions() ?? '';
  expect(instructions.slice(0, 512)).toMatch(/Begin with invarium_get_workflow .*then invarium_connect/);
  for (const uri of Object.keys(PUBLISHED)) expect(instructions).toContain(uri);
  expect(instructions).toMatch(/templates\/agent-blueprint: before a blueprint is written/);
  expect(instructions).toMatch(/templates\/trace-prompt: before test_run\.py is written/);
});

test.each(ERAS)('the two prompts hand over their phases of the workflow and no other (%s)', async (mode) => {
  const client = await connectClient((await newWorkspace()).key, mode);
  const { prompts } = await client.listPrompts();
  expect(prompts.map(({ name }) => name)).toEqual(['audit-my-agent', 'test-my-agent']);
  const said = async (name: string) => {
    const { messages } = await client.getPrompt({ name });
    expect(messages).toEqual([{ role: 'user', content: { type: 'text', text: expect.any(String) } }]);
    const [message] = messages as { content: { text: string } }[];
    return message?.content.text ?? '';
  };
  const [auditing, testing] = [await said('audit-my-agent'), await said('test-my-agent')];
  const held = (text: string) => PHASES.filter((phase) => text.includes(workflowGuide(phase)));
  expect(held(auditing)).toEqual(['setup', 'registration']);
  expect(held(testing)).toEqual(['testing', 'execution', 'results']);
});
