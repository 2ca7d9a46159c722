import type { Tool } from '../tool.ts';
import { ANY_NODE, type SchemaNode, schemaNode } from './schema-node.ts';
import { declaredKind, guessKind, type ToolKind } from './tool-kind.ts';

/** What judging needs to know of one tool. */
export type ToolInfo = {
  name: string;
  kind: ToolKind;
  /** The kind was read off the name, because the blueprint does not say. */
  guessed: boolean;
  deletes: boolean;
  needsConfirmation: boolean;
  schema: SchemaNode;
};

/** The tools of one version of an agent, made ready for judging; built once and used for every result. */
export class ToolTable {
  readonly #known: ReadonlyMap<string, ToolInfo>;

  constructor(tools: readonly Tool[]) {
    this.#known = new Map(tools.map((tool) => [tool.name, describe(tool)]));
  }

  /** A tool that the blueprint does not name is described by its name alone. */
  find(name: string): ToolInfo {
    return this.#known.get(name) ?? { ...guessed(name), name, needsConfirmation: false, schema: ANY_NODE };
  }

  hasRead(): boolean {
    return [...this.#known.values()].some(({ kind }) => kind === 'read');
  }
}

export function toolTable(tools: readonly Tool[]): ToolTable {
  return new ToolTable(tools);
}

function describe({ name, side_effects, requires_confirmation, parameters }: Tool): ToolInfo {
  const kind = side_effects
    ? { kind: declaredKind(side_effects), guessed: false, deletes: side_effects === 'delete' }
    : guessed(name);
  return { name, ...kind, needsConfirmation: requires_confirmation === true, schema: schemaNode(parameters) };
}

function guessed(name: string): Pick<ToolInfo, 'kind' | 'guessed' | 'deletes'> {
  return { ...guessKind(name), guessed: true };
}
