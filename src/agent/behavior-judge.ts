import { judgeBrief } from '../domain/judge-brief.ts';
import { logLine } from '../domain/redaction/log-line.ts';
import type { RunResult } from '../domain/result.ts';
import type { CaseContent } from '../domain/scenario.ts';
import { Judgement, withJudgement } from '../domain/verdict/judgement.ts';
import type { JudgeInput } from '../domain/verdict/scene.ts';
import { hasSchema } from './agent-schema.ts';
import { selectAgent } from './catalogue.ts';
import type { Model } from './model.ts';
import { type DueResult, selectJudgeDue } from './result-rows.ts';
import { reviseVerdicts } from './revisions.ts';
import type { RunLogDeps } from './run-log.ts';
import type { Run } from './run-rows.ts';
import type { Wait } from './test-generator.ts';
import { deleteTimer, replaceTimer } from './timers.ts';

/** Results that one step asks about, all at once. */
const RESULTS_A_STEP = 8;
const STEP_MS = 25_000;
const MODEL_PATIENCE_MS = 20_000;
const GRACE_MS = 5_000;

export type BehaviorJudgeDeps = RunLogDeps & { model: Model | null; revised: (run: Run, now: number) => void };

/**
 * Decides free-text expectations with a model (rule 10), after the result was stored and answered for. One chance a result: where the model
 * gives no usable verdict, what the rules said stands.
 */
export class BehaviorJudge {
  readonly #deps: BehaviorJudgeDeps;
  /** How far a run has been looked through. */
  readonly #reached = new Map<number, DueResult>();

  constructor(deps: BehaviorJudgeDeps) {
    this.#deps = deps;
  }

  get isOn(): boolean {
    return this.#deps.model !== null;
  }

  /** Works on what waits in one run, as much as one step does. Never throws. */
  async step(seq: number, wait: Wait): Promise<void> {
    const { storage, model } = this.#deps;
    const { sql } = storage;
    const now = Date.now();
    replaceTimer(sql, { kind: 'judge', key: seq, at: now + STEP_MS + GRACE_MS });
    const whose = selectAgent(sql).id;
    const due = selectJudgeDue(sql, { runSeq: seq, after: this.#reached.get(seq), limit: RESULTS_A_STEP });
    const judged = await Promise.all(due.map((result) => wait(this.#ask(model, result), now + STEP_MS)));
    // Meanwhile the agent may have been deleted, and another one registered in its place.
    if (!hasSchema(sql) || selectAgent(sql).id !== whose) return;
    this.#settle(
      seq,
      due.map((result, at) => ({ result, judgement: judged[at] })),
    );
    this.#goOn(seq, due);
  }

  /** Results are looked through in order; at the end, once more from the beginning, for those that came meanwhile. */
  #goOn(seq: number, done: DueResult[]): void {
    const { sql } = this.#deps.storage;
    const last = done.length < RESULTS_A_STEP ? undefined : done.at(-1);
    if (last) this.#reached.set(seq, last);
    else this.#reached.delete(seq);
    const isMore = last !== undefined || selectJudgeDue(sql, { runSeq: seq, after: undefined, limit: 1 }).length > 0;
    if (isMore) replaceTimer(sql, { kind: 'judge', key: seq, at: Date.now() });
    else deleteTimer(sql, 'judge', seq);
  }

  async #ask(model: Model | null, { result, content }: DueResult): Promise<Judgement | undefined> {
    const expectedBehavior = content.expectations.expected_behavior ?? '';
    const brief = judgeBrief({ result, expectedBehavior }, crypto.randomUUID());
    if (!model || !brief) return undefined;
    try {
      const question = { name: 'judgement', answer: Judgement, ...brief };
      return await model.ask(question, AbortSignal.timeout(MODEL_PATIENCE_MS));
    } catch (cause) {
      console.warn(logLine({ level: 'warn', event: 'judge_failed', cause: String((cause as Error).cause) }));
      return undefined;
    }
  }

  #settle(seq: number, judged: { result: DueResult; judgement: Judgement | undefined }[]): void {
    const { cases, runs } = this.#deps;
    if (judged.length === 0) return;
    const tools = cases.tools(runs.get(seq).toolsVersion);
    const revised = reviseVerdicts(
      this.#deps,
      seq,
      judged.map(({ result, judgement }) => ({
        at: result,
        revise: (stored) =>
          stored.rule === 'judge_due' ? withJudgement(stored, judgement, judgeInput(result, tools)) : null,
      })),
    );
    if (revised) this.#deps.revised(revised, Date.now());
  }
}

function judgeInput({ result, content }: { result: RunResult; content: CaseContent }, tools: JudgeInput['tools']) {
  const { expectations, failure_category: targetCategory } = content;
  return { result, expectations, tools, ...(targetCategory ? { targetCategory } : {}) };
}
