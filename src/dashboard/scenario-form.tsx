import { COMPLEXITIES } from '../domain/fields.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { allowance } from './bounded-text.ts';
import { Alert, Choice, Field, TextArea } from './form-fields.tsx';
import { CsrfField } from './layout.tsx';

/** What stands in the form of a new scenario, as it was typed. */
export type NewScenarioText = {
  name: string;
  description: string;
  userMessage: string;
  /** In the order in which they are expected; blank places are left out when it is sent. */
  tools: readonly string[];
  expectedBehavior: string;
  complexity: string;
  tags: string;
  expectations: string;
};

export type ScenarioFormProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  form: NewScenarioText;
  /** Names of the agent's tools. */
  tools: readonly string[];
  error: string | null;
};

/** Whether users attack is for generated tests to say. */
const LEVELS = COMPLEXITIES.filter((level) => level !== 'adversarial');
/** Names of tools to choose from; whoever has more can still type them. */
const TOOLS_BYTES = 20_000;
const TOOL_CHARS = 200;

/** Asks for a scenario of one's own: what the user says, and what should come of it. */
export function ScenarioForm({ agent, workspaceName, csrf, form, tools, error }: ScenarioFormProps) {
  const url = agentUrl(agent.id, 'scenarios');
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="scenarios">
      <h2>Create a scenario</h2>
      <p class="notes">One conversation that the agent should get right. It becomes one test case.</p>
      <form method="post" action={`${url}/new`} class="form" autocomplete="off">
        <CsrfField csrf={csrf} />
        <Alert error={error} />
        <fieldset>
          <legend>What it is</legend>
          <Field name="name" label="Name" value={form.name} required maxlength={300} error={error} />
          <TextArea name="description" label="Description" value={form.description} rows={2} error={error} />
          <Choice name="complexity" label="Complexity" options={LEVELS} value={form.complexity} />
          <Field
            name="tags"
            label="Tags"
            value={form.tags}
            hint="Words to find it by, with commas between them."
            error={error}
          />
        </fieldset>
        <fieldset>
          <legend>What happens</legend>
          <TextArea name="user_message" label="User message" value={form.userMessage} rows={4} required error={error} />
        </fieldset>
        <fieldset>
          <legend>What should come of it</legend>
          <ExpectedTools chosen={form.tools} tools={tools} />
          <TextArea
            name="expected_behavior"
            label="Expected behaviour"
            value={form.expectedBehavior}
            rows={3}
            hint="In words, for the judge and for people."
            error={error}
          />
          <details open={form.expectations.trim() !== ''}>
            <summary>More that rules can check</summary>
            <TextArea
              name="expectations"
              label="Expectations (JSON)"
              value={form.expectations}
              rows={6}
              hint={EXPECTATIONS_HINT}
              error={error}
              mono
            />
          </details>
        </fieldset>
        <div class="pair">
          <button type="submit" name="do" value="create">
            Create scenario
          </button>
          <button type="submit" name="do" value="more" class="quiet" formnovalidate>
            More places for tools
          </button>
          <a href={url}>Cancel</a>
        </div>
      </form>
    </AgentFrame>
  );
}

const EXPECTATIONS_HINT =
  'For example {"required_effects": [{"tool": "issue_refund", "arguments": {"amount": 12}}], "must_confirm": true}. "required_effects": [] says that nothing may be changed.';

/** One place a call. A button below the form, which only sends it back, brings more of them: it is not the one that the Enter key presses. */
function ExpectedTools({ chosen, tools }: { chosen: readonly string[]; tools: readonly string[] }) {
  const take = allowance(TOOLS_BYTES);
  const offered = tools.map((name) => take(name, TOOL_CHARS)).filter(({ text, cut }) => text !== '' && cut === 0);
  return (
    <fieldset class="order-of-tools" aria-describedby="tools-hint">
      <legend>Expected tools, in order</legend>
      <ol>
        {chosen.map((name, index) => (
          <li>
            <input name="tool" value={name} list="tools" aria-label={`Tool ${index + 1}`} maxlength={TOOL_CHARS} />
          </li>
        ))}
      </ol>
      <datalist id="tools">
        {offered.map(({ text }) => (
          <option value={text} />
        ))}
      </datalist>
      <p id="tools-hint" class="muted">
        Choose from the tools of the blueprint, or type. Other calls may come in between; leave all empty to expect none
        in particular.
      </p>
    </fieldset>
  );
}
