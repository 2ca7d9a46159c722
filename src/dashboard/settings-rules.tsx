import { counted } from '../domain/formatting.ts';
import { RETENTION_DAYS } from '../domain/retention.ts';
import { STALL_MINUTES } from '../domain/run-state.ts';
import { CsrfField } from './layout.tsx';
import { type RefusedSettings, SettingsField, SettingsSwitch } from './settings-fields.tsx';

/** What the workspace decides for its runs. */
export type ShownRules = { stallMinutes: number; retentionDays: number; redactPersonal: boolean };

type RulesProps = {
  /** Null while nobody can say them. */
  rules: ShownRules | null;
  mayChange: boolean;
  csrf: string;
  refused: RefusedSettings | undefined;
};

const STALL_WORDS =
  'It ends failed as stalled where announced results are missing, failed as abandoned where none came, completed otherwise.';
const RETENTION_WORDS =
  'Messages, arguments, reasons and evidence go so long after the end of their run. Verdicts, figures, scores and the order of calls stay.';
const PERSONAL_WORDS =
  'E-mail addresses, phone and card numbers, social security numbers and IP addresses become [REDACTED:kind].';

/** The rules of every run: a form for owners, sentences for everybody else. */
export function RulesSection({ rules, ...form }: RulesProps) {
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">Rules of every run</h2>
      <p>
        A run keeps the stall timer and the redaction that held when it was made. Results are judged as they arrive and
        stored redacted: keys, tokens and passwords always become <code>[REDACTED:kind]</code>.
      </p>
      {rules === null ? (
        <p class="alert" role="alert">
          The database does not answer, so what this workspace has decided cannot be shown. It holds all the same.
        </p>
      ) : form.mayChange ? (
        <RulesForm rules={rules} {...form} />
      ) : (
        <RulesList rules={rules} />
      )}
    </section>
  );
}

function RulesForm({ rules, csrf, refused }: Omit<RulesProps, 'rules' | 'mayChange'> & { rules: ShownRules }) {
  const isOn = refused && 'redactPersonal' in refused.values ? refused.values.redactPersonal === 'yes' : null;
  return (
    <form method="post" action="/settings/rules" class="form">
      <CsrfField csrf={csrf} />
      <SettingsField
        {...{ name: 'stallMinutes', label: 'Stall timer (minutes)', range: STALL_MINUTES, refused }}
        value={String(rules.stallMinutes)}
        hint={`A run that hears nothing for so long ends. ${STALL_WORDS}`}
      />
      <SettingsField
        {...{ name: 'retentionDays', label: 'Retention (days)', range: RETENTION_DAYS, refused }}
        value={String(rules.retentionDays)}
        hint={`${RETENTION_WORDS} Fewer days take older texts away for good, within a day.`}
      />
      <SettingsSwitch
        {...{ name: 'redactPersonal', label: 'Take personal data out of results', hint: PERSONAL_WORDS }}
        checked={isOn ?? rules.redactPersonal}
      />
      <div class="stack">
        <button type="submit">Save the rules</button>
      </div>
    </form>
  );
}

function RulesList({ rules: { stallMinutes, retentionDays, redactPersonal } }: { rules: ShownRules }) {
  return (
    <dl class="settings">
      <dt>Stall timer</dt>
      <dd>
        A run that hears nothing for {counted(stallMinutes, 'minute')} ends. {STALL_WORDS}
      </dd>
      <dt>Retention</dt>
      <dd>
        {counted(retentionDays, 'day')}. {RETENTION_WORDS}
      </dd>
      <dt>Personal data</dt>
      <dd>{redactPersonal ? PERSONAL_WORDS : 'Stays in results as it was sent.'}</dd>
    </dl>
  );
}
