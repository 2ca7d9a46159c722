import * as z from 'zod';

/** Caps of one `sync_results` call; over a cap is a refusal with the index, never a silent cut. */
export const MAX_RESULTS = 1000;
export const MAX_RESULT_BYTES = 256 * 1024;
export const MAX_TOOL_CALLS = 200;
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

/** One tool call as the runner saw it. `result`, `error` and `status` decide whether it had an effect. */
export const ToolCall = z.object({
  name: z.string(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
  status: z.enum(['ok', 'failed']).nullish(),
  started_at: z.union([z.string(), z.number()]).nullish(),
  duration_ms: z.number().nullish(),
});
export type ToolCall = z.infer<typeof ToolCall>;

/** One message of an OpenAI-style transcript; unknown keys are kept out, content may be text, parts or null. */
export const Message = z.object({
  role: z.string(),
  content: z.union([z.string(), z.array(z.unknown())]).nullish(),
  name: z.string().nullish(),
  tool_call_id: z.string().nullish(),
  tool_calls: z
    .array(
      z.object({
        id: z.string().nullish(),
        type: z.string().nullish(),
        function: z.object({ name: z.string(), arguments: z.unknown().optional() }),
      }),
    )
    .nullish(),
});
export type Message = z.infer<typeof Message>;

export const StopReason = z.enum(['completed', 'step_limit', 'timeout', 'cut_off']);

/** The result of one test case in one run, as a runner sends it. */
export const RunResult = z.object({
  scenario_id: z.string(),
  user_message: z.string(),
  agent_response: z.string(),
  tools_called: z.array(ToolCall).nullish(),
  passed: z.boolean().nullish(),
  notes: z.string().nullish(),
  latency_ms: z.number().min(0).nullish(),
  error_message: z.string().nullish(),
  result_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .nullish(),
  trial: z.int().min(1).max(1000).nullish(),
  attempt: z.int().min(1).max(100).nullish(),
  messages: z.array(Message).nullish(),
  stop_reason: StopReason.nullish(),
  trace: z.record(z.string(), z.unknown()).nullish(),
  usage: z
    .object({
      input_tokens: z.number().nullish(),
      output_tokens: z.number().nullish(),
      cost_usd: z.number().nullish(),
    })
    .nullish(),
});
export type RunResult = z.infer<typeof RunResult>;
