import * as z from 'zod';
import { Refusal } from '../../domain/errors.ts';
import { AGENT_NAME, Source } from '../../domain/fields.ts';
import { asSent } from '../../domain/redaction/as-sent.ts';
import { RunResult } from '../../domain/result.ts';
import { MAX_EXPECTED_TOTAL, MIN_EXPECTED_TOTAL } from '../../domain/run-state.ts';
import { ReviewerVerdict } from '../../domain/verdict/reviewed.ts';
import { askAgent } from '../../tools/agent-access.ts';
import { rulesOfNewRun } from '../../tools/run-rules.ts';
import { getTestRun, listTestRuns } from '../../tools/runs.ts';
import { syncResults } from '../../tools/sync-results.ts';
import { toWire, WireRun } from '../../tools/wire-run.ts';
import { agentOfRun, objectOfRun, ofRun } from './find-run.ts';
import { streamedResults } from './result-stream.ts';
import { type ApiContext, json, ownRoute, type Route } from './route.ts';
import { toolRoute } from './tool-route.ts';

const names = { name: 'agent_name', id: 'test_run_id' };

export const AgentQuery = z.object({
  agent: asSent(
    z.string().regex(AGENT_NAME).optional().meta({
      description: 'Name of the agent. Without it the run is looked up, which finds it some seconds after its birth.',
    }),
  ),
});
const RunId = z.object({
  id: z.string().meta({ description: 'Id of the run, or the first 8 or more of its hex digits.' }),
});
const OfAgent = RunId.extend({ name: z.string().meta({ description: 'Exact name of the agent.' }) });

const NewRun = z
  .strictObject({
    name: z.string().max(200).optional(),
    source: Source.optional(),
    expected_total: z.int().min(MIN_EXPECTED_TOTAL).max(MAX_EXPECTED_TOTAL).optional(),
    external_key: asSent(
      z.string().min(1).max(300).optional().meta({ description: 'Names the job: the same key again is the same run.' }),
    ),
    branch: z.string().max(300).optional(),
    commit: z.string().max(100).optional(),
  })
  .meta({ id: 'NewRun' });

export const Run = WireRun.meta({ id: 'Run' });
const ended = [{ status: 200, description: 'The run as it is now', schema: Run }];

export const RUN_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ method: 'POST', path: '/v1/agents/{name}/runs', id: 'createRun', tag: 'Runs', access: 'ingest' },
    summary: 'Make a run that results can be streamed into',
    idempotent: true,
    body: NewRun,
    answers: [{ status: 201, description: 'The run', schema: Run }],
    run: async ({ params, body }, context) => {
      const ci = {
        externalKey: body.external_key ?? null,
        branch: body.branch ?? null,
        commit: body.commit ?? null,
      };
      const { env, caller, now } = context;
      const rules = await rulesOfNewRun(env, { workspaceId: caller.workspaceId, now });
      const { run } = await askAgent(context, String(params.name), (agent) =>
        agent.ingest({
          ...{ ci, rules, runId: null, shard: null, items: [], last: false, refused: 0 },
          ...{ name: body.name ?? null, source: body.source ?? 'api', expectedTotal: body.expected_total ?? null },
        }),
      );
      return json(toWire(run, context.baseUrl), 201);
    },
  }),
  toolRoute({
    ...{ method: 'POST', path: '/v1/agents/{name}/results', id: 'syncResults', tag: 'Runs', access: 'ingest' },
    summary: 'Make a run of one batch of results',
    ...{ tool: syncResults, names, plain: { results: z.array(RunResult) } },
  }),
  streamedResults,
  ownRoute({
    ...{ method: 'POST', path: '/v1/agents/{name}/runs/{id}/finish', id: 'finishRun', tag: 'Runs', access: 'ingest' },
    summary: 'End a run; what it holds stands',
    params: OfAgent,
    answers: ended,
    run: ({ params }, context) => endRun(params, context, 'finish'),
  }),
  ownRoute({
    ...{ method: 'POST', path: '/v1/agents/{name}/runs/{id}/cancel', id: 'cancelRun', tag: 'Runs', access: 'ingest' },
    summary: 'Cancel a run; nothing more is accepted',
    params: OfAgent,
    answers: ended,
    run: ({ params }, context) => endRun(params, context, 'cancel'),
  }),
  ownRoute({
    ...{ method: 'DELETE', path: '/v1/agents/{name}/runs/{id}', id: 'deleteRun', tag: 'Runs', access: 'write' },
    summary: 'Delete a run with its results',
    params: OfAgent,
    answers: [{ status: 200, description: 'What was deleted', schema: z.object({ deleted: z.string() }) }],
    run: async ({ params }, context) => {
      const actor = context.caller.email || context.caller.credentialId;
      const { id } = await askAgent(context, params.name, (agent) => agent.removeRun({ runId: params.id, actor }));
      return json({ deleted: id });
    },
  }),
  toolRoute({
    ...{ method: 'GET', path: '/v1/agents/{name}/runs', id: 'listAgentRuns', tag: 'Runs', access: 'read' },
    summary: 'Runs of an agent, newest first',
    ...{ tool: listTestRuns, names },
  }),
  ownRoute({
    ...{ method: 'GET', path: '/v1/runs/{id}', id: 'getRun', tag: 'Runs', access: 'read' },
    summary: 'One run with its counts and its score',
    params: RunId,
    query: AgentQuery,
    answers: [
      {
        ...{ status: 200, description: 'The run' },
        schema: Run.extend({
          agent_id: z.string(),
          score: z.int().nullable(),
          score_low: z.int().nullable(),
          score_high: z.int().nullable(),
        }),
      },
    ],
    run: async ({ params, query }, context) => {
      const object = await objectOfRun(context, params.id, query.agent);
      const [view, gate] = await Promise.all([
        object.viewRun(params.id),
        object.viewGate({ runId: params.id, baseline: null }),
      ]);
      const { agentId, run } = ofRun(view);
      const { score } = ofRun(gate);
      const figures = { score: score?.value ?? null, score_low: score?.low ?? null, score_high: score?.high ?? null };
      return json({ agent_id: agentId, ...toWire(run, context.baseUrl), ...figures });
    },
  }),
  toolRoute({
    ...{ method: 'GET', path: '/v1/runs/{id}/results', id: 'getRunResults', tag: 'Runs', access: 'read' },
    summary: 'Results of a run with their verdicts, in the order of their cases',
    ...{ tool: getTestRun, names, asked: AgentQuery.shape, hidden: ['agent_name'] },
    lookUp: async ({ params, query }, context) => ({
      agent_name: await agentOfRun(context, params.id ?? '', query.agent),
    }),
  }),
  ownRoute({
    ...{
      method: 'PATCH',
      path: '/v1/runs/{id}/results/{key}/verdict',
      id: 'reviewResult',
      tag: 'Runs',
      access: 'write',
    },
    summary: "Put a person's verdict in the place of the one that stands",
    params: RunId.extend({ key: z.string().meta({ description: '`{case_id}.{trial}`' }) }),
    query: AgentQuery,
    body: ReviewerVerdict.omit({ reviewer: true }).extend({ comment: ReviewerVerdict.shape.comment.default('') }),
    answers: ended,
    run: async ({ params, query, body }, context) => {
      const [, caseId = '', trial = ''] = /^(\w{1,80})\.(\d{1,4})$/.exec(params.key) ?? [];
      if (caseId === '')
        throw new Refusal('INVALID_ARGUMENT', 'A result is named {case_id}.{trial}', 'For example sc_0123_1.1.');
      const object = await objectOfRun(context, params.id, query.agent);
      const review = { ...body, reviewer: context.caller.email || context.caller.credentialId };
      const call = { runId: params.id, caseId, trial: Number(trial), attempt: null, review };
      return json(toWire(ofRun(await object.reviewResult(call)), context.baseUrl));
    },
  }),
];

async function endRun(
  { name, id }: z.infer<typeof OfAgent>,
  context: ApiContext,
  how: 'finish' | 'cancel',
): Promise<Response> {
  const run = await askAgent(context, name, (agent) => agent.endRun({ how, runId: id }));
  return json(toWire(run, context.baseUrl));
}
