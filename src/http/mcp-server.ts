import type { AuthInfo, McpRequestContext } from '@modelcontextprotocol/server';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Env } from '../env.ts';
import { readFile } from '../store/files.ts';
import { callTool, findTool, TOOLS } from '../tools/catalog.ts';
import type { OpenContext, Tool } from '../tools/define-tool.ts';
import { INSTRUCTIONS } from '../tools/instructions.ts';
import { PROMPTS } from '../tools/prompts.ts';
import { RESOURCES } from '../tools/resources.ts';
import { inputSchema, outputSchema } from './wire-schema.ts';

/** What a request brings to the server that is built for it. `tool` is the one it calls, where it calls one. */
export type McpCall = {
  context: OpenContext;
  tool: Tool | undefined;
  report: (done: { tool: string; code: string }) => void;
};

const SERVER = { name: 'invarium', title: 'Invarium', version: '0.1.0' };

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
export function buildServer({ authInfo }: McpRequestContext): McpServer {
  const call = authInfo?.extra?.call as McpCall;
  const server = new McpServer(SERVER, { instructions: INSTRUCTIONS });
  for (const tool of call.tool ? [call.tool] : TOOLS) register(server, tool, call);
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

/** The tool of a `tools/call` body, or undefined for anything else. */
export function calledTool(body: unknown): Tool | undefined {
  const parsed = ToolCallBody.safeParse(body);
  return parsed.success ? findTool(parsed.data.params.name) : undefined;
}

const ToolCallBody = z.object({ method: z.literal('tools/call'), params: z.object({ name: z.string() }) });

function register(server: McpServer, tool: Tool, { context, report }: McpCall): void {
  const { title, description, hints } = tool;
  const { inputSchema, outputSchema } = advertised(tool);
  server.registerTool(
    tool.name,
    { title, description, annotations: { title, ...hints }, inputSchema, outputSchema },
    async (input) => {
      const answer = await callTool(tool, input, context);
      report({ tool: tool.name, code: answer.ok ? 'OK' : answer.code });
      const content = [{ type: 'text' as const, text: answer.text }];
      if (answer.ok) return { content, structuredContent: answer.structured as Record<string, unknown> };
      return { content, isError: true, _meta: { 'invarium/error': { code: answer.code, ...answer.details } } };
    },
  );
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
