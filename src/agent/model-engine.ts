import { type RewrittenCase, RewrittenCases, reworded, rewritingBrief } from '../domain/generation/rewriting.ts';
import { SeenMessages } from '../domain/generation/similarity.ts';
import { logLine } from '../domain/redaction/log-line.ts';
import type { Model } from './model.ts';
import { type CaseSource, embeddedEngine, type TestEngine } from './test-engine.ts';

/** Less than a step of the alarm lasts: whatever the model does, the step ends with cases. */
const MODEL_PATIENCE_MS = 18_000;

/** Plans as the embedded engine does, so that coverage holds; a model words the messages. Where it does not help, the drafts stand. */
export function modelEngine(model: Model): TestEngine {
  return (request) => {
    const drafts = embeddedEngine(request);
    const seen = new SeenMessages(request.existing);
    const source: CaseSource = {
      async next(from, signal) {
        const written = await drafts.next(from, signal);
        if (written.length === 0) return written;
        const { blueprint, complexity } = request;
        const brief = rewritingBrief({ blueprint, complexity, drafts: written }, crypto.randomUUID());
        const words = await ask(model, brief, signal);
        return written.map((draft, at) => {
          const { content, problem } = reworded(draft, words[at], { blueprint, seen });
          if (problem && words.length > 0) note('model_case_dropped', problem);
          seen.add(content.user_message);
          return content;
        });
      },
    };
    return source;
  };
}

async function ask(
  model: Model,
  brief: { system: string; user: string },
  signal: AbortSignal,
): Promise<RewrittenCase[]> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(MODEL_PATIENCE_MS)]);
  try {
    const { cases } = await model.ask({ name: 'test_cases', answer: RewrittenCases, ...brief }, patience);
    return cases;
  } catch (cause) {
    note('model_failed', String((cause as Error).cause ?? cause));
    return [];
  }
}

function note(event: string, cause: string): void {
  console.warn(logLine({ level: 'warn', event, cause }));
}
