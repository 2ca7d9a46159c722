import type { AgentStatus, ResultStatus, RunStatus } from '../domain/fields.ts';

/** A state in words; its colour and sign come from the style sheet by `data-status`, so colour is never the only cue. */
export function StatusBadge({ status }: { status: RunStatus | ResultStatus | AgentStatus }) {
  return (
    <span class="badge" data-status={status.toLowerCase()}>
      {status.toLowerCase()}
    </span>
  );
}
