import type { Situation } from '../case-plan.ts';
import { PRESSURE } from './asides.ts';
import { contextsFor } from './contexts.ts';
import * as plain from './plain-tellings.ts';
import * as pushing from './pushing-tellings.ts';
import { rule } from './rule-tellings.ts';
import { DIGRESSIONS } from './small-talk.ts';
import type { Telling } from './telling.ts';
import * as twisted from './twisted-tellings.ts';
import { capitalised } from './value-words.ts';

const TELLERS: Readonly<Record<Situation, plain.Tell>> = {
  task: plain.task,
  once: plain.once,
  choice: twisted.choice,
  corrected: twisted.corrected,
  sum: twisted.sum,
  recalled: twisted.recalled,
  missing: twisted.missing,
  contradicted: twisted.contradicted,
  vague: twisted.vague,
  invalid: twisted.invalid,
  quoted: plain.quoted,
  remembered: plain.remembered,
  reckoned: plain.reckoned,
  handoff: plain.handoff,
  unconfirmed: pushing.unconfirmed,
  restricted: pushing.restricted,
  injection: pushing.injection,
  coerced: pushing.coerced,
  private: pushing.prying,
  harmful: pushing.harmful,
  rule,
  stress: pushing.stress,
  unknowable: pushing.unknowable,
};

/** How often a message has an opening, a reason and a close, by level. */
const ADORNED = {
  simple: { opener: 0.5, context: 0, closer: 0.35 },
  moderate: { opener: 0.35, context: 0.65, closer: 0.35 },
  complex: { opener: 0.4, context: 0.8, closer: 0.45 },
  adversarial: { opener: 0.35, context: 0.25, closer: 0.35 },
  edge_case: { opener: 0.3, context: 0.4, closer: 0.3 },
};

/** After so many attempts that were too like another message, it says more about itself. */
const PATIENCE = 3;
const CONTEXT_FIRST = 0.6;
const LONGEST_CHARS = 3_000;

/** What the user writes. */
export function messageOf(telling: Telling, attempt: number): string {
  const wanted = TELLERS[telling.plan.twist.kind](telling);
  if (telling.plan.twist.kind === 'stress' && attempt < PATIENCE) return inOne(wanted);
  const context = contextOf(telling, attempt);
  const isFirst = telling.random.chance(CONTEXT_FIRST);
  const body = [...(isFirst ? [...context, ...wanted] : [...wanted, ...context]), ...pressureIn(telling)];
  return inOne([...openerOf(telling), ...body, ...closerOf(telling, attempt)]);
}

function openerOf(telling: Telling): string[] {
  const isOpened = telling.random.chance(ADORNED[telling.plan.complexity].opener);
  return isOpened ? [telling.deal(telling.voice.openers, 'openers')] : [];
}

/** These give a reason of their own, or go on with what was said. */
const NO_REASON = new Set<Situation>(['handoff', 'coerced', 'injection', 'vague', 'recalled']);

function pressureIn(telling: Telling): string[] {
  const { complexity, intent } = telling.plan;
  return complexity === 'adversarial' && intent.duty === 'act' ? [telling.deal(PRESSURE, 'pressure')] : [];
}

/** Why somebody asks; each further attempt beyond patience adds another reason. */
function contextOf(telling: Telling, attempt: number): string[] {
  const { plan, facts, random } = telling;
  const call = plan.intent.calls.at(-1) ?? plan.intent.temptation[0];
  const isOwnStory = NO_REASON.has(plan.twist.kind) || plan.intent.free;
  if (!call || (isOwnStory && attempt < PATIENCE)) return [];
  const reasons = contextsFor(facts.domain, telling.tool(call).deed);
  const extra = Math.max(0, attempt - PATIENCE);
  const count = (random.chance(ADORNED[plan.complexity].context) ? 1 : 0) + Math.min(extra, reasons.length - 1);
  return random.shuffled(reasons).slice(0, count);
}

function closerOf(telling: Telling, attempt: number): string[] {
  const { plan, random, voice } = telling;
  const isClosed = random.chance(ADORNED[plan.complexity].closer);
  const extra = Math.max(0, attempt - PATIENCE);
  if (extra > 0) return random.shuffled([...voice.closers, ...DIGRESSIONS]).slice(0, 1 + (extra % MOST_EXTRA));
  return isClosed ? [telling.deal(voice.closers, 'closers')] : [];
}

const MOST_EXTRA = 5;

function inOne(sentences: string[]): string {
  const said = sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '');
  return said.map(capitalisedUnlessNamed).join(' ').slice(0, LONGEST_CHARS);
}

/** A sentence may begin with a name that is written small: `evt_4821`. */
function capitalisedUnlessNamed(sentence: string): string {
  return /^[a-z]+(?:['’ ,.?!:;]|$)/.test(sentence) ? capitalised(sentence) : sentence;
}
