import type { Child } from 'hono/jsx';

/** A form that was refused: what stood in it, and what is wrong with each field. */
export type RefusedSettings = { values: Record<string, string>; errors: Record<string, string> };

type FieldProps = {
  name: string;
  label: string;
  hint: string;
  value: string;
  refused: RefusedSettings | undefined;
  /** A whole number within bounds; without it a line of text of at most so many characters. */
  range?: { least: number; most: number };
  maxlength?: number;
};

/** A labelled field with what is wrong with it beside it. */
export function SettingsField({ name, label, hint, value, refused, range, maxlength }: FieldProps) {
  const error = refused?.errors[name];
  const number = range && { type: 'number', min: range.least, max: range.most, step: 1, inputmode: 'numeric' as const };
  return (
    <div class="stack">
      <label for={name}>{label}</label>
      <input
        {...{ id: name, name, maxlength, ...number }}
        value={refused?.values[name] ?? value}
        required
        dir="auto"
        autocomplete="off"
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={error === undefined ? `${name}-hint` : `${name}-error ${name}-hint`}
      />
      {error !== undefined && (
        <p class="alert" role="alert" id={`${name}-error`}>
          {error}
        </p>
      )}
      <p class="muted" id={`${name}-hint`}>
        {hint}
      </p>
    </div>
  );
}

type SwitchProps = { name: string; checked: boolean; label: Child; hint: string };

export function SettingsSwitch({ name, checked, label, hint }: SwitchProps) {
  return (
    <div class="choices">
      <label>
        <input type="checkbox" name={name} value="yes" checked={checked} />
        <span>
          {label} <small>{hint}</small>
        </span>
      </label>
    </div>
  );
}
