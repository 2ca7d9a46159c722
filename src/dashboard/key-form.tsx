import { CsrfField } from './layout.tsx';

export type ScopeChoice = { name: string; meaning: string; isChosen: boolean };
/** What stands in the form: as it was sent where it was refused. */
export type KeyForm = {
  name: string;
  days: string;
  /** The only agent that the key is good for; empty for all. */
  agent: string;
  scopes: ScopeChoice[];
};

export type NewKeyFormProps = {
  /** `agents`: names of the workspace's agents. */
  form: KeyForm & { id: string; agents: readonly string[] };
  /** What was wrong with the form, as a sentence. */
  error: string | undefined;
  csrf: string | undefined;
};

/** Asks for a key. Its id travels with the form, so that sending it twice makes one key. */
export function NewKeyForm({ form, error, csrf }: NewKeyFormProps) {
  const describedBy = error ? 'key-error' : undefined;
  return (
    <form method="post" action="/api-keys" class="form" autocomplete="off">
      <CsrfField csrf={csrf} />
      <input type="hidden" name="id" value={form.id} />
      {error && (
        <p class="alert" role="alert" id="key-error">
          {error}
        </p>
      )}
      <div class="stack">
        <label for="key-name">Name</label>
        <input
          id="key-name"
          name="name"
          value={form.name}
          required
          maxlength={80}
          placeholder="Laptop, CI of the shop, …"
          aria-describedby={describedBy}
        />
      </div>
      <ScopeChoices scopes={form.scopes} />
      <AgentChoice agents={form.agents} chosen={form.agent} />
      <div class="stack">
        <label for="key-days">Expires after (days)</label>
        <input
          id="key-days"
          name="days"
          value={form.days}
          type="number"
          min={1}
          max={3650}
          step={1}
          inputmode="numeric"
          aria-describedby="days-hint"
        />
        <p id="days-hint" class="muted">
          Empty: it works until it is revoked.
        </p>
        <button type="submit">Create key</button>
      </div>
    </form>
  );
}

function ScopeChoices({ scopes }: { scopes: ScopeChoice[] }) {
  return (
    <fieldset class="choices">
      <legend>What it may do</legend>
      {scopes.map(({ name, meaning, isChosen }) => (
        <label>
          <input type="checkbox" name="scope" value={name} checked={isChosen} />
          <span>
            <code>{name}</code> <small>{meaning}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function AgentChoice({ agents, chosen }: { agents: readonly string[]; chosen: string }) {
  if (agents.length === 0) return null;
  return (
    <div class="stack">
      <label for="key-agent">Good for</label>
      <select id="key-agent" name="agent">
        <option value="">every agent</option>
        {agents.map((name) => (
          <option value={name} selected={name === chosen}>
            only {name}
          </option>
        ))}
      </select>
    </div>
  );
}
