import type { Message } from '../../result.ts';
import { isCrash, isUnreachable, saysTimeout } from '../failure-text.ts';
import type { Deviates, Ruling } from '../ruling.ts';
import type { Scene } from '../scene.ts';
import { type Classification, SEEN } from '../taxonomy.ts';
import { textOf } from '../transcript.ts';
import { clip } from '../wording.ts';

const REASON_CHARS = 300;

/** Rule 2: the run of the case broke off; that says nothing about the agent's behaviour. */
export function crashed(scene: Scene): Ruling | undefined {
  return byMessage(scene) ?? byStopReason(scene) ?? byTranscript(scene);
}

/** With `passed: false` the message is a reason for that verdict, and no error. */
function byMessage(scene: Scene): Deviates | undefined {
  const message = scene.result.error_message?.trim();
  if (!message || scene.result.passed === false) return undefined;
  const reason = `The run of the case ended in an error: ${clip(message, REASON_CHARS)}`;
  const seen = saysTimeout(message) ? SEEN.timeout : SEEN.crash;
  const ruling = broken(scene, { reason, seen, quote: message });
  return isUnreachable(message) ? { ...ruling, agentFault: false } : ruling;
}

function byStopReason(scene: Scene): Deviates | undefined {
  if (scene.result.stop_reason !== 'timeout') return undefined;
  return broken(scene, {
    reason: 'The conversation was stopped by a timeout (stop_reason).',
    seen: SEEN.timeout,
    quote: undefined,
  });
}

function byTranscript(scene: Scene): Deviates | undefined {
  const last = scene.messages.at(-1);
  const text = last ? crashText(last) : scene.result.agent_response;
  if (!isCrash(text)) return undefined;
  const reason = `The transcript ends in a crash: ${clip(text.trim(), REASON_CHARS)}`;
  return broken(scene, { reason, seen: SEEN.crash, quote: text });
}

function crashText(message: Message): string {
  return message.role === 'user' ? '' : textOf(message);
}

const QUOTE_CHARS = 500;

function broken(scene: Scene, what: { reason: string; seen: Classification; quote: string | undefined }): Deviates {
  const quote = what.quote === undefined ? { note: 'stop_reason: timeout' } : { quote: clip(what.quote, QUOTE_CHARS) };
  const evidence = [{ ...(scene.messages.length > 0 ? { step: scene.lastStep } : {}), ...quote }];
  return {
    outcome: 'deviates',
    status: 'error',
    rule: 'error',
    reason: what.reason,
    evidence,
    seen: what.seen,
    step: scene.lastStep,
  };
}
