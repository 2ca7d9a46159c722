import type { AuthInfo, CallToolResult, McpRequestContext } from '@modelcontextprotocol/server';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Env } from '../env.ts';
import { readFile } from '../store/files.ts';
import { type Answer, callTool, findTool, TOOLS } from '../tools/catalog.ts';
import type { Tool } from '../tools/define-tool.ts';
import { INSTRUCTIONS } from '../tools/instructions.ts';
import { PROMPTS } from '../tools/prompts.ts';
import { RESOURCES } from '../tools/resources.ts';
import { type BoundCall, confirmByForm, readState } from './elicitation.ts';
import { inputSchema, outputSchema } from './wire-schema.ts';

/** What a request brings to the server that is built for it. `tool` is the one it calls, where it calls one. */
export type McpCall = BoundCall & { report: (done: { tool: string; code: string }) => void };

const SERVER = { name: 'invarium', title: 'Invarium', version: '0.1.0' };
/** What is listed changes only with the Worker, so nobody is told of a change. */
const FIXED = { listChanged: false };
const CAPABILITIES = { tools: FIXED, resources: FIXED, prompts: FIXED };

/** Hands our own call through the handler's only per-request slot. */
export function authInfoOf(call: McpCall): AuthInfo {
  const { caller } = call.context;
  return {
    token: 'redacted',
    clientId: caller?.credentialId ?? 'anonymous',
    scopes: [...(caller?.scopes ?? [])],
    extra: { call },
  };
}

/** A server per request. A call needs only the tool it names, and registering all of them costs more than the call itself. */
export function buildServer({ authInfo, era }: McpRequestContext): McpServer {
  const call = authInfo?.extra?.call as McpCall;
  const server = new McpServer(SERVER, {
    instructions: INSTRUCTIONS,
    capabilities: CAPABILITIES,
    requestState: { verify: (state, ctx) => readState(state, call, ctx) },
  });
  for (const tool of call.tool ? [call.tool] : TOOLS) register(server, tool, { ...call, era });
  if (!call.tool) registerTexts(server, call.context.env);
  return server;
}

/** What can be read without a tool; the same for everybody. */
function registerTexts(server: McpServer, env: Env): void {
  for (const { uri, name, title, description, mimeType, path } of RESOURCES)
    server.registerResource(name, uri, { title, description, mimeType }, async () => ({
      contents: [{ uri, mimeType, text: await readFile(env, path) }],
    }));
  for (const { name, title, description, text } of PROMPTS)
    server.registerPrompt(name, { title, description }, () => ({
      messages: [{ role: 'user', content: { type: 'text', text } }],
    }));
}

/** The tool of a `tools/call` body, undefined for anything else, and its arguments. */
export function calledTool(body: unknown): { tool: Tool | undefined; args: unknown } {
  const { data } = ToolCallBody.safeParse(body);
  return { tool: data && findTool(data.params.name), args: data?.params.arguments ?? {} };
}

const ToolCallBody = z.object({
  method: z.literal('tools/call'),
  params: z.object({ name: z.string(), arguments: z.unknown() }),
});

function register(server: McpServer, tool: Tool, call: McpCall & Pick<McpRequestContext, 'era'>): void {
  const { title, description, hints } = tool;
  const { inputSchema, outputSchema } = advertised(tool);
  server.registerTool(
    tool.name,
    { title, description, annotations: { title, ...hints }, inputSchema, outputSchema },
    async (input, ctx) => {
      const first = await callTool(tool, input, call.context);
      const answer = await confirmByForm(first, { ...call, tool, args: input }, ctx);
      const asks = 'resultType' in answer;
      call.report({ tool: tool.name, code: asks ? 'INPUT_REQUIRED' : answer.ok ? 'OK' : answer.code });
      return asks ? answer : resultOf(answer);
    },
  );
}

function resultOf(answer: Answer): CallToolResult {
  const content = [{ type: 'text' as const, text: answer.text }];
  if (answer.ok) return { content, structuredContent: answer.structured as Record<string, unknown> };
  return { content, isError: true, _meta: { 'invarium/error': { code: answer.code, ...answer.details } } };
}

type Advertised = { inputSchema: PassingSchema; outputSchema: PassingSchema };
const known = new Map<string, Advertised>();

/** The schemas a client sees, made once. They let everything through: callTool checks, and words what it refuses. */
function advertised({ name, input, output }: Tool): Advertised {
  const made = known.get(name) ?? {
    inputSchema: passing(inputSchema(input)),
    outputSchema: passing(outputSchema(output)),
  };
  known.set(name, made);
  return made;
}

type PassingSchema = ReturnType<typeof passing>;

function passing(json: Record<string, unknown>) {
  const converted = () => json;
  const validate = (value: unknown) => ({ value });
  return {
    '~standard': {
      version: 1 as const,
      vendor: 'invarium',
      validate,
      jsonSchema: { input: converted, output: converted },
    },
  };
}
