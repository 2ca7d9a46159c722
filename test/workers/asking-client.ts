import { Client, type ClientCapabilities, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach } from 'vitest';
import { AGENT, ORIGIN, request } from './client.ts';

/** A real MCP client that puts the server's questions to a user, who always gives the same reply. */

/** The body of a `tools/call`, as it goes over the wire. */
export type Params = {
  name: string;
  arguments?: Record<string, unknown>;
  requestState?: string;
  inputResponses?: object;
};
type Body = { method: string; params: Params };
export type Reply = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, string | boolean> };

export type Options = {
  reply?: Reply | undefined;
  capability?: ClientCapabilities['elicitation'] | null;
  mode?: 'auto' | 'legacy';
  /** Changes what is sent. */
  edit?: ((params: Params) => void) | undefined;
};

/** Dozens of clients left open keep the runtime from ending. */
const open: Client[] = [];
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});

const YES: Reply = { action: 'accept', content: { confirm: true } };

/** `questions` are those that were put, `states` what went back with the replies; `deletes` calls for the deletion of the agent. */
export async function asking(
  key: string,
  { reply = YES, capability = { form: {} }, mode = 'auto', edit }: Options = {},
) {
  const questions: { message: string; requestedSchema: unknown }[] = [];
  const states: string[] = [];
  const options = { versionNegotiation: { mode }, capabilities: capability ? { elicitation: capability } : {} };
  const client = new Client({ name: 'asking', version: '1' }, options);
  if (capability)
    client.setRequestHandler('elicitation/create', ({ params }) => {
      const { message, requestedSchema } = params as (typeof questions)[number];
      questions.push({ message, requestedSchema });
      return reply;
    });
  const send = (url: string | URL, init?: RequestInit) => {
    const body = JSON.parse(String(init?.body ?? '{}')) as Body;
    if (body.method === 'tools/call') {
      edit?.(body.params);
      if (body.params.requestState) states.push(body.params.requestState);
    }
    const edited = init?.body ? { ...init, body: JSON.stringify(body) } : (init ?? {});
    return request(new URL(url).pathname, edited);
  };
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${ORIGIN}/mcp`), { fetch: send, requestInit }));
  open.push(client);
  const call = async (tool: string, args: Record<string, unknown>) => {
    const answer = await client.callTool({ name: `invarium_${tool}`, arguments: args });
    const [content] = answer.content as { text: string }[];
    return { ...answer, text: content?.text ?? '' };
  };
  const deletes = (more: Record<string, unknown> = {}) => call('delete_agent', { agent_name: AGENT, ...more });
  return { client, call, deletes, questions, states };
}
