import type { Clip, Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';

const TOOLS_SHOWN = 12;
const TOOL_NAME_CHARS = 64;

/** Tools in the order in which they were called. */
export function ToolPath({ names, more }: { names: Clip[]; more: number }) {
  return (
    <>
      {names.map((name, index) => (
        <>
          {index > 0 && ' › '}
          <Inline clip={name} />
        </>
      ))}
      {more > 0 && ` and ${more} more`}
    </>
  );
}

/** The same from plain names, as many as there is room for. */
export function BoundedPath({ tools, take }: { tools: readonly string[]; take: Take }) {
  if (tools.length === 0) return <>no tools called</>;
  const names = tools.slice(0, TOOLS_SHOWN).map((name) => take(name, TOOL_NAME_CHARS));
  return <ToolPath names={names} more={tools.length - names.length} />;
}
