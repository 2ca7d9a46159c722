import { grouped, minuteTime } from '../domain/formatting.ts';
import { agentUrl } from './agent-frame.tsx';
import { Time } from './time.tsx';

export type BlueprintVersion = { version: number; createdAt: number; confidence: string; bytes: number };

export type VersionHistoryProps = {
  agentId: string;
  versions: readonly BlueprintVersion[];
  /** The one that the page shows. */
  shown: number | undefined;
  now: number;
  mayChange: boolean;
};

/** A page is not the place for more; older ones are reached by `?version=`. */
const VERSIONS_SHOWN = 50;
const BYTES_PER_KB = 1024;

/** Every text that was ever the blueprint, newest first. */
export function VersionHistory({ agentId, versions, shown, now, mayChange }: VersionHistoryProps) {
  const url = agentUrl(agentId, 'blueprint');
  const rest = versions.length - VERSIONS_SHOWN;
  return (
    <section aria-labelledby="history">
      <h2 id="history">Version history</h2>
      <section class="wide-table" tabindex={0} aria-label="Table of versions">
        <table class="versions">
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Saved</th>
              <th scope="col">Confidence</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">Look at</th>
            </tr>
          </thead>
          <tbody>
            {versions.slice(0, VERSIONS_SHOWN).map(({ version, createdAt, confidence, bytes }, index) => (
              <tr>
                <th scope="row">{version}</th>
                <td>
                  <Time at={createdAt} now={now} />
                  <small class="wide">{minuteTime(createdAt)}</small>
                </td>
                <td>{confidence}</td>
                <td class="number">{sizeWords(bytes)}</td>
                <td>
                  <ul class="facts ways">
                    <li>
                      {version === shown ? (
                        <span aria-current="true">shown</span>
                      ) : (
                        <a href={`${url}?version=${version}`} aria-label={`Text of version ${version}`}>
                          Text
                        </a>
                      )}
                    </li>
                    {version > 1 && (
                      <li>
                        <a href={`${url}/diff?version=${version}`} aria-label={`Changes of version ${version}`}>
                          Changes
                        </a>
                      </li>
                    )}
                    {mayChange && index > 0 && (
                      <li>
                        <a href={`${url}/edit?version=${version}`} aria-label={`Restore version ${version}`}>
                          Restore
                        </a>
                      </li>
                    )}
                  </ul>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rest > 0 && <p class="muted">… and {grouped(rest)} older ones</p>}
    </section>
  );
}

function sizeWords(bytes: number): string {
  return bytes < BYTES_PER_KB ? `${bytes} B` : `${(bytes / BYTES_PER_KB).toFixed(1)} KB`;
}
