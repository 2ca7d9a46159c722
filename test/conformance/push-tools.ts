import { type CallToolResult, inputRequired, inputResponse, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { answer } from './samples.ts';

/**
 * What a 2025-11-25 server has to ask its client while a call is under way. The scenarios that call these tools are
 * the expected failures: the question would have to be pushed, and its answer would come in a request of its own,
 * which nothing in a server without sessions connects to the call that waits.
 */

const PRIMITIVES = {
  type: 'object' as const,
  properties: {
    name: { type: 'string' as const, default: 'John Doe' },
    age: { type: 'integer' as const, default: 30 },
    score: { type: 'number' as const, default: 95.5 },
    status: { type: 'string' as const, enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean' as const, default: true },
  },
};

const ENUMS = {
  type: 'object' as const,
  properties: {
    untitledSingle: { type: 'string' as const, enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string' as const, oneOf: titled('value', 'Option') },
    legacyEnum: {
      type: 'string' as const,
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: {
      type: 'array' as const,
      items: { type: 'string' as const, enum: ['option1', 'option2', 'option3'] },
    },
    titledMulti: { type: 'array' as const, items: { anyOf: titled('value', 'Choice') } },
  },
};

const LOGIN = {
  type: 'object' as const,
  properties: {
    username: { type: 'string' as const, description: "User's response" },
    email: { type: 'string' as const, description: "User's email address" },
  },
  required: ['username', 'email'],
};

function titled(value: string, title: string) {
  return ['First', 'Second', 'Third'].map((nth, at) => ({ const: `${value}${at + 1}`, title: `${nth} ${title}` }));
}

type Form = Parameters<typeof inputRequired.elicit>[0]['requestedSchema'];

export function registerPushTools(server: McpServer): void {
  registerForm(server, 'test_elicitation_sep1034_defaults', PRIMITIVES);
  registerForm(server, 'test_elicitation_sep1330_enums', ENUMS);
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the user for a login', inputSchema: z.object({ message: z.string() }) },
    ({ message }, { mcpReq }) => elicited(mcpReq.inputResponses) ?? ask(message, LOGIN),
  );
  server.registerTool(
    'test_sampling',
    { description: "Asks the client's model", inputSchema: z.object({ prompt: z.string() }) },
    ({ prompt }, { mcpReq }) => {
      const given = inputResponse(mcpReq.inputResponses, 'response');
      if (given.kind === 'sampling') return answer(`LLM response: ${JSON.stringify(given.result.content)}`);
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
      return inputRequired({ inputRequests: { response: inputRequired.createMessage({ messages, maxTokens: 100 }) } });
    },
  );
}

function registerForm(server: McpServer, name: string, form: Form): void {
  server.registerTool(
    name,
    { description: `Asks the user to fill in a form: ${name}` },
    ({ mcpReq }) => elicited(mcpReq.inputResponses) ?? ask('Please fill in the form.', form),
  );
}

function ask(message: string, requestedSchema: Form) {
  return inputRequired({ inputRequests: { response: inputRequired.elicit({ message, requestedSchema }) } });
}

function elicited(responses: Record<string, unknown> | undefined): CallToolResult | undefined {
  const given = inputResponse(responses, 'response');
  if (given.kind !== 'elicit') return undefined;
  return answer(`Elicitation completed: action=${given.action}, content=${JSON.stringify(given.content)}`);
}
