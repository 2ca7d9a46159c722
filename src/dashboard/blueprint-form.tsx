import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { CsrfField } from './layout.tsx';

/** What the validation says of a text, in sentences. */
export type BlueprintVerdict = { ok: true; summary: string } | { ok: false; problems: string[] };

export type BlueprintFormProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  text: string;
  /** The newest version when the writing began; 0 where there is none. */
  base: number;
  /** The older version that the text is of. */
  restored?: number;
  verdict: BlueprintVerdict | null;
};

/** A blueprint to write. The page holds all of it, up to 500 KB: a form that carried half a document would lose the rest. */
export function BlueprintForm({ agent, workspaceName, csrf, text, base, restored, verdict }: BlueprintFormProps) {
  const url = agentUrl(agent.id, 'blueprint');
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="blueprint" scripts={['blueprint']}>
      <h2>{restored === undefined ? 'Edit the blueprint' : `Restore version ${restored}`}</h2>
      <p class="notes">
        The agent keeps its name: <code>agent_name</code> must stay <code>{agent.name}</code>. Saving makes a new
        version and a new audit. It does not regenerate tests: scenarios stay as they are.
      </p>
      <form
        method="post"
        action={`${url}/edit`}
        enctype="multipart/form-data"
        class="edit"
        autocomplete="off"
        data-check={`${url}/check`}
      >
        <CsrfField csrf={csrf} />
        <input type="hidden" name="base" value={String(base)} />
        <label for="blueprint-text">Blueprint (YAML or JSON)</label>
        <textarea
          id="blueprint-text"
          name="blueprint"
          rows={28}
          spellcheck={false}
          autocapitalize="off"
          wrap="off"
          aria-describedby="verdict"
        >
          {`\n${text}`}
        </textarea>
        <Verdict verdict={verdict} />
        <div class="pair">
          <button type="submit" name="do" value="save">
            Save as a new version
          </button>
          <button type="submit" name="do" value="check" class="quiet">
            Check
          </button>
          <a href={url}>Cancel</a>
        </div>
      </form>
    </AgentFrame>
  );
}

/** Filled by the server where there is something to say, and by the script whenever the text changes. */
function Verdict({ verdict }: { verdict: BlueprintVerdict | null }) {
  const state = verdict === null ? undefined : verdict.ok ? 'valid' : 'invalid';
  const lines = verdict === null ? [] : verdict.ok ? [verdict.summary] : verdict.problems;
  return (
    <div id="verdict" class="verdict" role="status" data-state={state}>
      {lines.map((line) => (
        <p dir="auto">{line}</p>
      ))}
    </div>
  );
}
