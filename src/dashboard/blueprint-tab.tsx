import { grouped } from '../domain/formatting.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { BlueprintDocument, type MarkedText } from './blueprint-document.tsx';
import { type BlueprintVersion, VersionHistory } from './blueprint-versions.tsx';
import { Time } from './time.tsx';

export type ShownBlueprint = {
  version: number;
  createdAt: number;
  /** It was uploaded as JSON, and is shown as the YAML it means. */
  isJson: boolean;
  marked: MarkedText;
  /** The line to begin with, from 1. */
  from: number;
};

export type BlueprintTabProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  /** Null where nothing was ever uploaded. */
  shown: ShownBlueprint | null;
  /** Newest first. */
  versions: readonly BlueprintVersion[];
  /** The newest version before the save that led here. */
  saved: number | null;
  now: number;
  mayChange: boolean;
};

/** What the agent says it is: the document, the ways to take it along or change it, and all it was before. */
export function BlueprintTab({
  agent,
  workspaceName,
  csrf,
  shown,
  versions,
  saved,
  now,
  mayChange,
}: BlueprintTabProps) {
  const [newest] = versions;
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="blueprint" scripts={['blueprint', 'copy']}>
      {saved !== null && newest && <Saved agent={agent} isNew={newest.version > saved} version={newest.version} />}
      {shown === null ? (
        <p class="empty">
          No blueprint is stored. Upload one with <code>invarium_upload_blueprint</code>
          {mayChange && (
            <>
              , or <a href={`${agentUrl(agent.id, 'blueprint')}/edit`}>write it here</a>
            </>
          )}
          .
        </p>
      ) : (
        <Shown agent={agent} shown={shown} newest={newest?.version ?? shown.version} now={now} mayChange={mayChange} />
      )}
      {versions.length > 0 && (
        <VersionHistory agentId={agent.id} {...{ versions, now, mayChange }} shown={shown?.version} />
      )}
    </AgentFrame>
  );
}

function Saved({ agent, isNew, version }: { agent: FramedAgent; isNew: boolean; version: number }) {
  if (!isNew)
    return (
      <p class="said" role="status" data-saved>
        The text is that of version {version}: there was nothing to save.
      </p>
    );
  return (
    <p class="said" role="status" data-saved>
      Saved as version {version}, and <a href={agentUrl(agent.id, 'audit')}>audited anew</a>. Tests were not
      regenerated: where the agent does something new, <a href={`${agentUrl(agent.id)}/generate`}>generate tests</a> for
      it.
    </p>
  );
}

type ShownProps = { agent: FramedAgent; shown: ShownBlueprint; newest: number; now: number; mayChange: boolean };

function Shown({ agent, shown, newest, now, mayChange }: ShownProps) {
  const { version, createdAt, isJson, marked, from } = shown;
  const url = agentUrl(agent.id, 'blueprint');
  const isNewest = version === newest;
  const query = isNewest ? '' : `?version=${version}`;
  const page = (line: number) =>
    `${url}?${new URLSearchParams({ ...(isNewest ? {} : { version: String(version) }), from: String(line) })}`;
  return (
    <section aria-labelledby="document">
      <div class="bar-of-ways">
        <h2 id="document">
          Version {grouped(version)}{' '}
          <small>
            {isNewest ? 'the newest' : `of ${grouped(newest)}`}, <Time at={createdAt} now={now} />
          </small>
        </h2>
        <div class="ways-on">
          <button
            type="button"
            class="quiet"
            hidden
            data-copy-href={`${url}.yaml${query}`}
            aria-label="Copy the blueprint"
          >
            Copy
          </button>
          <a href={`${url}.yaml${query}`} class="button quiet" download>
            Download
          </a>
          {mayChange && (
            <a href={`${url}/edit${query}`} class="button">
              {isNewest ? 'Edit' : 'Restore'}
            </a>
          )}
        </div>
      </div>
      {isJson && <p class="notes">It was uploaded as JSON and is shown as the YAML it means.</p>}
      <BlueprintDocument marked={marked} from={from} url={page} />
    </section>
  );
}
