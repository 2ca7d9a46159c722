import * as z from 'zod';
import { printCsv } from '../../domain/formats/print-csv.ts';
import { printCtrf } from '../../domain/formats/print-ctrf.ts';
import { printEvaluations } from '../../domain/formats/print-evaluations.ts';
import { printJunit } from '../../domain/formats/print-junit.ts';
import type { RunReport } from '../../domain/report.ts';
import { documentOf, sendReport } from '../report-files.tsx';
import { noRun, objectOfRun } from './find-run.ts';
import { ownRoute, type Route } from './route.ts';
import { AgentQuery } from './run-routes.ts';

/** A run as a file, in the forms that people, CI systems and tables take. */

type Form = { ending: string; id: string; type: string; what: string; print: ((report: RunReport) => string) | null };

const JSON_TYPE = 'application/json';
/** Without `print` it is the report as its page offers it for download. */
const FORMS: readonly Form[] = [
  { ending: 'html', id: 'Html', type: 'text/html', what: 'a page that needs nothing beside it', print: null },
  { ending: 'md', id: 'Markdown', type: 'text/markdown', what: 'Markdown', print: null },
  { ending: 'json', id: 'Json', type: JSON_TYPE, what: 'JSON', print: null },
  { ending: 'xml', id: 'Junit', type: 'application/xml', what: 'JUnit XML', print: printJunit },
  { ending: 'ctrf.json', id: 'Ctrf', type: JSON_TYPE, what: 'CTRF', print: printCtrf },
  { ending: 'csv', id: 'Csv', type: 'text/csv', what: 'a table, one line a result', print: printCsv },
  {
    ...{ ending: 'otel.json', id: 'Otel', type: JSON_TYPE, print: printEvaluations },
    what: 'OpenTelemetry events gen_ai.evaluation.result (OTLP/JSON)',
  },
];

export const REPORT_ROUTES: readonly Route[] = FORMS.map(({ ending, id, type, what, print }) =>
  ownRoute({
    ...{ method: 'GET', path: `/v1/runs/{id}/report.${ending}`, id: `getReport${id}`, access: ['read', 'ingest'] },
    ...{ tag: 'Gate and reports', summary: `The report on a run as ${what}` },
    params: z.object({ id: z.string().meta({ description: 'Id of the run.' }) }),
    query: AgentQuery,
    answers: [
      { status: 200, description: 'The file', ...(type === JSON_TYPE ? { schema: z.looseObject({}) } : { type }) },
    ],
    run: async ({ params, query }, context) => {
      const object = await objectOfRun(context, params.id, query.agent);
      const { c, now, caller } = context;
      const document = await documentOf(c, { object, workspaceId: caller.workspaceId, runId: params.id }, now);
      if (!document) throw noRun();
      if (!print) return sendReport(c, document, ending as 'html' | 'md' | 'json');
      return new Response(print(document.report), { headers: { 'Content-Type': `${type}; charset=utf-8` } });
    },
  }),
);
