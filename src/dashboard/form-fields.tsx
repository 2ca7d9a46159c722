/** Labelled fields of longer forms. `error` is the sentence that refused the form: the field that it names is marked. */

export function Alert({ error }: { error: string | null }) {
  if (error === null) return null;
  return (
    <p class="alert" role="alert" id="form-error" dir="auto">
      {error}
    </p>
  );
}

type FieldProps = {
  name: string;
  label: string;
  value: string;
  hint?: string;
  required?: boolean;
  maxlength?: number;
  error: string | null;
};

export function Field({ name, label, value, hint, required, maxlength, error }: FieldProps) {
  return (
    <div class="stack">
      <label for={`field-${name}`}>{label}</label>
      <input
        id={`field-${name}`}
        {...{ name, value, required, maxlength }}
        dir="auto"
        {...described(name, hint, error)}
      />
      <Hint name={name} hint={hint} />
    </div>
  );
}

type TextAreaProps = Omit<FieldProps, 'maxlength'> & { rows: number; mono?: boolean };

export function TextArea({ name, label, value, rows, hint, required, mono, error }: TextAreaProps) {
  return (
    <div class="stack">
      <label for={`field-${name}`}>{label}</label>
      <textarea
        id={`field-${name}`}
        {...{ name, rows, required }}
        class={mono ? 'mono' : undefined}
        dir="auto"
        {...described(name, hint, error)}
      >
        {`\n${value}`}
      </textarea>
      <Hint name={name} hint={hint} />
    </div>
  );
}

type ChoiceProps = { name: string; label: string; options: readonly string[]; value: string; none?: string };

/** One of a few words; `none` is what choosing nothing is called. */
export function Choice({ name, label, options, value, none }: ChoiceProps) {
  return (
    <div class="stack">
      <label for={`field-${name}`}>{label}</label>
      <select id={`field-${name}`} name={name}>
        {none !== undefined && <option value="">{none}</option>}
        {options.map((option) => (
          <option value={option} selected={option === value}>
            {option.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
    </div>
  );
}

function Hint({ name, hint }: { name: string; hint: string | undefined }) {
  if (hint === undefined) return null;
  return (
    <p class="muted" id={`hint-${name}`}>
      {hint}
    </p>
  );
}

function described(name: string, hint: string | undefined, error: string | null) {
  const isWrong = error !== null && new RegExp(`\\b${name}\\b`).test(error);
  const ids = [...(hint === undefined ? [] : [`hint-${name}`]), ...(isWrong ? ['form-error'] : [])];
  return {
    ...(isWrong ? { 'aria-invalid': 'true' as const } : {}),
    ...(ids.length > 0 ? { 'aria-describedby': ids.join(' ') } : {}),
  };
}
