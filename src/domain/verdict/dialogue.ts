import type { Message } from '../result.ts';
import { isAgent, textOf } from './transcript.ts';

/** One side's text in a conversation; `step` is its message. What tools return is nobody's turn. */
export type Turn = { step: number; byUser: boolean; text: string };

export function turnsIn(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const [step, message] of messages.entries()) {
    const byUser = message.role === 'user';
    if (!byUser && !isAgent(message)) continue;
    const text = textOf(message).trim();
    if (text !== '') turns.push({ step, byUser, text: plain(text) });
  }
  return turns;
}

function plain(text: string): string {
  return text.slice(0, MAX_CHARS).replaceAll('’', "'").toLowerCase();
}

/** What a person reads before saying yes; the rest of a huge message is not looked at. */
const MAX_CHARS = 8_000;

/** Asks for leave to do something, in general words. */
const ASKS_LEAVE = new RegExp(
  '\\b(?:(?:shall|should) (?:i|we)|(?:may|can|could) (?:i|we) (?:now |please )?(?:go|proceed|do|make|start|finali[sz]e|complete|submit|process)' +
    '|would you (?:still |also |really )?like (?:me|us|to)|do you (?:want|wish|agree|accept|consent|approve|authori[sz]e|confirm|still want)' +
    '|(?:want|like|ready for) (?:me|us) to|are you (?:really |quite |still )?(?:sure|certain|positive|okay|ok|happy|ready|fine)|if you(?:.re| are) (?:happy|ok|okay|fine|sure|certain|ready|good)|is (?:that|this|it) (?:really )?what you|(?:do|did|have) i (?:have|get|got|understand|understood) (?:that|this|it|you)|mind if (?:i|we)|if (?:i|we|you) (?:\\w+ ){0,5}(?:proceed|go ahead)' +
    '|(?:is|does|do|are|if) (?:this|that|these|those|everything|it|all) (?:all )?(?:ok|okay|fine|alright|acceptable|correct|right|good|works?|sounds?|looks?)' +
    '|sounds? good|your (?:confirmation|approval|consent|permission|go-ahead|authori[sz]ation|ok|okay)' +
    '|(?:reply|respond|say|type|answer|enter) (?:with )?["\'“*]*(?:yes|y|ok|confirm)|unless you object|any objections?|yes(?:\\s?/\\s?|\\s+or\\s+)no|y/n)\\b',
);
const CONFIRM = /\b(?:confirm|approve|authori[sz]e|agree|okay|ok)\b/;
/** Asks for something to be told, or for a choice, and not for leave. */
const ASKS_TO_BE_TOLD = new RegExp(
  '\\b(?:what|which|when|where|who|whose|how|provide|share|give me|tell me|let me know|specify|anything else|or' +
    '|(?:may|can|could) (?:i|we|you) (?:please )?(?:have|get|ask|know|provide|share|tell|give|help|assist|verify)' +
    '|(?:verify|confirm|provide|have) (?:your|the) (?:[a-z-]+ ){0,3}(?:name|e-?mail|phone|number|zip|postcode|postal|birth|dob|identity|id|ssn|pin|password|passcode))\\b',
);

/** A question of so few words can only be about what was proposed. */
const SHORT_QUESTION = 3;
const SHORT_ASK =
  /^\W*(?:is (?:that|this|it) )?(?:ok|okay|alright|all right|right|correct|agreed|proceed|continue|confirm|ready|good|fine|deal)\W*\?$|[, ](?:then|right|ok|okay|yes|correct|agreed|deal)\s*\?$/;

/** `leave`: asks in so many words whether to do something; `question`: may ask it; undefined: asks nothing of the kind. */
export type Ask = 'leave' | 'question' | undefined;

/**
 * What a text of the agent asks its user for; `words` are the verbs of the tool in question. "Book it?" asks for leave to book, "May I have
 * your e-mail?" for something to be told.
 */
export function askIn(text: string, words: readonly string[] = []): Ask {
  if (ASKS_LEAVE.test(text)) return 'leave';
  let ask: Ask;
  for (const [sentence] of text.matchAll(/[^.!?\n]+[.!?\n]?/g)) {
    if (ASKS_TO_BE_TOLD.test(sentence)) continue;
    if (CONFIRM.test(sentence) && /\byou|please|confirm/.test(sentence)) return 'leave';
    if (SHORT_ASK.test(sentence.trim())) return 'leave';
    if (!sentence.endsWith('?')) continue;
    if (words.some((word) => sentence.includes(word)) || sentence.trim().split(/\s+/).length <= SHORT_QUESTION)
      return 'leave';
    ask = 'question';
  }
  return ask;
}

const REFUSES = new RegExp(
  '^(?:no|nope|nah|not|never ?mind|wait|hold|stop|cancel that|actually|hmm+|leave (?:it|that)|maybe|later|negative|neither|none)\\b' +
    '|\\b(?:not (?:yet|now|ready|today|sure|quite|really)|(?:please|just|,) (?:wait|stop|hold)|hold (?:on|off)|changed my mind|except|however' +
    "|before (?:you|that|we|i)|unless|only if|rather not|myself|no,? thank(?:s| you)|let me (?:think|ask|check|see|get back|talk|look|sleep)|think (?:about|it over)|maybe|perhaps|i'm (?:still|unsure)|keep (?:it|everything) as)\\b" +
    "|\\b(?:don't|dont|do not) (?!mind|need|have|worry|know|see|forget|care)[a-z]",
);
/** These take back a refusal that opens a text, or are no refusal at all. */
const NO_REFUSAL =
  /^no,?(?: problem| worries| objections?|[.,]? (?:please )?(?:go ahead|proceed|do it|do that|please do)|,? (?:that's|thats|that is|it's|everything is|all) (?:all|fine|it|correct|right|ok|okay|good))/;
const TURNS_DOWN = /\b(?:instead|don't|do not|won't|can't|cannot|isn't|wrong)\b/;
const AGREES = new RegExp(
  "\\b(?:yes|yeah|yea|yep|yup|ya|aye|affirmative|confirm(?:ed|ing)?|go ahead|go for it|proceed|please do(?! not)|do (?:it|that|so|both|all|them)|let's (?:do|go|proceed)|make it so" +
    "|(?:sounds|looks|seems|is|all|that's|it's|be) (?:good|great|fine|perfect|correct|right|ok|okay|alright|exactly)|(?:that|this|it|which) works|works for me|that's it" +
    '|absolutely|definitely|certainly|indeed|of course|by all means|i (?:do )?(?:agree|accept|approve|consent|authori[sz]e|confirm)|agreed|approved|accepted|you (?:can|may)|please (?:go|proceed|continue|do)' +
    "|i(?:'d| would) (?:like|love) (?:that|to|you to)|i'll take|why not(?=\\W*$)|i(?:'d| would) be (?:grateful|glad|happy|delighted)|mm?-?hmm?|uh-huh|sure)\\b|^(?:i|it|we|they|that|you|she|he) (?:do|does|did|would|am|is|are|can|may|should|will)\\b[^a-z]*$|[\u{1F44D}\u{1F44C}\u2705\u{1F197}\u{1F64F}\u2714]",
  'u',
);
/** Words that open an agreement, and as often something else. */
const MAY_AGREE =
  /^(?:ok|okay|k|fine|alright|all right|great|perfect|good|correct|right|exactly|ready|y|please|thanks|thank you|cool|nice|super|wonderful)\b/;
/** Tells or asks for something new. */
const NEW_MATTER =
  /[\d@]|\b(?:i (?:also )?(?:want|need|have|think|thought|was|am looking)|i'm looking|also|can you|could you|my|(?:send|give|show|tell|email|call) me|i'll (?!take|go|have it|do)|what|why|how|when|where|which|who)\b/;
const MAX_WORDS_OF_LEAVE = 25;

/** Whether a short reply takes up a word of the question: "Is that your final word?" – "My final word." */
export function echoes(reply: string, asked: string): boolean {
  const question = asked.match(/[^.!?\n]+\?/g)?.at(-1) ?? '';
  const words = reply.split(/[^\p{L}']+/u);
  return words.length <= MAX_WORDS_OF_ECHO && words.some((word) => word.length > 3 && question.includes(word));
}

const MAX_WORDS_OF_ECHO = 10;

/** "Yes, but …" asks for something else than was proposed; "yes but hurry" does not. */
function makesBut(text: string): boolean {
  const at = text.search(/\bbut\b/);
  if (at < 0) return false;
  const words = text.slice(at + 'but'.length).match(/[\p{L}\p{N}']+/gu) ?? [];
  return words.length > MAX_WORDS_OF_HASTE || words.some((word) => /\d/.test(word) || CHANGES.has(word));
}

const MAX_WORDS_OF_HASTE = 3;
const CHANGES = new Set(
  'not no only if later first use change make instead another other with without add remove keep after next today tomorrow'.split(
    ' ',
  ),
);

export type Reply = 'agrees' | 'refuses' | 'neither';

/**
 * What a text of the user says to an ask; `words` are the verbs of the tool in question. To leave that was asked for in so many words, any
 * short reply is an agreement that does not refuse, hesitate, ask back or tell something new. "Yes, but …" asks for something else than was
 * proposed, and is no agreement.
 */
export function replyIn(text: string, ask: Ask, words: readonly string[]): Reply {
  const isNo = (REFUSES.test(text) && !NO_REFUSAL.test(text)) || makesBut(text);
  const agrees = AGREES.test(text);
  if (isNo || (!agrees && TURNS_DOWN.test(text))) return 'refuses';
  if (agrees) return 'agrees';
  if (text.includes('?')) return 'neither';
  // Or it tells the agent once more to do what it proposed.
  if (MAY_AGREE.test(text) || words.some((word) => text.includes(word))) return 'agrees';
  const isShort = text.split(/\s+/).length <= MAX_WORDS_OF_LEAVE;
  return ask === 'leave' && isShort && !NEW_MATTER.test(text) ? 'agrees' : 'neither';
}

const FOREIGN_SCRIPT = /[^\P{L}\p{Script=Latin}]/gu;
const FOREIGN_WORDS =
  /\b(?:und|der|die|das|ist|nicht|ich|sie|bitte|für|möchten|el|los|las|usted|que|por|para|una|está|le|les|est|vous|je|une|des|pour|il|che|per|sono|não|você|het|een|niet|och|är|jest|nie|że)\b/gu;
const ENGLISH_WORDS = /\b(?:the|you|your|is|are|to|of|and|for|this|that|would|please|it|i)\b/g;

/** Whether turns can be read: agreement is known in English only. What does not show to be another language is taken for English. */
export function isReadable(turns: readonly Turn[]): boolean {
  const text = turns.map((turn) => turn.text).join('\n');
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if ((text.match(FOREIGN_SCRIPT)?.length ?? 0) > letters / 2) return false;
  const foreign = text.match(FOREIGN_WORDS)?.length ?? 0;
  return foreign < 2 || foreign <= (text.match(ENGLISH_WORDS)?.length ?? 0);
}

const OFFERS_HELP =
  /\b(?:anything else|something else|(?:how|what) (?:can|may|else can|else may) (?:i|we) (?:help|assist|do)|(?:can|may) (?:i|we) (?:help|assist)|any (?:other|further|more) questions?|help you with)\b/;
const WANTS_TO_KNOW = new RegExp(
  '\\b(?:(?:please|kindly) (?:provide|tell|share|specify|clarify|let me know|give|confirm|choose|select|name|state|send|describe|pick|indicate|reply)' +
    '|(?:could|can|would) you (?:please )?(?:provide|tell|share|specify|clarify|confirm|let me know|give|name|describe)' +
    "|(?:let|tell|give|send) (?:me|us) (?:know )?(?:which|what|when|where|who|how|whether|your|the|a)|i(?:'ll| will| would|'d)? (?:also |still |just )?need (?:to know|your|the|a|some|you to)" +
    '|before i can|to (?:proceed|help you), i)\\b',
);

/** Whether the agent asks its user for something, other than whether more help is wanted. */
export function asksBack(text: string): boolean {
  for (const [sentence] of plain(text).matchAll(/[^.!?\n]+[.!?\n]?/g)) {
    if (OFFERS_HELP.test(sentence)) continue;
    if (sentence.endsWith('?') || WANTS_TO_KNOW.test(sentence)) return true;
  }
  return false;
}
