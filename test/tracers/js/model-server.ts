import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A model that speaks every provider's format and always does the same: it looks two things up at once, tries a refund, and answers. How
 * far it has come is read from the tool results that a request brings along. Streams are cut in the middle of lines and characters.
 */

type Fields = Record<string, unknown>;
type Call = { name: string; input: Fields };
type Turn = { text: string; calls: Call[] };

const TURNS: Turn[] = [
  {
    text: 'Let me look.',
    calls: [
      { name: 'find_order', input: { order_id: 'A-1' } },
      { name: 'check_stock', input: { item: 'blue mug' } },
    ],
  },
  { text: '', calls: [{ name: 'refund_order', input: { order_id: 'A-1', amount: 12.5 } }] },
  { text: 'The refund did not work, Zoë ☕.', calls: [] },
];
const USAGE = { in: 100, out: 20 };
const MODEL = 'gpt-4o-mini-2024-07-18';
/** So that a client has to put characters together again. */
const PIECE_BYTES = 13;

export type ModelServer = { url: string; close: () => void; requests: () => number };

export async function startModelServer(): Promise<ModelServer> {
  let requests = 0;
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    requests += 1;
    const body = JSON.parse(text || '{}') as Fields;
    const url = new URL(request.url ?? '/', 'http://model');
    const answer = route(url, body);
    if (!answer) return response.writeHead(404).end();
    if (body.stream === true || url.searchParams.get('alt') === 'sse') return sendEvents(response, answer.events);
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.whole));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close, requests: () => requests };
}

/** An answer as one document, and as the events of a stream. */
type Answer = { whole: unknown; events: Fields[] };

function route({ pathname }: URL, body: Fields): Answer | undefined {
  const text = JSON.stringify(body.messages ?? body.input ?? body.contents ?? '');
  const results =
    text.match(/"role":"tool"|"type":"(?:function_call_output|tool_result)"|"functionResponse":/g)?.length ?? 0;
  const kept = body.previous_response_id ? Number(String(body.previous_response_id).split('_')[1]) : 0;
  const done = results + kept;
  const turn = TURNS[body.tools === undefined || done > 2 ? 2 : done > 0 ? 1 : 0] as Turn;
  if (pathname.endsWith('/chat/completions')) return chat(turn, done, body.model === 'repeats-ids');
  if (pathname.endsWith('/responses')) return responses(turn, done);
  if (pathname.endsWith('/messages')) return anthropic(turn, done);
  if (/:(?:stream)?generateContent$/i.test(pathname)) return google(turn);
  return pathname === '/mcp' ? mcp(body) : undefined;
}

function chat({ text, calls }: Turn, done: number, repeatsIds: boolean): Answer {
  const finish = calls.length > 0 ? 'tool_calls' : 'stop';
  const toolCalls = calls.map(({ name, input }, index) => ({
    id: repeatsIds ? `call_${index}` : `call_${done}_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
  const facts = { id: 'chat_1', created: 1, model: MODEL };
  const usage = { prompt_tokens: USAGE.in, completion_tokens: USAGE.out, total_tokens: USAGE.in + USAGE.out };
  const message = { role: 'assistant', content: text || null, ...(calls.length > 0 ? { tool_calls: toolCalls } : {}) };
  const deltas: Fields[] = [
    { role: 'assistant', content: '' },
    ...halves(text).map((content) => ({ content })),
    ...toolCalls.flatMap((call, index) => [
      { tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] },
      ...halves(call.function.arguments).map((sent) => ({ tool_calls: [{ index, function: { arguments: sent } }] })),
    ]),
  ];
  const chunk = (delta: Fields, finish_reason: string | null = null) => ({
    ...{ ...facts, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] },
  });
  return {
    whole: { ...facts, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: finish }], usage },
    events: [
      ...deltas.map((delta) => chunk(delta)),
      chunk({}, finish),
      { ...facts, object: 'chat.completion.chunk', choices: [], usage },
      { done: '[DONE]' },
    ],
  };
}

function responses({ text, calls }: Turn, done: number): Answer {
  // Everything that this answer asks for will have been done when the next request names it.
  const id = `resp_${done}`;
  const said = {
    ...{ type: 'message', id: `msg_${done}`, role: 'assistant', status: 'completed' },
    content: [{ type: 'output_text', text, annotations: [] }],
  };
  const asked = calls.map(({ name, input }, index) => ({
    ...{ type: 'function_call', id: `fc_${done}_${index}`, call_id: `call_${done}_${index}`, status: 'completed' },
    ...{ name, arguments: JSON.stringify(input) },
  }));
  const output = [...(text ? [said] : []), ...asked];
  const usage = {
    ...{ input_tokens: USAGE.in, output_tokens: USAGE.out, total_tokens: USAGE.in + USAGE.out },
    ...{ input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } },
  };
  const whole = {
    ...{ id, object: 'response', created_at: 1, status: 'completed', model: MODEL, output, usage, error: null },
    ...{ parallel_tool_calls: true, tool_choice: 'auto', tools: [], metadata: {}, incomplete_details: null },
  };
  const items = output.flatMap((item, output_index) => [
    { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress' } },
    ...('arguments' in item
      ? halves(item.arguments).map((delta) => ({
          ...{ type: 'response.function_call_arguments.delta', item_id: item.id, output_index, delta },
        }))
      : halves(text).map((delta) => ({
          ...{ type: 'response.output_text.delta', item_id: said.id, output_index, content_index: 0, delta },
        }))),
    { type: 'response.output_item.done', output_index, item },
  ]);
  const events = [
    { type: 'response.created', response: { ...whole, status: 'in_progress', output: [], usage: null } },
    ...items,
    { type: 'response.completed', response: whole },
  ];
  return { whole, events: events.map((event, sequence_number) => ({ ...event, sequence_number })) };
}

function anthropic({ text, calls }: Turn, done: number): Answer {
  const content = [
    ...(text ? [{ type: 'text', text }] : []),
    ...calls.map(({ name, input }, index) => ({ type: 'tool_use', id: `toolu_${done}_${index}`, name, input })),
  ];
  const stop = calls.length > 0 ? 'tool_use' : 'end_turn';
  const facts = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5-20250929' };
  const usage = { input_tokens: USAGE.in, output_tokens: USAGE.out };
  const blocks = content.flatMap((block, index) => {
    const begun = 'input' in block ? { ...block, input: {} } : { ...block, text: '' };
    const deltas =
      'input' in block
        ? halves(JSON.stringify(block.input)).map((partial_json) => ({ type: 'input_json_delta', partial_json }))
        : halves(text).map((half) => ({ type: 'text_delta', text: half }));
    return [
      { type: 'content_block_start', index, content_block: begun },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ];
  });
  return {
    whole: { ...facts, content, stop_reason: stop, stop_sequence: null, usage },
    events: [
      {
        type: 'message_start',
        message: { ...facts, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
      },
      { type: 'ping' },
      ...blocks,
      { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: USAGE.out } },
      { type: 'message_stop' },
    ],
  };
}

function google({ text, calls }: Turn): Answer {
  const parts = [
    ...halves(text).map((half) => ({ text: half })),
    ...calls.map(({ name, input }) => ({ functionCall: { name, args: input } })),
  ];
  const usageMetadata = { promptTokenCount: USAGE.in, candidatesTokenCount: USAGE.out };
  const document = (some: Fields[], finishReason?: string) => ({
    candidates: [{ index: 0, content: { role: 'model', parts: some }, finishReason }],
    ...{ usageMetadata, modelVersion: 'gemini-2.5-flash' },
  });
  return {
    whole: document(parts, 'STOP'),
    events: parts.map((part, index) => document([part], index + 1 === parts.length ? 'STOP' : undefined)),
  };
}

/** A server of tools; what it is not asked for by the clients of the tests is missing. */
function mcp({ id, method, params }: Fields): Answer {
  const { name, arguments: input, protocolVersion } = (params ?? {}) as Fields;
  const results: Record<string, Fields> = {
    initialize: { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'shop', version: '1' } },
    'tools/list': {
      tools: ['find_order', 'refund_order'].map((tool) => ({ name: tool, inputSchema: { type: 'object' } })),
    },
    'tools/call':
      name === 'refund_order'
        ? { isError: true, content: [{ type: 'text', text: 'card declined' }] }
        : { content: [{ type: 'text', text: JSON.stringify({ ...(input as Fields), total: 12.5 }) }] },
  };
  const result = results[String(method)];
  const error = { code: -32601, message: 'no such method' };
  return { whole: { jsonrpc: '2.0', id, ...(result ? { result } : { error }) }, events: [] };
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== '');
}

async function sendEvents(response: ServerResponse, events: Fields[]): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const lines = events.map((event) => {
    if ('done' in event) return `data: ${event.done}\n\n`;
    return `${'type' in event ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
  });
  const bytes = Buffer.from(lines.join(''));
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    response.write(bytes.subarray(from, from + PIECE_BYTES));
    if ((from / PIECE_BYTES) % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}
