import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequests,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { answer } from './samples.ts';

/** Tools that need something from the client, and ask for it with `input_required`. */

const Name = z.object({ name: z.string() });
const Color = z.object({ color: z.string() });
const Confirmed = z.object({ ok: z.boolean() });
const ALL_KEYS = ['user_name', 'greeting', 'client_roots'];

export function registerInputTools(server: McpServer, state: RequestStateCodec<string>): void {
  tool(server, 'test_input_required_result_elicitation', askForName);
  tool(server, 'test_input_required_result_sampling', askForCapital);
  tool(server, 'test_input_required_result_list_roots', askForRoots);
  tool(server, 'test_input_required_result_multiple_inputs', (context) => askForAll(context, state));
  tool(server, 'test_input_required_result_multi_round', (context) => askTwice(context, state));
  tool(server, 'test_input_required_result_request_state', (context) => askToConfirm(context, state));
  tool(server, 'test_input_required_result_tampered_state', (context) => askToConfirm(context, state));
  tool(server, 'test_input_required_result_capabilities', askWhatIsDeclared);
  tool(server, 'test_streaming_elicitation', askForName);
  // A question that the client did not say it can answer is refused by the SDK before it is sent.
  tool(server, 'test_missing_capability', askForCapital);
}

type Answered = ReturnType<typeof answer> | ReturnType<typeof inputRequired>;
type Run = (context: ServerContext) => Answered | Promise<Answered>;

function tool(server: McpServer, name: string, run: Run): void {
  server.registerTool(name, { description: `Asks the client for input: ${name}` }, run);
}

function nameQuestion(message: string) {
  return inputRequired.elicit({ message, requestedSchema: Name });
}

function sampling(text: string, maxTokens: number) {
  return inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens });
}

function askForName({ mcpReq }: ServerContext): Answered {
  const given = acceptedContent(mcpReq.inputResponses, 'user_name', Name);
  if (given) return answer(`Hello, ${given.name}!`);
  return inputRequired({ inputRequests: { user_name: nameQuestion('What is your name?') } });
}

function askForCapital({ mcpReq }: ServerContext): Answered {
  const given = inputResponse(mcpReq.inputResponses, 'capital_question');
  if (given.kind === 'sampling') return answer(JSON.stringify(given.result.content));
  return inputRequired({ inputRequests: { capital_question: sampling('What is the capital of France?', 100) } });
}

function askForRoots({ mcpReq }: ServerContext): Answered {
  const given = inputResponse(mcpReq.inputResponses, 'client_roots');
  if (given.kind === 'roots') return answer(given.roots.map(({ uri }) => uri).join(', '));
  return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
}

async function askForAll({ mcpReq }: ServerContext, state: RequestStateCodec<string>): Promise<Answered> {
  const given = mcpReq.inputResponses;
  if (ALL_KEYS.every((key) => inputResponse(given, key).kind !== 'missing')) return answer('Thank you for all three.');
  return inputRequired({
    inputRequests: {
      user_name: nameQuestion('What is your name?'),
      greeting: sampling('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    },
    requestState: await state.mint('all'),
  });
}

async function askTwice({ mcpReq }: ServerContext, state: RequestStateCodec<string>): Promise<Answered> {
  const color = acceptedContent(mcpReq.inputResponses, 'step2', Color);
  const known = mcpReq.requestState<string>();
  if (color && known) return answer(`${known} likes ${color.color}.`);
  const name = acceptedContent(mcpReq.inputResponses, 'step1', Name)?.name;
  if (!name || !known) {
    const step1 = nameQuestion('Step 1: What is your name?');
    return inputRequired({ inputRequests: { step1 }, requestState: await state.mint('unknown') });
  }
  const step2 = inputRequired.elicit({ message: 'Step 2: What is your favorite color?', requestedSchema: Color });
  return inputRequired({ inputRequests: { step2 }, requestState: await state.mint(name) });
}

async function askToConfirm({ mcpReq }: ServerContext, state: RequestStateCodec<string>): Promise<Answered> {
  const given = acceptedContent(mcpReq.inputResponses, 'confirm', Confirmed);
  if (given?.ok && mcpReq.requestState<string>() === 'confirming') return answer('state-ok');
  const confirm = inputRequired.elicit({ message: 'Please confirm', requestedSchema: Confirmed });
  return inputRequired({ inputRequests: { confirm }, requestState: await state.mint('confirming') });
}

function askWhatIsDeclared(context: ServerContext): Answered {
  const { elicitation, sampling: model } = declared(context);
  const inputRequests: InputRequests = {
    ...(elicitation ? { user_name: nameQuestion('What is your name?') } : {}),
    ...(model ? { greeting: sampling('Generate a greeting', 50) } : {}),
  };
  return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : answer('Nothing to ask with.');
}

const Envelope = z.object({ [CLIENT_CAPABILITIES_META_KEY]: z.record(z.string(), z.unknown()) });

/** What the client of this very request said it can do; the SDK leaves the envelope without a type. */
function declared({ mcpReq }: ServerContext): Record<string, unknown> {
  const parsed = Envelope.safeParse(mcpReq.envelope);
  return parsed.success ? parsed.data[CLIENT_CAPABILITIES_META_KEY] : {};
}
