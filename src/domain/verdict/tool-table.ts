import type { Tool } from '../tool.ts';
import { type ClaimVocabulary, claimVocabulary } from './claim-vocabulary.ts';
import { ANY_NODE, type SchemaNode, schemaNode } from './schema-node.ts';
import { declaredKind, guessKind, type ToolKind } from './tool-kind.ts';

/** What judging needs to know of one tool. */
export type ToolInfo = {
  name: string;
  description: string;
  kind: ToolKind;
  /** The kind was read off the name, because the blueprint does not say. */
  guessed: boolean;
  deletes: boolean;
  needsConfirmation: boolean;
  schema: SchemaNode;
};

/** Names that no blueprint holds and that are remembered with their guessed kind. */
const MAX_STRANGERS = 100;

/** The tools of one version of an agent, made ready for judging; built once and used for every result. */
export class ToolTable {
  readonly #known: ReadonlyMap<string, ToolInfo>;
  readonly #strangers = new Map<string, ToolInfo>();
  readonly #tools: readonly Tool[];
  #claims: { known: ClaimVocabulary | undefined } | undefined;

  constructor(tools: readonly Tool[]) {
    this.#tools = tools;
    this.#known = new Map(tools.map((tool) => [tool.name, describe(tool)]));
  }

  /** A tool that the blueprint does not name is described by its name alone. */
  find(name: string): ToolInfo {
    return this.#known.get(name) ?? this.#stranger(name);
  }

  #stranger(name: string): ToolInfo {
    const known = this.#strangers.get(name);
    if (known) return known;
    const info = { ...guessed(name), name, description: '', needsConfirmation: false, schema: ANY_NODE };
    if (this.#strangers.size >= MAX_STRANGERS) this.#strangers.clear();
    this.#strangers.set(name, info);
    return info;
  }

  /** How an agent with these tools can claim to have done something; undefined where none of them changes anything. */
  get claims(): ClaimVocabulary | undefined {
    this.#claims ??= { known: claimVocabulary(this.#tools.filter(({ name }) => this.find(name).kind === 'effect')) };
    return this.#claims.known;
  }

  hasConfirming(): boolean {
    return [...this.#known.values()].some(({ needsConfirmation }) => needsConfirmation);
  }

  hasRead(): boolean {
    return [...this.#known.values()].some(({ kind }) => kind === 'read');
  }
}

export function toolTable(tools: readonly Tool[]): ToolTable {
  return new ToolTable(tools);
}

function describe({ name, description, side_effects, requires_confirmation, parameters }: Tool): ToolInfo {
  const kind = side_effects
    ? { kind: declaredKind(side_effects), guessed: false, deletes: side_effects === 'delete' }
    : guessed(name);
  const needsConfirmation = requires_confirmation === true;
  return { name, description, ...kind, needsConfirmation, schema: schemaNode(parameters) };
}

function guessed(name: string): Pick<ToolInfo, 'kind' | 'guessed' | 'deletes'> {
  return { ...guessKind(name), guessed: true };
}
