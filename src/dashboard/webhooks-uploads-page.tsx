import type { TrustRule } from '../domain/trust-rule.ts';
import { CopyText } from './copy-text.tsx';
import type { RefusedForm } from './webhooks-fields.tsx';
import { AgentChoice, type FrameProps, WebhooksFrame } from './webhooks-frame.tsx';
import { type RefusedOfAgent, UploadHealth } from './webhooks-health.tsx';
import { RuleForms } from './webhooks-rule-forms.tsx';
import { RuleList } from './webhooks-rules.tsx';
import { type UploadPlace, uploadUrl } from './webhooks-snippets.ts';

export type UploadsPageProps = FrameProps & {
  rules: readonly TrustRule[];
  uploads: readonly RefusedOfAgent[];
  place: UploadPlace;
  refused?: RefusedForm;
};

/** Who may bring results without an API key, where they go, and what was refused. */
export function UploadsPage({ rules, uploads, place, refused, ...page }: UploadsPageProps) {
  const { csrf, now, mayChange, agents } = page;
  return (
    <WebhooksFrame {...page} tab="/webhooks/uploads">
      <section aria-labelledby="trust">
        <h2 id="trust">Who may upload without an API key</h2>
        {rules.length === 0 && (
          <p class="empty">
            Nobody: a job needs an <a href="/api-keys">API key</a> with the scope <code>ingest</code>. Trust a CI system
            itself and no key has to be kept in it.
          </p>
        )}
        <RuleList {...{ rules, now, mayChange, csrf }} />
        <h3 class="sub">Where reports go</h3>
        <CopyText text={uploadUrl(place)} name="the upload address" />
        <p class="notes">
          The last part is the name of the agent. Each way to be trusted comes with what a job runs for it:
        </p>
        <RuleForms {...{ place, mayChange, csrf, refused }} />
      </section>
      <UploadHealth uploads={uploads} now={now}>
        <AgentChoice {...{ agents, action: '/webhooks/uploads#health', label: 'Uploads for' }} />
      </UploadHealth>
    </WebhooksFrame>
  );
}
