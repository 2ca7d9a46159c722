import OpenAI from 'openai';
import * as z from 'zod';
import type { AiBinding, Env } from '../env.ts';

/** Language models behind one small interface: a question in, an answer of the wanted shape out. */

export type Question<T> = { name: string; system: string; user: string; answer: z.ZodType<T> };
export type Model = {
  /** How the model is named in what it decided. */
  id: string;
  /** @throws ModelFault when there is no usable answer, whatever the reason. */
  ask<T>(question: Question<T>, signal: AbortSignal): Promise<T>;
};

/** No usable answer: the model is away, slow, refuses, or says something of another shape. */
export class ModelFault extends Error {}

const RETRIES = 2;
const MAX_ANSWER_TOKENS = 8_000;

/** The configured model, or null. */
export function modelOf({ MODEL_BASE_URL, MODEL_API_KEY, MODEL_NAME, AI }: Env): Model | null {
  if (!MODEL_NAME) return null;
  if (MODEL_BASE_URL)
    return openAiModel({ baseURL: MODEL_BASE_URL, apiKey: MODEL_API_KEY ?? 'none', model: MODEL_NAME });
  return AI ? workersAiModel(AI, MODEL_NAME) : null;
}

type Endpoint = { baseURL: string; apiKey: string; model: string };

/** Any server that speaks OpenAI's chat completions with `response_format: json_schema`. */
export function openAiModel({ baseURL, apiKey, model }: Endpoint): Model {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: RETRIES, logLevel: 'off' });
  return {
    id: model,
    ask: (question, signal) =>
      answered(question, signal, async () => {
        const completion = await client.chat.completions.create(
          {
            model,
            messages: messagesOf(question),
            max_completion_tokens: MAX_ANSWER_TOKENS,
            response_format: {
              type: 'json_schema',
              json_schema: { name: question.name, strict: true, schema: schemaOf(question) },
            },
          },
          { signal },
        );
        return completion.choices[0]?.message.content;
      }),
  };
}

/** Cloudflare's own models, through the binding. */
export function workersAiModel(ai: AiBinding, model: string): Model {
  return {
    id: model,
    ask: (question, signal) =>
      answered(question, signal, async () => {
        const input = {
          messages: messagesOf(question),
          max_tokens: MAX_ANSWER_TOKENS,
          response_format: { type: 'json_schema', json_schema: schemaOf(question) },
        };
        const output = await ai.run(model, input, { signal });
        return typeof output === 'object' && output !== null && 'response' in output ? output.response : output;
      }),
  };
}

function messagesOf({ system, user }: Question<unknown>) {
  return [
    { role: 'system' as const, content: system },
    { role: 'user' as const, content: user },
  ];
}

/** Keywords that strict structured output does not take; the answer is checked against them all the same. */
const NOT_STRICT = [
  '$schema',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
];

function schemaOf({ answer }: Question<unknown>): Record<string, unknown> {
  return z.toJSONSchema(answer, {
    io: 'output',
    override: ({ jsonSchema }) => {
      for (const keyword of NOT_STRICT) delete (jsonSchema as Record<string, unknown>)[keyword];
    },
  });
}

/** Whatever a client does about the signal, such as sleeping as long as a server asks it to, the answer comes before it or not at all. */
async function answered<T>({ answer }: Question<T>, signal: AbortSignal, ask: () => Promise<unknown>): Promise<T> {
  try {
    const said = await Promise.race([ask(), aborted(signal)]);
    return answer.parse(typeof said === 'string' ? JSON.parse(said) : said);
  } catch (cause) {
    throw new ModelFault('The model gave no usable answer', { cause });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
