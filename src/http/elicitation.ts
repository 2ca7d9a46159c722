import { createHmac } from 'node:crypto';
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpRequestContext,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { canonicalJson } from '../domain/canonical-json.ts';
import { Refusal, refusalText } from '../domain/errors.ts';
import { type Answer, callTool } from '../tools/catalog.ts';
import type { OpenContext, Tool } from '../tools/define-tool.ts';

/** A question to the user before something is deleted: a form of the client, which sends the call again with the reply. Nothing is kept in between. */

/** A call as its state is bound to it. `args` are as the client sent them. */
export type BoundCall = { tool: Tool | undefined; args: unknown; context: OpenContext };
/** The same with the tool found, and the protocol era it is served in. */
export type AskingCall = BoundCall & { tool: Tool; era: McpRequestContext['era'] };

type State = 'asked' | 'expired';

const STATE_SECONDS = 600;
const QUESTION = 'confirm';
const FORM = {
  type: 'object' as const,
  properties: { confirm: { type: 'boolean' as const, title: 'Delete for good', default: false } },
  required: ['confirm'],
};

/**
 * Goes on where an answer waits for a confirmation: asks in a form, or acts on the reply. Any other answer, and that of a client without forms, stays as it is.
 * A reply counts only with a state of ours, so that a call cannot confirm itself.
 */
export async function confirmByForm(
  answer: Answer,
  call: AskingCall,
  ctx: ServerContext,
): Promise<Answer | InputRequiredResult> {
  if (!answer.ok || !answer.question || !showsForms(call, ctx)) return answer;
  const state = ctx.mcpReq.requestState<State>();
  const reply = inputResponse(ctx.mcpReq.inputResponses, QUESTION);
  if (state === 'expired') return expired();
  if (state === undefined || reply.kind !== 'elicit') {
    const form = inputRequired.elicit({ message: answer.question.message, requestedSchema: FORM });
    return inputRequired({ inputRequests: { [QUESTION]: form }, requestState: await sealOf(call).mint('asked', ctx) });
  }
  const confirmed = reply.action === 'accept' && reply.content?.confirm === true;
  if (!confirmed) return { ...answer, text: answer.question.declined };
  return callTool(call.tool, Object.assign({}, call.args, { confirm: true }), call.context);
}

/**
 * What an echoed state says. An expired one is the user's own, answered late: that call gets a sentence.
 * @throws for a forged state or one of another call, caller or tool; the SDK answers it with the protocol's -32602.
 */
export function readState(state: string, call: BoundCall, ctx: ServerContext): Promise<State> {
  return sealOf(call)
    .verify(state, ctx)
    .catch((error: Error) => {
      if (error.message === 'expired') return 'expired';
      throw error;
    });
}

/** Its key is derived, so that nothing else signed with the secret can be passed off as a state. */
function sealOf({ tool, args, context: { caller, env } }: BoundCall) {
  const key = createHmac('sha256', env.SESSION_SECRET).update('mcp-request-state').digest();
  const bound = canonicalJson([caller?.workspaceId, caller?.credentialId, tool?.name, args]);
  return createRequestStateCodec<State>({ key, ttlSeconds: STATE_SECONDS, bind: () => bound });
}

/** Checked by the SDK before a handler is called, which its type does not tell. */
type Envelope = { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities };

/** An empty capability means forms; one that names only URLs does not. Earlier eras have no way to ask without a session. */
function showsForms({ era }: AskingCall, { mcpReq }: ServerContext): boolean {
  const elicitation = (mcpReq.envelope as Envelope | undefined)?.[CLIENT_CAPABILITIES_META_KEY]?.elicitation;
  return era === 'modern' && elicitation !== undefined && (elicitation.form !== undefined || !elicitation.url);
}

function expired(): Answer {
  const hint = 'Nothing was deleted. Call again to ask the user once more.';
  const refusal = new Refusal('INVALID_ARGUMENT', 'The confirmation came after more than 10 minutes', hint);
  return { ok: false, code: refusal.code, text: refusalText(refusal), details: {} };
}
