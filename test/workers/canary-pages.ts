import type { Scene } from './api-scene.ts';
import type { Plant } from './canary-tools.ts';
import { AGENT, request } from './client.ts';
import type { Visitor } from './dashboard-visitor.ts';

/** Every form of every page of the dashboard, found by opening all of them. */

type FormField = { name: string; value: string; longest: number; isText: boolean };
type Form = { page: string; action: string; fields: FormField[] };

/** Pages that take what was said in a run; elsewhere it belongs to test cases, blueprints and settings. */
const OF_RUNS = /^\/runs\//;
const LONGEST = 2_000;

/** What stands for the parts of an address that change, by what comes before them. */
function filled(route: string, { agentId, scenarioId, runId, caseId }: Scene): string {
  const path = route
    .replace('/agent/:id', `/agent/${agentId}`)
    .replace('/scenarios/:scenario', `/scenarios/${scenarioId}`)
    .replace('/runs/:id', `/runs/${runId}`)
    .replace(':key', `${caseId}.1`);
  return path.startsWith('/runs/') ? `${path}?agent=${AGENT}` : path;
}

/** Forms of the pages among these routes that have an address here, each once. */
export async function formsOf(visitor: Visitor, at: Scene, routes: readonly string[]): Promise<Form[]> {
  const forms = new Map<string, Form>();
  for (const page of routes.map((route) => filled(route, at)).filter((path) => !path.includes(':'))) {
    const { status, html } = await visitor.open(page);
    for (const form of status < 400 ? await readForms(page, html) : []) forms.set(keyOf(form), form);
  }
  return [...forms.values()];
}

/** What makes it another form: where it goes to, what it holds, and what it says by itself. */
function keyOf({ action, fields }: Form): string {
  const said = fields.map(({ name, value }) => (name === 'kind' ? `${name}=${value}` : name));
  return [action.split('?')[0], ...said].join(' ');
}

async function readForms(page: string, html: string): Promise<Form[]> {
  const forms: Form[] = [];
  const add = (field: FormField): void => void forms.at(-1)?.fields.push(field);
  const attribute = (element: Element, name: string) => element.getAttribute(name) ?? '';
  const rewriter = new HTMLRewriter()
    .on('form', {
      element: (form) =>
        void forms.push({
          page,
          action: attribute(form, 'method') === 'post' ? attribute(form, 'action') : '',
          fields: [],
        }),
    })
    .on('input', {
      element: (input) => {
        const type = attribute(input, 'type') || 'text';
        const isText = !['checkbox', 'radio', 'submit', 'hidden'].includes(type);
        const isSent = isText || type === 'hidden' || input.hasAttribute('checked');
        if (isSent)
          add({ name: attribute(input, 'name'), value: attribute(input, 'value'), longest: lengthOf(input), isText });
      },
    })
    .on('textarea', {
      element: (area) => add({ name: attribute(area, 'name'), value: '', longest: lengthOf(area), isText: true }),
    })
    .on('select', {
      element: (select) => add({ name: attribute(select, 'name'), value: '', longest: LONGEST, isText: true }),
    })
    .on('button', {
      element: (button) =>
        add({ name: attribute(button, 'name'), value: attribute(button, 'value'), longest: 0, isText: false }),
    });
  await rewriter.transform(new Response(html)).text();
  return forms.filter(({ action }) => action !== '');
}

function lengthOf(element: Element): number {
  return Math.min(LONGEST, Number(element.getAttribute('maxlength') ?? LONGEST));
}

/** A text in each field of each form; the other fields hold what the page says, or what is needed for the form to be taken. */
export function formPlants(visitor: Visitor, forms: readonly Form[]): Plant[] {
  return forms.flatMap(({ action, fields }) =>
    fields
      .filter(({ name, isText }) => isText && name !== '')
      .map(({ name, longest }) => ({
        where: `${action} ${name}`,
        longest,
        personal: OF_RUNS.test(action),
        send: async (text: string) => {
          // Of several buttons the first is the one that a form is sent with.
          const given = [...fields]
            .reverse()
            .filter((field) => field.name !== '')
            .map((field) => [field.name, field.value || NEEDED[field.name] || '']);
          const answer = await visitor.post(action.replaceAll('&amp;', '&'), {
            ...Object.fromEntries(given),
            [name]: text,
          });
          return answer.status < 400;
        },
      })),
  );
}

/** What fields have to hold for the form to be taken. */
const NEEDED: Record<string, string> = {
  ...{ name: 'A title', user_message: 'Hello', test_description: 'refunds', url: 'https://ok.hooks.test/ok' },
  ...{ scope: 'read', event: 'run.completed', complexity: 'simple', kind: 'standard_webhook' },
};

/** What a signed-out visitor may send. */
export function openPlants(): Plant[] {
  const post = (path: string, name: string): Plant => ({
    where: `${path} ${name}`,
    longest: LONGEST,
    personal: true,
    send: async (text) => {
      const headers = { origin: 'http://localhost', 'content-type': 'application/x-www-form-urlencoded' };
      const body = String(new URLSearchParams({ [name]: text }));
      return (await request(path, { method: 'POST', headers, body })).status < 400;
    },
  });
  const get = (path: string): Plant => ({
    where: path,
    longest: LONGEST,
    personal: true,
    send: async (text) => (await request(path + encodeURIComponent(text))).status < 400,
  });
  return [
    post('/sign-in', 'key'),
    post('/sign-in', 'code'),
    get('/'),
    get('/sign-in?code='),
    get('/report/'),
    get('/runs/'),
  ];
}
