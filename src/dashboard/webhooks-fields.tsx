import type { Child } from 'hono/jsx';
import { CsrfField } from './layout.tsx';

/** What stands in a form that was refused, and why; `form` says which of the page's forms it was. */
export type RefusedForm = { form: string; values: Record<string, string>; error: string };
/** A form as it is shown: its name, what was typed before, and what was wrong with that. */
export type FormState = { form: string; values: Record<string, string>; error: string | null };

export function formState(form: string, refused: RefusedForm | undefined): FormState {
  const isIt = refused?.form === form;
  return { form, values: isIt ? refused.values : {}, error: isIt ? refused.error : null };
}

export function FormError({ state: { form, error } }: { state: FormState }) {
  if (error === null) return null;
  return (
    <p class="alert" role="alert" id={`${form}-error`} dir="auto">
      {error}
    </p>
  );
}

type InputProps = {
  state: FormState;
  name: string;
  label: string;
  hint?: Child;
  required?: boolean;
  maxlength?: number;
  placeholder?: string;
  /** The id of a `datalist`. */
  list?: string;
  type?: 'url' | 'password';
};

/** A labelled field. Whatever was wrong with the form describes each of its required fields too. */
export function Input({ state, name, label, hint, ...input }: InputProps) {
  const { form, values, error } = state;
  const id = `${form}-${name}`;
  const isNamed = error !== null && new RegExp(`\\b${name}(_name)?\\b`, 'i').test(error);
  const described = [...(hint === undefined ? [] : [`${id}-hint`]), ...(isNamed ? [`${form}-error`] : [])].join(' ');
  return (
    <div class="stack">
      <label for={id}>{label}</label>
      <input
        {...{ id, name, ...input }}
        value={values[name] ?? ''}
        autocomplete="off"
        spellcheck={false}
        {...(isNamed ? { 'aria-invalid': 'true' as const } : {})}
        {...(described === '' ? {} : { 'aria-describedby': described })}
      />
      {hint !== undefined && (
        <p class="muted" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export const AGENT_LIST = 'agent-names';

export function AgentInput({ state }: { state: FormState }) {
  return (
    <Input
      {...{ state, name: 'agent', label: 'Agent', maxlength: 128, list: AGENT_LIST }}
      hint="Empty: all agents of the workspace."
    />
  );
}

type ActsProps = { csrf: string; mayChange: boolean; children: Child };

/** A list of things that something can be done with: one form, whose buttons say each where it goes, because a token a button weighs much. */
export function ActsForm({ csrf, mayChange, children }: ActsProps) {
  if (!mayChange) return <>{children}</>;
  return (
    <form method="post">
      <CsrfField csrf={csrf} />
      {children}
    </form>
  );
}

type ActProps = { action: string; children: Child };

/** One thing to do; stands in a group of an `ActsForm`. */
export function Act({ action, children }: ActProps) {
  return (
    <button type="submit" class="quiet" formaction={action}>
      {children}
    </button>
  );
}
