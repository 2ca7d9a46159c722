import type { Tool } from '../tool.ts';
import { type ClaimWords, ENGLISH, pastForms, singular } from './claim-words.ts';
import { nameWords, verbsOf } from './tool-kind.ts';

/** What a past form may claim of one tool. */
export type Deed = {
  tool: string;
  /** Verbs that say the same. */
  alike: readonly string[];
  /** These verbs in any form: what did the deed speaks of it. */
  said: RegExp;
  /** Whatever was done to the object may be meant. */
  general: boolean;
  /** Nouns of which the first one beside the verb says that this tool is meant; undefined where the verb says it alone. */
  objects: ReadonlySet<string> | undefined;
  /** The verb means nothing without its object, which has to stand right beside it. */
  light: boolean;
  /** Objects that the tool's name gives it: what another tool did is not done to them. */
  own: ReadonlySet<string>;
};

/** The past forms that can claim something an agent's tools do, and an expression that finds them. */
export type ClaimVocabulary = {
  deeds: ReadonlyMap<string, readonly Deed[]>;
  forms: RegExp;
  /** The verbs of each tool. */
  verbs: ReadonlyMap<string, readonly string[]>;
};

/** Say nothing about which tool is meant. */
export const VAGUE = new Set(
  `a an the of to for in on by with from and or is are be this that it its their your any all new existing given specific id user customer
  client information info detail data value name number type status reason date time tool function use used system optional
  successfully whether when if record entry request account`.split(/\s+/),
);
const OPENERS = new Set('this tool the function it will can allows used use to a an you agent'.split(' '));

/** `tools` are those that change state. */
export function claimVocabulary(tools: readonly Tool[], english: ClaimWords = ENGLISH): ClaimVocabulary | undefined {
  const deeds = new Map<string, Deed[]>();
  const verbs = new Map<string, readonly string[]>();
  for (const tool of tools) {
    const doings = doingsOf(tool, english);
    verbs.set(tool.name, doings.verbs);
    for (const [form, deed] of deedsOf(tool, doings, english)) deeds.set(form, [...(deeds.get(form) ?? []), deed]);
  }
  const forms = [...deeds.keys()].filter((form) => LETTERS.test(form));
  return forms.length > 0 ? { deeds, verbs, forms: new RegExp(`\\b(?:${forms.join('|')})\\b`, 'g') } : undefined;
}

const LETTERS = /^\p{L}+$/u;

function deedsOf(tool: Tool, { verbs, nouns }: Doings, english: ClaimWords): [form: string, deed: Deed][] {
  const own = new Set(
    nameWords(tool.name)
      .map(singular)
      .filter((word) => word.length > 2 && !verbs.includes(word)),
  );
  const objects = new Set([...own, ...nounsIn(firstWords(tool.description), verbs), ...parameterNouns(tool, verbs)]);
  const made: [string, Deed][] = [];
  const add = (verb: string, deed: Deed) =>
    made.push(...pastForms(verb, english).map((form): [string, Deed] => [form, deed]));
  for (const verb of verbs) {
    const groups = english.alike.filter((group) => group.has(verb)).flatMap((group) => [...group]);
    const alike = [...new Set([verb, ...groups])];
    const general = english.general.has(verb);
    const common = { tool: tool.name, light: false, general, own, alike, said: anyFormOf(alike, english) };
    for (const like of alike)
      add(like, { ...common, objects: like === verb && !english.common.has(verb) ? undefined : objects });
    if (nouns.length > 0)
      for (const light of english.light)
        add(light, { ...common, light: true, general: false, objects: new Set(nouns) });
  }
  return made;
}

function anyFormOf(verbs: readonly string[], english: ClaimWords): RegExp {
  const forms = verbs
    .filter((verb) => LETTERS.test(verb))
    .flatMap((verb) => [verb, `${verb}s`, ...pastForms(verb, english)]);
  return new RegExp(`\\b(?:${forms.join('|')})\\b`);
}

type Doings = { verbs: readonly string[]; nouns: readonly string[] };

/** `cancel_order` → cancel, cancellation; `process_refund` → process, refund, and refund as a noun. */
function doingsOf({ name, description }: Tool, english: ClaimWords): Doings {
  const said = firstWords(description);
  const opening = said.find((word) => !OPENERS.has(word));
  const verbs = new Set([...verbsOf(name), ...(opening ? [singular(opening)] : [])]);
  const inverse = (noun: string) =>
    [...english.deeds].filter(([, nouns]) => nouns.includes(noun)).map(([verb]) => verb);
  const nouns = new Set<string>();
  for (const verb of [...verbs]) {
    if (!english.light.has(verb)) for (const noun of english.deeds.get(verb) ?? []) nouns.add(noun);
    else {
      const deed = nameWords(name)
        .map(singular)
        .findLast((word) => word !== verb && inverse(word).length > 0);
      const told = deed ?? said.map(singular).find((word) => word !== verb && inverse(word).length > 0);
      if (told) nouns.add(told);
      if (told) for (const made of inverse(told)) verbs.add(made);
    }
  }
  return { verbs: [...verbs], nouns: [...nouns] };
}

const WORDS_READ = 12;

function firstWords(description: string): string[] {
  const [sentence = ''] = description.slice(0, 300).split(/[.!?\n]/);
  return sentence
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .slice(0, WORDS_READ);
}

function nounsIn(words: readonly string[], verbs: readonly string[]): Set<string> {
  return new Set(words.map(singular).filter((word) => word.length > 2 && !VAGUE.has(word) && !verbs.includes(word)));
}

function parameterNouns({ parameters }: Tool, verbs: readonly string[]): string[] {
  const { properties } = parameters;
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.keys(properties).flatMap((name) => [...nounsIn(nameWords(name), verbs)]);
}
