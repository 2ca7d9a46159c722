import {
  type AliasEvent,
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml';

/** From the first character of the value to behind its last; tag and anchor stand before it. */
type Range = { start: number; end: number };
type Properties = { tag?: { text: string; start: number } | undefined; anchor?: string | undefined };

export type YamlScalar = Range & Properties & { kind: 'scalar'; text: string; plain: boolean };
export type YamlList = Range & Properties & { kind: 'list'; items: YamlNode[] };
export type YamlMap = Range & Properties & { kind: 'map'; flow: boolean; pairs: { key: YamlNode; value: YamlNode }[] };
export type YamlAlias = Range & { kind: 'alias'; anchor: string };
export type YamlNode = YamlScalar | YamlList | YamlMap | YamlAlias;

/** What an empty value stands behind. */
type Indicator = '' | '-' | '?' | ':';
type CollectionEvent = SequenceEvent | MappingEvent;

/** Space between two values. Cannot fail, so it never goes back over what it read. */
const GAP = /(?:[ \t\r\n,]+|#[^\r\n]*)*/y;

/** The first document of a stream as a tree, and where it ends. The events have no places for ends and for empty values: the text does. */
export function yamlTree(text: string, events: Event[]): { root: YamlNode; next: number } {
  const tree = new Tree(text, events);
  return { root: tree.read(''), next: tree.next() };
}

class Tree {
  readonly #text: string;
  readonly #events: Event[];
  #index = 1;
  /** Behind the last character read. */
  #end = 0;

  constructor(text: string, events: Event[]) {
    this.#text = text;
    this.#events = events;
  }

  next(): number {
    GAP.lastIndex = this.#end;
    GAP.test(this.#text);
    return GAP.lastIndex;
  }

  /** Recursive: the parser has bounded the depth. */
  read(indicator: Indicator): YamlNode {
    const event = this.#events[this.#index++];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#scalar(event, indicator);
      case EVENT_ID.ALIAS:
        return this.#alias(event);
      case EVENT_ID.SEQUENCE:
        return this.#list(event);
      case EVENT_ID.MAPPING:
        return this.#map(event);
      default:
        throw new Error('The YAML parser gave no value where one was due');
    }
  }

  #scalar(event: ScalarEvent, indicator: Indicator): YamlScalar {
    const start = this.#scalarStart(event, indicator);
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    this.#end = event.valueStart < 0 ? start : event.valueEnd + (quoted ? 1 : 0);
    const value = getScalarValue(this.#text, event);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    return { kind: 'scalar', text: value, plain, ...this.#properties(event), start, end: this.#end };
  }

  #scalarStart({ style, valueStart, anchorEnd, tagEnd }: ScalarEvent, indicator: Indicator): number {
    this.#end = Math.max(this.#end, anchorEnd, tagEnd);
    switch (style) {
      case SCALAR_STYLE.SINGLE_QUOTED:
      case SCALAR_STYLE.DOUBLE_QUOTED:
        return valueStart - 1;
      case SCALAR_STYLE.LITERAL_BLOCK:
      case SCALAR_STYLE.FOLDED_BLOCK:
        return this.#blockStart(indicator);
      default:
        if (valueStart >= 0) return valueStart;
        return anchorEnd >= 0 || tagEnd >= 0 ? this.#end : this.#behind(indicator);
    }
  }

  /** An event of a block text begins at its first line, but the text begins at the `|` or `>` above that. */
  #blockStart(indicator: Indicator): number {
    this.#end = this.#behind(indicator);
    return this.next();
  }

  #alias({ anchorStart, anchorEnd }: AliasEvent): YamlAlias {
    this.#end = anchorEnd;
    const anchor = this.#text.slice(anchorStart, anchorEnd);
    return { kind: 'alias', anchor, start: anchorStart - 1, end: anchorEnd };
  }

  #list(event: SequenceEvent): YamlList {
    const items: YamlNode[] = [];
    this.#open(event);
    while (!this.#popped()) items.push(this.read('-'));
    const end = this.#close(event);
    return { kind: 'list', items, ...this.#properties(event), start: event.start, end };
  }

  #map(event: MappingEvent): YamlMap {
    const pairs: YamlMap['pairs'] = [];
    this.#open(event);
    while (!this.#popped()) pairs.push({ key: this.read('?'), value: this.read(':') });
    const end = this.#close(event);
    const flow = event.style === COLLECTION_STYLE.FLOW;
    return { kind: 'map', flow, pairs, ...this.#properties(event), start: event.start, end };
  }

  #open(event: CollectionEvent) {
    this.#end = event.start + (this.#bracketed(event) ? 1 : 0);
  }

  #popped(): boolean {
    if (this.#events[this.#index]?.type !== EVENT_ID.POP) return false;
    this.#index += 1;
    return true;
  }

  #close(event: CollectionEvent): number {
    if (this.#bracketed(event)) this.#end = this.next() + 1;
    return this.#end;
  }

  /** A single pair in a list, `[a: 1]`, is a flow mapping without brackets of its own. */
  #bracketed({ style, start }: CollectionEvent): boolean {
    return style === COLLECTION_STYLE.FLOW && '[{'.includes(this.#text[start] ?? '');
  }

  #properties({ tagStart, tagEnd, anchorStart, anchorEnd }: ScalarEvent | CollectionEvent): Properties {
    return {
      tag: tagStart < 0 ? undefined : { text: this.#text.slice(tagStart, tagEnd), start: tagStart },
      anchor: anchorStart < 0 ? undefined : this.#text.slice(anchorStart, anchorEnd),
    };
  }

  /** Behind the indicator that comes next, or where reading stands when there is none, as in `{a}`. */
  #behind(indicator: Indicator): number {
    const at = this.next();
    return indicator && this.#text[at] === indicator ? at + 1 : this.#end;
  }
}
