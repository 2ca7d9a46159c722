import * as z from 'zod';
import { objectOfRun } from './find-run.ts';
import { answerGate, GATE_FORMS, GateCriteriaQuery, type GateForm, gateAnswers } from './gate-answer.ts';
import { ownRoute, type Route } from './route.ts';
import { AgentQuery } from './run-routes.ts';

/** The gate, for the holder of a key. */

/** A job's key may only ingest, and has to get its answer all the same. */
const GATE_ACCESS = ['read', 'ingest'] as const;

const FORMS: Record<GateForm, { path: string; id: string; summary: string }> = {
  json: {
    path: '/v1/runs/{id}/gate',
    id: 'getGate',
    summary: 'Whether a run is good enough: 200 for yes, 422 for no, 503 while it is not over',
  },
  md: { path: '/v1/runs/{id}/gate.md', id: 'getGateMarkdown', summary: 'The same as Markdown, for a job summary' },
  xml: { path: '/v1/runs/{id}/gate.xml', id: 'getGateJunit', summary: 'The same as JUnit XML, a test for each check' },
};

const RunId = z.object({ id: z.string().meta({ description: 'Id of the run.' }) });

export const GATE_ROUTES: readonly Route[] = GATE_FORMS.map((form) =>
  ownRoute({
    ...{ method: 'GET', ...FORMS[form], tag: 'Gate and reports', access: GATE_ACCESS },
    description:
      'Without any criterion every decided result has to have passed. With curl: --fail-with-body --retry 20.',
    params: RunId,
    query: AgentQuery.extend(GateCriteriaQuery.shape),
    answers: gateAnswers(form),
    run: async ({ params, query: { agent, ...criteria } }, context) => {
      const object = await objectOfRun(context, params.id, agent);
      return answerGate(object, { runId: params.id, criteria, form, baseUrl: context.baseUrl });
    },
  }),
);
