import { Layout } from './layout.tsx';

/** As much of an OpenAPI 3.1 document as the page reads. */
type Schema = {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  anyOf?: Schema[];
  minimum?: number;
  maximum?: number;
};
type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: Schema };
type Content = Record<string, { schema?: Schema }>;
type Operation = {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};
export type ApiDocument = {
  info: { title: string; description?: string };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};

type Entry = { path: string; method: string; operation: Operation };

const STYLES = ['docs'];

/** The reference of the REST interface, from the document that describes it. */
export function DocsPage({ document }: { document: ApiDocument }) {
  const entries = entriesOf(document);
  const groups = document.tags
    .map(({ name }) => ({ name, entries: entries.filter(({ operation }) => operation.tags.includes(name)) }))
    .filter((group) => group.entries.length > 0);
  const base = document.servers[0]?.url ?? '';
  return (
    <Layout title="REST reference" styles={STYLES}>
      <h1>REST reference</h1>
      <p class="lead">
        {document.info.description} The same as a document for programs: <a href="/openapi.json">openapi.json</a>.
      </p>
      <pre class="snippet">
        <code>{`curl -H "Authorization: Bearer $INVARIUM_API_KEY" ${base}/v1/me`}</code>
      </pre>
      <nav class="contents" aria-label="Contents">
        {groups.map((group) => (
          <section>
            <h2>{group.name}</h2>
            <ul>
              {group.entries.map(({ method, path, operation }) => (
                <li>
                  <a href={`/docs/${operation.operationId}`}>
                    <span class="method">{method}</span> <code>{path}</code>
                  </a>
                  <small>{operation.summary}</small>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
    </Layout>
  );
}

/** One route: what it takes and what it answers. */
export function OperationPage({ document, id }: { document: ApiDocument; id: string }) {
  const entry = entriesOf(document).find(({ operation }) => operation.operationId === id);
  return (
    <Layout title={entry ? `${entry.method} ${entry.path}` : 'REST reference'} styles={STYLES}>
      <div class="trail">
        <a href="/docs">REST reference</a>
      </div>
      {entry ? (
        <Described {...entry} schemas={document.components?.schemas} />
      ) : (
        <>
          <h1>No such operation</h1>
          <p>
            All there are stand in the <a href="/docs">REST reference</a>.
          </p>
        </>
      )}
    </Layout>
  );
}

function entriesOf({ paths }: ApiDocument): Entry[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Entry => ({ path, method: method.toUpperCase(), operation })),
  );
}

type Schemas = Record<string, Schema> | undefined;

function Described({ path, method, operation, schemas }: Entry & { schemas: Schemas }) {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  return (
    <article class="operation">
      <h1>
        <span class="method">{method}</span> <code>{path}</code>
      </h1>
      <p>
        {summary}. {description}
      </p>
      {parameters.length > 0 && <Parameters parameters={parameters} />}
      {requestBody && <Body content={requestBody.content} schemas={schemas} />}
      <h2>Answers</h2>
      <ul>
        {Object.entries(responses).map(([status, answer]) => (
          <li>
            <code>{status}</code> {answer.description}{' '}
            {answer.content && <Answer content={answer.content} schemas={schemas} />}
          </li>
        ))}
      </ul>
    </article>
  );
}

function Parameters({ parameters }: { parameters: Parameter[] }) {
  return (
    <section class="scroll" tabindex={0} aria-label="Parameters">
      <table>
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col">In</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {parameters.map((parameter) => (
            <tr>
              <th scope="row">
                <code>{parameter.name}</code>
                {parameter.required && ' (required)'}
              </th>
              <td>{parameter.in}</td>
              <td>{typeText(parameter.schema)}</td>
              <td>{parameter.description ?? parameter.schema?.description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Body({ content, schemas }: { content: Content; schemas: Schemas }) {
  const [[type, { schema }] = ['', { schema: undefined }]] = Object.entries(content);
  return (
    <>
      <h2>Body</h2>
      <p>
        <code>{Object.keys(content).join(', ')}</code>
      </p>
      {type === 'application/json' && <Fields schema={resolved(schema, schemas)} />}
    </>
  );
}

function Answer({ content, schemas }: { content: Content; schemas: Schemas }) {
  const [[type, { schema }] = ['', { schema: undefined }]] = Object.entries(content);
  const found = resolved(schema, schemas);
  if (!found?.properties || type === 'application/problem+json') return <code>{Object.keys(content).join(', ')}</code>;
  return (
    <details>
      <summary>Fields</summary>
      <Fields schema={found} />
    </details>
  );
}

function Fields({ schema }: { schema: Schema | undefined }) {
  const properties = schema?.items?.properties ?? schema?.properties ?? {};
  const required = schema?.items?.required ?? schema?.required ?? [];
  return (
    <dl class="fields">
      {Object.entries(properties).map(([name, field]) => (
        <>
          <dt>
            <code>{name}</code>
            {required.includes(name) && ' (required)'}
          </dt>
          <dd>
            {typeText(field)} {field.description}
          </dd>
        </>
      ))}
    </dl>
  );
}

function resolved(schema: Schema | undefined, schemas: Schemas): Schema | undefined {
  const name = schema?.$ref?.split('/').at(-1);
  return name === undefined ? schema : schemas?.[name];
}

const MOST_VALUES = 12;

function typeText(schema: Schema | undefined): string {
  if (!schema) return '';
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? '';
  if (schema.enum) return schema.enum.slice(0, MOST_VALUES).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' | ');
  if (schema.items) return `list of ${typeText(schema.items) || 'anything'}`;
  const type = [schema.type ?? []].flat().join(' | ');
  const { minimum, maximum } = schema;
  const isBounded = minimum !== undefined && maximum !== undefined && Math.abs(maximum) < Number.MAX_SAFE_INTEGER;
  return isBounded ? `${type} ${minimum}–${maximum}` : type;
}
