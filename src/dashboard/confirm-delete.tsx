import type { Child } from 'hono/jsx';
import { CsrfField } from './layout.tsx';

export type ConfirmDeleteProps = { action: string; keep: string; button: string; csrf: string; children: Child };

/** Asks once more, with what goes: `children` says it. `keep` is where the way back leads. */
export function ConfirmDelete({ action, keep, button, csrf, children }: ConfirmDeleteProps) {
  return (
    <>
      {children}
      <p class="lead">This cannot be undone.</p>
      <form method="post" action={action} class="pair">
        <CsrfField csrf={csrf} />
        <button type="submit" class="danger">
          {button}
        </button>
        <a href={keep}>Keep it</a>
      </form>
    </>
  );
}
