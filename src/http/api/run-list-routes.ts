import * as z from 'zod';
import { AGENT_NAME, Source } from '../../domain/fields.ts';
import { placeText, readPlace } from '../../domain/query.ts';
import { asSent } from '../../domain/redaction/as-sent.ts';
import type { RunComparison, ScoredRun } from '../../domain/run.ts';
import { RUN_OUTCOMES } from '../../domain/run-filter.ts';
import { selectRunsFiltered } from '../../store/run-list.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { toWire, WireRun } from '../../tools/wire-run.ts';
import { agentOfRun, objectOfRun, ofRun } from './find-run.ts';
import { json, ownRoute, type Route } from './route.ts';
import { AgentQuery } from './run-routes.ts';

/** Runs of the whole workspace, and two of them side by side. */

const Scored = WireRun.extend({ score: z.int().nullable() }).meta({ id: 'ScoredRun' });
const Time = z.iso.datetime({ offset: true }).optional();

const Filter = z.object({
  agent: asSent(z.string().regex(AGENT_NAME).optional().meta({ description: 'Only runs of this agent.' })),
  status: z.enum(RUN_OUTCOMES).optional().meta({ description: 'A state of the run, or what came of it.' }),
  source: Source.optional(),
  since: Time.meta({ description: 'Runs that began then or later, ISO 8601.' }),
  until: Time.meta({ description: 'Runs that began before, ISO 8601.' }),
  cursor: z
    .string()
    .regex(/^-?\d{1,15},[\w-]{1,64}$/)
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const Texts = z.array(z.string());
const Paths = z.array(Texts);
const Shift = z.object({ before: z.number(), after: z.number(), delta: z.number() }).nullable();
const Counts = z.record(z.string(), z.int());
const Compared = z
  .object({
    ...{ agent_id: z.string(), before: Scored, after: Scored, score_delta: z.number().nullable() },
    ...{ regressions: Texts, fixes: Texts, still_failing: Texts, added: Texts, removed: Texts },
    p_value: z.number().meta({ description: 'Chance that noise alone changes as many cases; small is telling.' }),
    categories: z.object({ before: Counts, after: Counts }),
    ...{ latency_ms: Shift, steps: Shift },
    changed_paths: z.array(z.object({ case_id: z.string(), lost: Paths, gained: Paths, distance: z.number() })),
    different_pins: Texts.meta({ description: 'Where not empty, the two were not judged against the same.' }),
    titles: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Comparison' });

export const RUN_LIST_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ method: 'GET', path: '/v1/runs', id: 'listRuns', tag: 'Runs', access: 'read' },
    summary: 'Runs of the workspace, newest first',
    description: 'Some seconds behind; a run is read as it is now with GET /v1/runs/{id}?agent=.',
    query: Filter,
    answers: [
      {
        ...{ status: 200, description: 'A page of runs' },
        schema: z.object({ runs: z.array(Scored), next_cursor: z.string().nullable() }),
      },
    ],
    run: async ({ query }, { env, caller, baseUrl }) => {
      const { agent, status = null, source = null, limit, cursor } = query;
      const wanted = {
        ...{ workspaceId: caller.workspaceId, agents: agent === undefined ? [] : [agent], status, source, limit },
        ...{ since: timeOf(query.since), until: timeOf(query.until) },
        after: readPlace({ after: cursor === undefined ? [] : [cursor] }).value,
      };
      const { runs, next } = await readD1(selectRunsFiltered(env.DB, wanted));
      return json({ runs: runs.map((run) => scored(run, baseUrl)), next_cursor: next && placeText(next) });
    },
  }),
  ownRoute({
    ...{ method: 'GET', path: '/v1/runs/compare', id: 'compareRuns', tag: 'Runs', access: 'read' },
    summary: 'What is different in run b from run a, and whether it is more than noise',
    query: AgentQuery.extend({
      a: z.string().min(1).meta({ description: 'Id of the run before.' }),
      b: z.string().min(1).meta({ description: 'Id of the run after, of the same agent.' }),
    }),
    answers: [{ status: 200, description: 'The comparison', schema: Compared }],
    run: async ({ query: { a, b, agent } }, context) => {
      const object = await objectOfRun(context, a, agent ?? (await agentOfRun(context, a)));
      return json(wireComparison(ofRun(await object.compareRuns(a, b)), context.baseUrl));
    },
  }),
];

function timeOf(text: string | undefined): number | null {
  return text === undefined ? null : Date.parse(text);
}

function scored({ run, score }: ScoredRun, baseUrl: string) {
  return { ...toWire(run, baseUrl), score };
}

function wireComparison({ agentId, before, after, comparison, titles }: RunComparison, baseUrl: string) {
  const { scoreDelta, stillFailing, pValue, latencyMs, changedPaths, differentPins, ...rest } = comparison;
  return {
    ...{ agent_id: agentId, before: scored(before, baseUrl), after: scored(after, baseUrl), ...rest, titles },
    ...{ score_delta: scoreDelta, still_failing: stillFailing, p_value: pValue, latency_ms: latencyMs },
    changed_paths: changedPaths.map(({ caseId, ...path }) => ({ case_id: caseId, ...path })),
    different_pins: differentPins,
  };
}
