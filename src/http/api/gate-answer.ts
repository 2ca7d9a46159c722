import * as z from 'zod';
import { Refusal } from '../../domain/errors.ts';
import { printMarkdown } from '../../domain/formats/print-markdown.ts';
import { type GateAnswer, type GateCriteria, gate } from '../../domain/gate.ts';
import { gateJunit, gateMarkdown } from '../../domain/gate-text.ts';
import type { AgentRpc } from '../../env.ts';
import { toWire, WireRun } from '../../tools/wire-run.ts';
import { ofRun } from './find-run.ts';
import { problem } from './problem.ts';
import { type Answers, json } from './route.ts';

/** What a CI job asks at its end, whoever it is and in whatever form it wants to hear it. The status says the same in all of them. */

/** Results arrive while the job waits, so that it is to ask again soon. */
const ASK_AGAIN_SECONDS = 5;
const GATE_FAILED_STATUS = 422;

/** A number in a query. */
function numeric(range: { min: number; max: number }, description: string) {
  const error = `must be a number from ${range.min} to ${range.max}`;
  return z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, { error })
    .transform(Number)
    .refine((value) => value >= range.min && value <= range.max, { error })
    .optional()
    .meta({ description, type: 'number', minimum: range.min, maximum: range.max });
}

export const GateCriteriaQuery = z.object({
  min_aqs: numeric({ min: 0, max: 100 }, 'Lowest quality score (AQS).'),
  min_pass_rate: numeric({ min: 0, max: 1 }, 'Lowest share of decided results that passed, 0 to 1.'),
  max_regressions: numeric({ min: 0, max: 1e6 }, 'Cases that passed in the baseline and do not pass now.'),
  max_pending: numeric({ min: 0, max: 1e6 }, 'Results that nobody decided.'),
  baseline: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .meta({ description: 'A branch: its newest completed run is what this one is compared with.' }),
});
type Criteria = z.infer<typeof GateCriteriaQuery>;

export const GateAnswered = z
  .object({
    passed: z.boolean(),
    run: WireRun,
    baseline_run_id: z.string().nullable(),
    checks: z.array(z.object({ name: z.string(), wanted: z.string(), actual: z.string(), passed: z.boolean() })),
  })
  .meta({ id: 'Gate' });

export const GATE_FORMS = ['json', 'md', 'xml'] as const;
export type GateForm = (typeof GATE_FORMS)[number];
const TYPES = { json: 'application/json', md: 'text/markdown', xml: 'application/xml' } as const;
const PROBLEM = 'application/problem+json';

/** How a gate answers in one of its forms. */
export function gateAnswers(form: GateForm): Answers[] {
  const said = form === 'json' ? { schema: GateAnswered } : { type: TYPES[form] };
  return [
    { status: 200, description: 'Good enough', ...said },
    { status: 422, description: 'Not good enough, with the reasons', type: form === 'json' ? PROBLEM : TYPES[form] },
    { status: 503, description: 'The run is not over; ask again', type: PROBLEM },
  ];
}

/** `job`: the CI job that asks, where it may ask for its own runs only. */
type Asked = { runId: string; criteria: Criteria; form: GateForm; baseUrl: string; job?: string | null };

/** @throws Refusal RUN_NOT_FINISHED, NOT_FOUND */
export async function answerGate(
  agent: AgentRpc,
  { runId, criteria, form, baseUrl, job = null }: Asked,
): Promise<Response> {
  const view = ofRun(await agent.viewGate({ runId, baseline: criteria.baseline ?? null, job }));
  const answer = gate(view, criteriaOf(criteria));
  if (answer.outcome === 'open') throw notOver(view.run.counts.total, view.run.expected_total);
  const run = toWire(view.run, baseUrl);
  const status = answer.outcome === 'failed' ? GATE_FAILED_STATUS : 200;
  if (form === 'xml') return text(gateJunit(answer), { status, form });
  if (form === 'md') {
    const report = ofRun(await agent.readReport(runId));
    return text(`${gateMarkdown(answer)}${printMarkdown(report, run.url)}`, { status, form });
  }
  if (answer.outcome === 'failed') return gateFailed(answer);
  return json({ passed: true, run, baseline_run_id: view.baseline?.id ?? null, checks: answer.checks });
}

function text(body: string, { status, form }: { status: number; form: GateForm }): Response {
  return new Response(body, { status, headers: { 'Content-Type': `${TYPES[form]}; charset=utf-8` } });
}

function criteriaOf(query: Criteria): GateCriteria {
  return {
    minAqs: query.min_aqs ?? null,
    minPassRate: query.min_pass_rate ?? null,
    maxRegressions: query.max_regressions ?? null,
    maxPending: query.max_pending ?? null,
  };
}

function notOver(total: number, expected: number | undefined): Refusal {
  const stand = expected === undefined ? `${total} results so far` : `${total} of ${expected} results`;
  const hint = `Ask again in ${ASK_AGAIN_SECONDS} seconds.`;
  return new Refusal('RUN_NOT_FINISHED', `The run is not over: ${stand}`, hint, { retry_after: ASK_AGAIN_SECONDS });
}

function gateFailed({ reasons, checks }: GateAnswer): Response {
  const failed = checks.filter(({ passed }) => !passed).length;
  const sentence = `The gate is closed: ${failed} of ${checks.length} checks failed. ${reasons.join(' ')}`;
  return problem({ code: 'GATE_FAILED', text: sentence, details: { problems: reasons } });
}
