import OpenAI from 'openai';
import { SHOP, TOOLS } from './shop.mjs';

const client = new OpenAI({ apiKey: 'none', baseURL: `${process.env.MODEL_URL}/v1` });

/** An agent as people write them: a loop around a model and its tools, which knows of no tracer. */
export class Agent {
  messages = [{ role: 'system', content: 'You help customers of a shop.' }];

  async reply(text) {
    this.messages.push({ role: 'user', content: text });
    for (;;) {
      const { choices } = await client.chat.completions.create({
        model: 'gpt-4o-mini',
        messages: this.messages,
        tools: TOOLS,
      });
      const { message } = choices[0];
      this.messages.push(message);
      if (!message.tool_calls) return message.content;
      for (const { id, function: call } of message.tool_calls) {
        const content = await this.use(call.name, JSON.parse(call.arguments));
        this.messages.push({ role: 'tool', tool_call_id: id, content });
      }
    }
  }

  async use(name, input) {
    try {
      return JSON.stringify(await SHOP[name](input));
    } catch (error) {
      return `Error: ${error.message}`;
    }
  }
}
