import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { Alert, Field, TextArea } from './form-fields.tsx';
import { CsrfField } from './layout.tsx';

/** What of a scenario can be changed, as it is typed. */
export type ScenarioText = { name: string; description: string; expectedBehavior: string; tags: string };

export type ScenarioEditPageProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  id: string;
  form: ScenarioText;
  /** How many cases it has: of several, only those without an expected behaviour of their own take this one. */
  cases: number;
  error: string | null;
};

export function ScenarioEditPage({ agent, workspaceName, csrf, id, form, cases, error }: ScenarioEditPageProps) {
  const url = `${agentUrl(agent.id, 'scenarios')}/${encodeURIComponent(id)}`;
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="scenarios">
      <h2>
        Edit scenario <code>{id}</code>
      </h2>
      <p class="notes">Runs that are open go on judging by what they began with.</p>
      <form method="post" action={`${url}/edit`} class="form" autocomplete="off">
        <CsrfField csrf={csrf} />
        <Alert error={error} />
        <Field name="name" label="Name" value={form.name} required maxlength={300} error={error} />
        <TextArea name="description" label="Description" value={form.description} rows={3} error={error} />
        <TextArea
          name="expected_behavior"
          label="Expected behaviour"
          value={form.expectedBehavior}
          rows={4}
          error={error}
          {...(cases > 1 ? { hint: 'For those of its cases that have none of their own.' } : {})}
        />
        <Field
          name="tags"
          label="Tags"
          value={form.tags}
          hint="Words to find it by, with commas between them."
          error={error}
        />
        <div class="pair">
          <button type="submit">Save changes</button>
          <a href={url}>Cancel</a>
        </div>
      </form>
    </AgentFrame>
  );
}
