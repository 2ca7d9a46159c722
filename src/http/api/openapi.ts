import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { type Answers, isKeyed, type Route, TAGS } from './route.ts';

/** The description of the REST interface, made from the routes that serve it. */

const JSON_TYPE = 'application/json';

const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong and what to do, in a sentence.' }),
    code: z.string().meta({ description: 'For programs; the list is in the README.' }),
    index: z.int().optional(),
    problems: z.array(z.string()).optional(),
    retry_after: z.int().optional().meta({ description: 'Seconds.' }),
  })
  .meta({ id: 'Problem', description: 'Problem details, RFC 9457' });

export function openApi(routes: readonly Route[], { baseUrl, version }: { baseUrl: string; version: string }) {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Invarium Edge',
        version,
        description:
          'Behavioural QA for AI agents. Refusals are problem details with a code and a sentence that says what to do.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: baseUrl }],
      tags: TAGS.map((name) => ({ name })),
      security: [{ apiKey: [] }],
      components: {
        securitySchemes: {
          jobToken: { type: 'http', scheme: 'bearer', description: 'A token that GitHub Actions gives a job.' },
          signature: { type: 'apiKey', in: 'header', name: 'webhook-signature', description: 'Standard Webhooks.' },
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, which begins with inv_.' },
        },
      },
      paths,
    },
    {
      allowEmptySchema: { custom: true, unknown: true, any: true },
      override: ({ jsonSchema }) => dropEndless(jsonSchema),
    },
  );
}

/** A bound without end is none; JSON would write it as null. */
function dropEndless(schema: { maxLength?: number }): void {
  if (schema.maxLength === Number.POSITIVE_INFINITY) delete schema.maxLength;
}

function operation(route: Route): ZodOpenApiOperationObject {
  const { id, tag, summary, description, params, query, body, idempotent, access } = route;
  const header = idempotent ? { header: IdempotencyHeader } : {};
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    ...(isKeyed(route) ? {} : { security: access === 'proof' ? [{ jobToken: [] }, { signature: [] }] : [] }),
    requestParams: { path: params, query, ...header },
    ...(body ? { requestBody: { content: bodyContent(route, body) } } : {}),
    responses: { ...responses(route.answers), default: refusal },
  };
}

const IdempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .max(255)
    .optional()
    .meta({ description: 'The same key and request again within a day get the first answer.' }),
});

const refusal = { description: 'Refused', content: { 'application/problem+json': { schema: Problem } } };

function bodyContent({ bodyTypes = [] }: Route, body: z.ZodType) {
  const others = bodyTypes.map((type) => [type, { schema: z.string() }]);
  return { [JSON_TYPE]: { schema: body }, ...Object.fromEntries(others) };
}

function responses(answers: readonly Answers[]) {
  const byStatus = Map.groupBy(answers, ({ status }) => status);
  const entries = [...byStatus].map(([status, same]) => {
    const content = same.map(({ type = JSON_TYPE, schema }) => [type, { schema: schema ?? schemaOf(type) }]);
    return [String(status), { description: same[0]?.description ?? '', content: Object.fromEntries(content) }];
  });
  return Object.fromEntries(entries);
}

function schemaOf(type: string): z.ZodType {
  return type === 'application/problem+json' ? Problem : z.string();
}
