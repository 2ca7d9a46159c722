import { clientConfigs } from './client-config.ts';
import { CopyText } from './copy-text.tsx';

/** The file that each client wants, one open at a time. */
export function ClientSnippets({ mcpUrl }: { mcpUrl: string }) {
  return (
    <>
      {clientConfigs(mcpUrl).map(({ client, file, text }, index) => (
        <details class="client" name="client" open={index === 0}>
          <summary>
            {client} <code>{file}</code>
          </summary>
          <CopyText text={text} name={`${file} for ${client}`} />
        </details>
      ))}
    </>
  );
}
