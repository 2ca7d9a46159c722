import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { SHOP } from './shop.mjs';

const model = createOpenAICompatible({ name: 'shop', baseURL: `${process.env.MODEL_URL}/v1` })('gpt-4o-mini');
const inputSchema = jsonSchema({ type: 'object', properties: {} });
const tools = Object.fromEntries(Object.entries(SHOP).map(([name, execute]) => [name, tool({ inputSchema, execute })]));

export function answer(prompt) {
  return streamText({ model, prompt, tools, stopWhen: stepCountIs(6) }).textStream;
}
