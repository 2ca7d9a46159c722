import type { Child } from 'hono/jsx';
import type { TrustKind } from '../domain/trust-rule.ts';
import { CopyText } from './copy-text.tsx';
import { CsrfField } from './layout.tsx';
import { AgentInput, FormError, type FormState, formState, Input, type RefusedForm } from './webhooks-fields.tsx';
import { KIND_WORDS } from './webhooks-rules.tsx';
import { githubHookSnippet, githubHookUrl, oidcSnippet, signedSnippet, type UploadPlace } from './webhooks-snippets.ts';

export type RuleFormsProps = {
  place: UploadPlace;
  mayChange: boolean;
  csrf: string;
  refused: RefusedForm | undefined;
};

/** The three ways to be trusted, each with what it is for, what a job runs, and the form that makes a rule of it. */
export function RuleForms({ place, ...form }: RuleFormsProps) {
  return (
    <div class="ways-in">
      <Way kind="github_oidc" {...form} fields={OidcFields}>
        <p>
          No secret is stored anywhere: the job asks GitHub for a token that is made for this server, and the rule says
          which repository may. Ids decide, not names, so that nobody can take a name over.
        </p>
        <CopyText text={oidcSnippet(place)} name="the steps for GitHub Actions" />
        <p class="muted">
          All jobs of one attempt form one run. A job that is split says which part it is: <code>shard=2/8</code>.
        </p>
      </Way>
      <Way kind="standard_webhook" {...form} fields={SecretField}>
        <p>
          For any other CI: the job signs the bytes of the report with a secret that both sides know. A signature is
          accepted for five minutes, and a delivery that comes again is answered as the first time.
        </p>
        <CopyText text={signedSnippet(place)} name="the shell commands" />
      </Way>
      <Way kind="github_webhook" {...form} fields={SecretField}>
        <p>
          A job that was cancelled cannot say so. GitHub does: its own webhook ends the run that such a job left open.
          Set it up with this address, the content type <code>application/json</code> and the event “Workflow runs”.
        </p>
        <CopyText text={githubHookUrl(place)} name="the address for GitHub" />
        <CopyText text={githubHookSnippet(place)} name="the command that makes the webhook" />
      </Way>
    </div>
  );
}

type WayProps = Omit<RuleFormsProps, 'place'> & {
  kind: TrustKind;
  fields: (props: { state: FormState }) => Child;
  children: Child;
};

function Way({ kind, mayChange, csrf, refused, fields: Fields, children }: WayProps) {
  const state = formState(kind, refused);
  return (
    <details class="adding" open={state.error !== null}>
      <summary>{KIND_WORDS[kind]}</summary>
      <div class="way">
        {children}
        {mayChange && (
          <form method="post" action="/webhooks/rules" class="form" autocomplete="off">
            <CsrfField csrf={csrf} />
            <input type="hidden" name="kind" value={kind} />
            <FormError state={state} />
            <Input
              {...{ state, name: 'name', label: 'Name of the rule', required: true, maxlength: 80 }}
              placeholder="CI of the shop"
            />
            <Fields state={state} />
            <AgentInput state={state} />
            <div class="stack">
              <button type="submit">Trust it</button>
            </div>
          </form>
        )}
      </div>
    </details>
  );
}

function OidcFields({ state }: { state: FormState }) {
  return (
    <>
      <Input
        {...{ state, name: 'repository_id', label: 'Repository id', required: true, maxlength: 20 }}
        hint={<Command text="gh api repos/OWNER/REPO --jq .id" />}
      />
      <Input
        {...{ state, name: 'repository_owner_id', label: 'Id of its owner', required: true, maxlength: 20 }}
        hint={<Command text="gh api repos/OWNER/REPO --jq .owner.id" />}
      />
      <Input
        {...{ state, name: 'ref', label: 'Only this ref', maxlength: 500 }}
        hint="Such as refs/heads/main; a * at the end stands for the rest. Empty: any."
      />
      <Input {...{ state, name: 'environment', label: 'Only this environment', maxlength: 500 }} hint="Empty: any." />
      <Input
        {...{ state, name: 'job_workflow_ref', label: 'Only this reusable workflow', maxlength: 500 }}
        hint="OWNER/REPO/.github/workflows/NAME.yml@refs/heads/main. Empty: any."
      />
      <div class="choices">
        <label>
          <input type="checkbox" name="allow_forks" value="yes" checked={state.values.allow_forks === 'yes'} />
          <span>
            Also take events that may run the code of a fork{' '}
            <small>pull_request_target, workflow_run, issue_comment and reviews: a stranger can start them.</small>
          </span>
        </label>
      </div>
    </>
  );
}

function Command({ text }: { text: string }) {
  return <code>{text}</code>;
}

function SecretField({ state }: { state: FormState }) {
  return (
    <Input
      {...{ state, name: 'secret', label: 'Secret', type: 'password' as const, maxlength: 200 }}
      hint="Empty: one is made for you, and shown once."
    />
  );
}
