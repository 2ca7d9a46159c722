import { type Context, Hono } from 'hono';
import { agentUrl } from '../dashboard/agent-frame.tsx';
import { DeleteScenarioPage } from '../dashboard/delete-scenario-page.tsx';
import { ScenarioEditPage, type ScenarioText } from '../dashboard/scenario-edit-page.tsx';
import { CASES_A_PAGE, type NewestResults, ScenarioPage } from '../dashboard/scenario-page.tsx';
import { ScenariosTab } from '../dashboard/scenarios-tab.tsx';
import { unwrap } from '../domain/errors.ts';
import { parseCaseId } from '../domain/scenario.ts';
import { readScenarioFilter } from '../domain/scenario-filter.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectScenarioPage, selectScenarioTags, selectScenarioWhole } from '../store/scenario-list.ts';
import { callTool } from '../tools/catalog.ts';
import { manageScenario } from '../tools/manage-scenario.ts';
import {
  changing,
  D1_DEADLINE_MS,
  refusal,
  type Seen,
  type Sent,
  sentence,
  statusOf,
  toolContext,
  viewing,
} from './agent-access.tsx';
import { agentNewScenario, tagList } from './agent-new-scenario.tsx';
import type { App } from './app.ts';
import { missing } from './signed-in.tsx';

/** The scenarios of an agent: which there are, each with its cases, and what can be done with one. */
export const agentScenarios = new Hono<App>();

const SCENARIOS_A_PAGE = 20;
const NO_SCENARIO = 'This agent has no such scenario.';

agentScenarios.route('/', agentNewScenario);

agentScenarios.get('/agent/:id/scenarios', (c) =>
  viewing(c, async ({ workspaceId, found, page, now, mayChange }) => {
    const { filter, notes } = readScenarioFilter(c.req.queries());
    const of = { workspaceId, agentId: found.agent.id };
    const query = { ...of, filter, limit: SCENARIOS_A_PAGE };
    const [{ scenarios, total }, tags, cases] = await Promise.all([
      withDeadline(selectScenarioPage(c.env.DB, query), D1_DEADLINE_MS),
      withDeadline(selectScenarioTags(c.env.DB, of), D1_DEADLINE_MS),
      found.object.listCases({ generationId: null, offset: 0, limit: 0 }),
    ]);
    const { generation: live } = unwrap(cases);
    const generation = live && { id: live.id, produced: live.produced, wanted: live.order.testCases };
    const list = { scenarios, total, pages: Math.ceil(total / SCENARIOS_A_PAGE), filter, tags, notes, generation };
    return c.html(<ScenariosTab {...page} {...list} now={now} mayChange={mayChange} />);
  }),
);

/** The scenario whose id is in the path, of this agent. */
async function readScenario(c: Context<App>, { workspaceId, found }: Seen) {
  const id = c.req.param('scenario') ?? '';
  if (parseCaseId(id)?.n !== null) return null;
  return withDeadline(selectScenarioWhole(c.env.DB, { workspaceId, agentId: found.agent.id, id }), D1_DEADLINE_MS);
}

type Scenario = NonNullable<Awaited<ReturnType<typeof readScenario>>>;

agentScenarios.get('/agent/:id/scenarios/:scenario', (c) =>
  viewing(c, async (seen) => {
    const scenario = await readScenario(c, seen);
    if (!scenario) return missing(c, NO_SCENARIO);
    const asked = Number(/^[1-9]\d{0,3}$/.exec(c.req.query('page') ?? '')?.[0] ?? 1);
    const page = Math.min(asked, Math.max(1, Math.ceil(scenario.cases.length / CASES_A_PAGE)));
    const newest = await newestResults(seen, scenario, page);
    const shown = { scenario, newest, page, now: seen.now, mayChange: seen.mayChange };
    return c.html(<ScenarioPage {...seen.page} {...shown} />);
  }),
);

/** The worst first: of several trials that one is told. */
const WORST = ['failed', 'error', 'pending', 'passed'] as const;
const TRIALS_READ = 100;

/** How the cases of a page went in the agent's newest run; null where there is none. */
async function newestResults({ found }: Seen, { id, cases }: Scenario, page: number): Promise<NewestResults | null> {
  const [run] = unwrap(await found.object.listRuns({ status: null, limit: 1, offset: 0 })).runs;
  if (!run) return null;
  const first = (page - 1) * CASES_A_PAGE;
  const ids = cases.slice(first, first + CASES_A_PAGE).map((_, index) => `${id}_${first + index + 1}`);
  const read = await Promise.all(
    ids.map(async (caseId) => {
      const trials = await found.object.viewCase({ runId: run.id, caseId, limit: TRIALS_READ });
      const seen = new Set(trials.ok ? trials.value.results.map(({ status }) => status) : []);
      return [caseId, WORST.find((status) => seen.has(status))] as const;
    }),
  );
  return { run, statuses: new Map(read.flatMap(([caseId, status]) => (status ? [[caseId, status]] : []))) };
}

agentScenarios.get('/agent/:id/scenarios/:scenario/edit', (c) =>
  viewing(c, async (seen) => {
    const scenario = await readScenario(c, seen);
    if (!scenario) return missing(c, NO_SCENARIO);
    if (!seen.mayChange) return c.redirect(scenarioUrl(seen, scenario));
    const form = textOf(scenario);
    return c.html(
      <ScenarioEditPage {...seen.page} id={scenario.id} form={form} cases={scenario.case_count} error={null} />,
    );
  }),
);

agentScenarios.post('/agent/:id/scenarios/:scenario/edit', (c) =>
  changing(c, async (sent) => {
    const scenario = await readScenario(c, sent);
    if (!scenario) return missing(c, NO_SCENARIO);
    const form = readText(sent);
    const again = (error: string, status: 403 | ReturnType<typeof statusOf>) =>
      c.html(
        <ScenarioEditPage {...sent.page} id={scenario.id} form={form} cases={scenario.case_count} error={error} />,
        status,
      );
    if (sent.refused) return again(sent.refused, 403);
    const input = differences(textOf(scenario), form);
    if (Object.keys(input).length > 0) {
      const whole = { scenario_id: scenario.id, action: 'update', ...input };
      const answer = await callTool(manageScenario, whole, toolContext(c, sent.who));
      if (!answer.ok) return again(sentence(answer), statusOf(answer));
    }
    return c.redirect(scenarioUrl(sent, scenario), 303);
  }),
);

/** As the form holds a scenario. The expected behaviour of several cases is the one that those without their own share. */
function textOf({ title, description, tags, cases }: Scenario): ScenarioText {
  const [first] = cases.length > 1 ? cases.filter((content) => content.inherits_behavior) : cases;
  const expectedBehavior = first?.expectations.expected_behavior ?? '';
  return { name: title, description: description ?? '', expectedBehavior, tags: tags.join(', ') };
}

function readText({ form }: Sent): ScenarioText {
  const [name, description] = [form.text('name'), form.text('description')];
  return { name, description, expectedBehavior: form.text('expected_behavior'), tags: form.text('tags') };
}

/** Only what was changed is sent: a field that nobody touched must not make a new version of every case. */
function differences(before: ScenarioText, after: ScenarioText): Record<string, string> {
  return {
    ...(after.name === before.name ? {} : { name: after.name }),
    ...(after.description === before.description ? {} : { description: after.description }),
    ...(after.expectedBehavior === before.expectedBehavior ? {} : { expected_behavior: after.expectedBehavior }),
    ...(after.tags === before.tags ? {} : { tags: JSON.stringify(tagList(after.tags)) }),
  };
}

/** The form says which state is wanted, so that a form that is sent twice changes nothing the second time. */
agentScenarios.post('/agent/:id/scenarios/:scenario/toggle', (c) =>
  changing(c, async (sent) => {
    const scenario = await readScenario(c, sent);
    if (!scenario) return missing(c, NO_SCENARIO);
    const title = 'Nothing was changed';
    if (sent.refused) return refusal(c, { title, message: sent.refused, status: 403 });
    if ((sent.form.text('to') === 'active') !== scenario.active) {
      const input = { scenario_id: scenario.id, action: 'toggle' };
      const answer = await callTool(manageScenario, input, toolContext(c, sent.who));
      if (!answer.ok) return refusal(c, { title, message: sentence(answer), status: statusOf(answer) });
    }
    return c.redirect(scenarioUrl(sent, scenario), 303);
  }),
);

/** Where somebody lands who had to sign in again before a form was sent. */
agentScenarios.get('/agent/:id/scenarios/:scenario/toggle', (c) =>
  viewing(c, async (seen) => c.redirect(scenarioUrl(seen, { id: c.req.param('scenario') }))),
);

agentScenarios.get('/agent/:id/scenarios/:scenario/delete', (c) =>
  viewing(c, async (seen) => {
    const scenario = await readScenario(c, seen);
    if (!scenario) return missing(c, NO_SCENARIO);
    if (!seen.mayChange) return c.redirect(scenarioUrl(seen, scenario));
    return c.html(<DeleteScenarioPage {...seen.page} scenario={scenario} />);
  }),
);

agentScenarios.post('/agent/:id/scenarios/:scenario/delete', (c) =>
  changing(c, async (sent) => {
    const scenario = await readScenario(c, sent);
    if (!scenario) return missing(c, NO_SCENARIO);
    const title = 'Nothing was deleted';
    if (sent.refused) return refusal(c, { title, message: sent.refused, status: 403 });
    const input = { scenario_id: scenario.id, action: 'delete', confirm: true };
    const answer = await callTool(manageScenario, input, toolContext(c, sent.who));
    if (!answer.ok) return refusal(c, { title, message: sentence(answer), status: statusOf(answer) });
    return c.redirect(agentUrl(sent.found.agent.id, 'scenarios'), 303);
  }),
);

function scenarioUrl({ found }: Seen, { id }: { id: string }): string {
  return `${agentUrl(found.agent.id, 'scenarios')}/${encodeURIComponent(id)}`;
}
