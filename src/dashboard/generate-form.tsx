import { COMPLEXITIES, FAILURE_CATEGORIES } from '../domain/fields.ts';
import { MAX_CASES } from '../domain/generation/case-plan.ts';
import { PERSONAS } from '../domain/generation/persona.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { Alert, Choice, TextArea } from './form-fields.tsx';
import { CsrfField } from './layout.tsx';

/** What stands in the form, as it was typed. */
export type GenerateText = {
  description: string;
  count: string;
  complexity: string;
  category: string;
  persona: string;
};

export type GenerateFormProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  form: GenerateText;
  error: string | null;
  /** The generation that is under way: there is one at a time. */
  live: string | null;
};

/** A generation has one level; `mixed` is what a scenario written by hand may have. */
const LEVELS = COMPLEXITIES.filter((level) => level !== 'mixed');

/** Orders a scenario of several cases, made from the blueprint. */
export function GenerateForm({ agent, workspaceName, csrf, form, error, live }: GenerateFormProps) {
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="scenarios">
      <h2>Generate tests</h2>
      <p class="notes">One scenario with several test cases, made from the newest blueprint.</p>
      {live !== null && (
        <p class="said" role="status">
          A generation is under way, and there is one at a time.{' '}
          <a href={`${agentUrl(agent.id)}/generations/${encodeURIComponent(live)}`}>Watch it</a>
        </p>
      )}
      <form method="post" action={`${agentUrl(agent.id)}/generate`} class="form" autocomplete="off">
        <CsrfField csrf={csrf} />
        <Alert error={error} />
        <fieldset>
          <legend>What to test</legend>
          <TextArea
            name="test_description"
            label="Behaviour to target"
            value={form.description}
            rows={3}
            required
            hint="For instance “refunds over the limit”. Tools and rules that it names are tested first."
            error={error}
          />
          <div class="stack">
            <label for="field-test_cases">Test cases</label>
            <input
              id="field-test_cases"
              name="test_cases"
              type="number"
              min={1}
              max={MAX_CASES}
              step={1}
              value={form.count}
              inputmode="numeric"
            />
          </div>
        </fieldset>
        <fieldset class="columns">
          <legend>What kind</legend>
          <Choice name="complexity" label="Complexity" options={LEVELS} value={form.complexity} />
          <Choice
            name="failure_category"
            label="Failure to provoke"
            options={FAILURE_CATEGORIES}
            value={form.category}
            none="spread over all nine"
          />
          <Choice
            name="persona"
            label="Who the user is"
            options={PERSONAS}
            value={form.persona}
            none="ordinary voices"
          />
        </fieldset>
        <div class="pair">
          <button type="submit">Generate</button>
          <a href={agentUrl(agent.id, 'scenarios')}>Cancel</a>
        </div>
      </form>
    </AgentFrame>
  );
}
