import { allowance } from './bounded-text.ts';
import { ConfirmDelete } from './confirm-delete.tsx';
import { Inline } from './inline.tsx';
import { Layout } from './layout.tsx';

export type DeletePageProps = {
  workspaceName: string;
  csrf: string;
  /** `webhook` or `trust rule`. */
  what: string;
  name: string;
  consequence: string;
  action: string;
  back: string;
};

const NAME_CHARS = 300;
const NAME_BYTES = 2_000;

/** Asks once more before a webhook or a trust rule goes, with what hangs on it. */
export function DeletePage({ workspaceName, csrf, what, name, consequence, action, back }: DeletePageProps) {
  return (
    <Layout title={`Delete a ${what}`} workspaceName={workspaceName} csrf={csrf} here="/webhooks">
      <h1>Delete this {what}?</h1>
      <ConfirmDelete action={action} keep={back} button={`Delete the ${what}`} csrf={csrf}>
        <p class="lead">
          <Inline clip={allowance(NAME_BYTES)(name, NAME_CHARS)} />
        </p>
        <p>{consequence}</p>
      </ConfirmDelete>
    </Layout>
  );
}
