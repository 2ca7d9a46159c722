// @ts-check
/** Plays one case through each SDK, as a test script of a user would: node sdk-runs.mjs <tracer> <model server>. */
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { NAMES, PARAMETERS, runTool, SHOP } from './shop.mjs';

const [, , tracerFile = '', modelUrl = ''] = process.argv;
// First, as the tracer asks for: the SDKs below are imported after it.
/** @type {typeof import('../../../src/tracer/invarium-trace.mjs')} */
const { Tracer } = await import(pathToFileURL(tracerFile).href);
const [{ default: OpenAI }, { default: Anthropic }, { GoogleGenAI }, ai, { createOpenAICompatible }] =
  await Promise.all([
    import('openai'),
    import('@anthropic-ai/sdk'),
    import('@google/genai'),
    import('ai'),
    import('@ai-sdk/openai-compatible'),
  ]);
const [agents, { ChatOpenAI }, lc, { ToolMessage, HumanMessage }, mcp2, { Client: Client1 }, http1, memory1, server1] =
  await Promise.all([
    import('@openai/agents'),
    import('@langchain/openai'),
    import('@langchain/core/tools'),
    import('@langchain/core/messages'),
    import('@modelcontextprotocol/client'),
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    import('@modelcontextprotocol/sdk/inMemory.js'),
    import('@modelcontextprotocol/sdk/server/mcp.js'),
  ]);

const tracer = Tracer.fromConfig({ agentName: 'shop-agent', runId: 'tr_1' });
const question = 'My mug broke. Money back, please?';
const apiKey = 'sk-test-0123456789abcdefghij';
const openai = new OpenAI({ apiKey, baseURL: `${modelUrl}/v1` });
const anthropic = new Anthropic({ apiKey, baseURL: modelUrl });
const google = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: modelUrl } });
const MAX_TURNS = 5;

/** @param {string} id @param {(c: import('../../../src/tracer/invarium-trace.mjs').Case) => unknown} play */
const play = (id, play) => tracer.case({ id, user_message: question }, play);

/** @type {import('openai').default.ChatCompletionTool[]} */
const chatTools = NAMES.map((name) => ({ type: 'function', function: { name, parameters: PARAMETERS[name] ?? {} } }));

/** @param {boolean} stream @param {string} [model] */
async function chat(stream, model = 'gpt-4o-mini') {
  /** @type {import('openai').default.ChatCompletionMessageParam[]} */
  const messages = [
    { role: 'system', content: 'You help.' },
    { role: 'user', content: question },
  ];
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const request = { model, messages, tools: chatTools };
    const completion = stream
      ? await openai.chat.completions.stream(request).finalChatCompletion()
      : await openai.chat.completions.create(request);
    const message = completion.choices[0]?.message;
    if (!message?.tool_calls) return message?.content;
    messages.push(message);
    for (const call of message.tool_calls) {
      if (call.type !== 'function') continue;
      const { text } = await runTool(call.function.name, JSON.parse(call.function.arguments));
      messages.push({ role: 'tool', tool_call_id: call.id, content: text });
    }
  }
  return undefined;
}
await play('chat', () => chat(false));
await play('chat-stream', () => chat(true));
await play('chat-repeated-ids', () => chat(false, 'repeats-ids'));
await Promise.all([play('chat-at-once-1', () => chat(true)), play('chat-at-once-2', () => chat(false))]);

/** @param {{ stream: boolean, keeps: boolean }} how */
async function responses({ stream, keeps }) {
  /** @type {any[]} */
  let input = [{ role: 'user', content: question }];
  let previous = {};
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const tools = NAMES.map((name) => ({
      type: /** @type {const} */ ('function'),
      name,
      parameters: PARAMETERS[name] ?? {},
      strict: false,
    }));
    const request = { model: 'gpt-4o-mini', input, tools, ...previous };
    const response = stream
      ? await openai.responses.stream(request).finalResponse()
      : await openai.responses.create(request);
    const calls = response.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
    if (calls.length === 0) return response.output_text;
    const outputs = [];
    for (const { call_id, name, arguments: sent } of calls) {
      outputs.push({ type: 'function_call_output', call_id, output: (await runTool(name, JSON.parse(sent))).text });
    }
    previous = keeps ? { previous_response_id: response.id } : {};
    input = keeps ? outputs : [...input, ...response.output, ...outputs];
  }
  return undefined;
}
await play('responses', () => responses({ stream: false, keeps: false }));
await play('responses-kept', () => responses({ stream: false, keeps: true }));
await play('responses-stream', () => responses({ stream: true, keeps: true }));

/** @param {boolean} stream */
async function claude(stream) {
  /** @type {import('@anthropic-ai/sdk').default.MessageParam[]} */
  const messages = [{ role: 'user', content: question }];
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const tools = NAMES.map((name) => ({ name, input_schema: /** @type {any} */ (PARAMETERS[name]) }));
    const request = { model: 'claude-sonnet-4-5', max_tokens: 100, messages, tools };
    const message = stream
      ? await anthropic.messages.stream(request).finalMessage()
      : await anthropic.messages.create(request);
    const calls = message.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
    if (calls.length === 0) return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    messages.push({ role: 'assistant', content: message.content });
    const results = calls.map(async ({ id, name, input }) => {
      const { text, failed } = await runTool(name, input);
      return { type: /** @type {const} */ ('tool_result'), tool_use_id: id, content: text, is_error: failed };
    });
    messages.push({ role: 'user', content: await Promise.all(results) });
  }
  return undefined;
}
await play('anthropic', () => claude(false));
await play('anthropic-stream', () => claude(true));

/** @param {boolean} stream */
async function gemini(stream) {
  /** @type {any[]} */
  const contents = [{ role: 'user', parts: [{ text: question }] }];
  const functionDeclarations = NAMES.map((name) => ({ name, parametersJsonSchema: PARAMETERS[name] }));
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const request = { model: 'gemini-2.5-flash', contents, config: { tools: [{ functionDeclarations }] } };
    const answers = stream
      ? await Array.fromAsync(await google.models.generateContentStream(request))
      : [await google.models.generateContent(request)];
    const parts = answers.flatMap((answer) => answer.candidates?.[0]?.content?.parts ?? []);
    const calls = parts.flatMap(({ functionCall }) => (functionCall ? [functionCall] : []));
    if (calls.length === 0) return parts.map(({ text }) => text).join('');
    contents.push({ role: 'model', parts });
    const results = calls.map(async ({ name = '', args }) => {
      return { functionResponse: { name, response: { output: (await runTool(name, args)).text } } };
    });
    contents.push({ role: 'user', parts: await Promise.all(results) });
  }
  return undefined;
}
await play('google', () => gemini(false));
await play('google-stream', () => gemini(true));

const model = createOpenAICompatible({ name: 'shop', baseURL: `${modelUrl}/v1`, apiKey, includeUsage: true })(
  'gpt-4o-mini',
);
const aiTools = Object.fromEntries(
  NAMES.map((name) => [
    name,
    ai.tool({
      inputSchema: ai.jsonSchema(/** @type {any} */ (PARAMETERS[name])),
      execute: SHOP[name] ?? (async () => ''),
    }),
  ]),
);
const aiRequest = { model, prompt: question, tools: aiTools, stopWhen: ai.stepCountIs(MAX_TURNS) };
await play('ai', async () => (await ai.generateText(aiRequest)).text);
await play('ai-stream', () => ai.streamText(aiRequest).text);

agents.setDefaultOpenAIClient(/** @type {any} */ (openai));
agents.setTraceProcessors([]);
/** @param {'responses' | 'chat_completions'} api @param {boolean} stream */
async function agent(api, stream) {
  agents.setOpenAIAPI(api);
  const tools = NAMES.map((name) =>
    agents.tool({
      ...{ name, description: name, strict: false, execute: async (input) => SHOP[name]?.(input) },
      parameters: /** @type {any} */ ({ ...PARAMETERS[name], additionalProperties: true }),
    }),
  );
  const shopAgent = new agents.Agent({ name: 'shop', instructions: 'You help.', model: 'gpt-4o-mini', tools });
  if (!stream) return (await agents.run(shopAgent, question)).finalOutput;
  const streamed = await agents.run(shopAgent, question, { stream: true });
  await streamed.completed;
  return streamed.finalOutput;
}
await play('agents', () => agent('responses', false));
await play('agents-stream', () => agent('responses', true));
await play('agents-chat', () => agent('chat_completions', false));

/** @param {{ stream: boolean, callbacks: any[] }} how */
async function langchain({ stream, callbacks }) {
  const tools = NAMES.map((name) =>
    lc.tool(async (input) => JSON.stringify(await SHOP[name]?.(input)), {
      name,
      description: name,
      schema: z.looseObject({}),
    }),
  );
  const llm = new ChatOpenAI({ model: 'gpt-4o-mini', apiKey, configuration: { baseURL: `${modelUrl}/v1` } }).bindTools(
    tools,
  );
  /** @type {any[]} */
  const messages = [new HumanMessage(question)];
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    /** @type {any} */
    let answer;
    if (stream) for await (const chunk of await llm.stream(messages)) answer = answer ? answer.concat(chunk) : chunk;
    else answer = await llm.invoke(messages);
    if (!answer.tool_calls?.length) return answer.content;
    messages.push(answer);
    for (const call of answer.tool_calls) {
      const tool = tools.find(({ name }) => name === call.name);
      /** @param {unknown} error */
      const failed = (error) => new ToolMessage({ status: 'error', content: `${error}`, tool_call_id: call.id });
      messages.push(await tool?.invoke(call, { callbacks }).catch(failed));
    }
  }
  return undefined;
}
await play('langchain', () => langchain({ stream: false, callbacks: [] }));
await play('langchain-stream', () => langchain({ stream: true, callbacks: [tracer.langchainHandler()] }));

/** @param {any} client @param {any} transport */
async function remoteShop(client, transport) {
  await client.connect(transport);
  await client.callTool({ name: 'find_order', arguments: { order_id: 'A-1' } });
  await client.callTool({ name: 'refund_order', arguments: { order_id: 'A-1', amount: 12.5 } });
  await client.close();
  return 'done';
}
const who = { name: 'test', version: '1' };
const mcpUrl = new URL(`${modelUrl}/mcp`);
await play('mcp-http', () => remoteShop(new mcp2.Client(who), new mcp2.StreamableHTTPClientTransport(mcpUrl)));
await play('mcp-1-http', () => remoteShop(new Client1(who), new http1.StreamableHTTPClientTransport(mcpUrl)));

/** A server in this process, as quiet to fetch as one behind a pipe. @param {any} pair */
async function localShop([near, far]) {
  const server = new server1.McpServer(who);
  server.registerTool('find_order', { inputSchema: { order_id: z.string() } }, async ({ order_id }) => ({
    content: [{ type: 'text', text: JSON.stringify({ order_id, total: 12.5 }) }],
  }));
  server.registerTool('refund_order', {}, async () => ({
    isError: true,
    content: [{ type: 'text', text: 'card declined' }],
  }));
  await server.connect(far);
  return near;
}
await play('mcp-pipe', async () =>
  remoteShop(tracer.instrument(new mcp2.Client(who)), await localShop(memory1.InMemoryTransport.createLinkedPair())),
);
tracer.instrument(Client1);
await play('mcp-1-pipe', async () =>
  remoteShop(new Client1(who), await localShop(memory1.InMemoryTransport.createLinkedPair())),
);
await play('mcp-1-http-too', () => remoteShop(new Client1(who), new http1.StreamableHTTPClientTransport(mcpUrl)));

console.log(JSON.stringify(await tracer.close()));
