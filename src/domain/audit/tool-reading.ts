import { words } from '../blueprint/wording.ts';
import type { SideEffects, Tool } from '../tool.ts';
import { guessKind, type ToolKind } from '../verdict/tool-kind.ts';

/** What moves money, reaches people or gives rights, and cannot be called back. */
const IN_NAMES = /^(?:pay|payment|payout|charge|withdraw|refund|transfer|send|resend|publish|grant)$/;
const IN_DESCRIPTIONS =
  /^(?:pay(?:s|ing|ments?|outs?)?|refund(?:s|ing)?|transfer(?:s|ring)?|(?:re)?send(?:s|ing)?|publish(?:es|ing)?|grant(?:s|ing)?)$/;
/** `never sends mail`, `without publishing`: a clause that says what is not done. */
const DENIED = /\b(?:not|never|without|cannot|no|doesn['’]t|don['’]t)\b[^.;:!?]*/gi;
/** Passing the conversation on is no transfer of goods. */
const RECEIVER = /^(?:human|humans|agent|agents|operator|representative|department|team|staff)$/;

const GUESSED: Record<ToolKind, SideEffects | undefined> = {
  read: 'read',
  effect: 'write',
  handoff: 'handoff',
  unknown: undefined,
};

/** What a tool does: as declared, else as its name suggests; nothing where neither says. */
export function effectOf({ name, side_effects }: Tool): SideEffects | undefined {
  if (side_effects) return side_effects;
  const { kind, deletes } = guessKind(name);
  return deletes ? 'delete' : GUESSED[kind];
}

export function changesState(tool: Tool): boolean {
  const effect = effectOf(tool);
  return effect === 'write' || effect === 'delete';
}

/** For which word a write needs a confirmation: `its name says "refund"`, or nothing where no word asks for one. */
export function irrevocableWord({ name, description }: Tool): string | undefined {
  const named = guessKind(name).deletes ? 'delete' : irrevocable(words(name), IN_NAMES);
  if (named) return `its name says "${named}"`;
  const described = irrevocable(words(description.replace(DENIED, ' ')), IN_DESCRIPTIONS);
  return described && `its description says "${described}"`;
}

function irrevocable(said: string[], listed: RegExp): string | undefined {
  const handsOver = said.some((word) => RECEIVER.test(word));
  return said.find((word) => listed.test(word) && !(handsOver && word.startsWith('transfer')));
}

/** A value a tool is given: its path in the arguments, and whether its schema limits it (or it is no text). */
export type Parameter = { path: string; name: string; description: string; isLimited: boolean };

/** Every single value of a parameters schema, those inside objects and lists too. */
export function parametersOf(tool: Tool): Parameter[] {
  return leaves(tool.parameters, { path: '', name: '' });
}

function leaves(schema: unknown, at: { path: string; name: string }): Parameter[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, items, description, type, ...rest } = schema as Record<string, unknown>;
  const inner = [
    ...fieldsOf(properties).flatMap(([name, value]) =>
      leaves(value, { path: at.path ? `${at.path}.${name}` : name, name }),
    ),
    ...(items ? leaves(items, { ...at, path: `${at.path}[]` }) : []),
    ...[rest.anyOf, rest.oneOf, rest.allOf].flat().flatMap((one) => leaves(one, at)),
  ];
  if (inner.length > 0 || at.path === '') return inner;
  const isLimited = ['enum', 'const', 'pattern'].some((key) => key in rest) || !mayBeText(type);
  return [{ ...at, description: typeof description === 'string' ? description : '', isLimited }];
}

function mayBeText(type: unknown): boolean {
  return type === undefined || type === 'string' || (Array.isArray(type) && type.includes('string'));
}

function fieldsOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
