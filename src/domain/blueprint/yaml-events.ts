import { EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { faultWords, type Lines, yamlRefusal } from './yaml-faults.ts';

/** Deeper than any bracket's key stands in a document that a person indents. */
const PAD = 40;
const LINE_START_BRACKET = /[\r\n] *(?=[\]}])/g;

type Source = { text: string; lines: Lines; maxDepth: number };

/**
 * The parser's events. It refuses a `]` or `}` that begins a line no deeper than its key, as YAML 1.2 has it, but
 * everybody writes that and every other parser reads it: such a text is parsed again with those brackets indented.
 * @throws Refusal INVALID_BLUEPRINT
 */
export function yamlEvents(source: Source): Event[] {
  try {
    return parseEvents(source.text, { maxDepth: source.maxDepth });
  } catch (error) {
    const { reason, position } = faultOf(error);
    const dedented = reason.startsWith('deficient indentation') && ']}'.includes(source.text[position] ?? ' ');
    const events = dedented ? indentedEvents(source) : undefined;
    if (events) return events;
    throw yamlRefusal(source.lines, position, faultWords(reason, source.text, position));
  }
}

/** Two rounds: the first also indents brackets inside texts, and shows which those are; the second leaves them alone. */
function indentedEvents(source: Source): Event[] | undefined {
  const brackets = Array.from(source.text.matchAll(LINE_START_BRACKET), ({ index, 0: space }) => index + space.length);
  const first = paddedEvents(source, brackets);
  const outside = outsideTexts(brackets, first);
  if (outside.length === brackets.length) return first;
  const events = paddedEvents(source, outside);
  return outsideTexts(outside, events).length === outside.length ? events : undefined;
}

/** The events of the text with spaces before each of some places, their offsets those of the text without. */
function paddedEvents({ text, lines, maxDepth }: Source, places: number[]): Event[] {
  const space = ' '.repeat(PAD);
  const parts = [0, ...places].map((from, index) => text.slice(from, places[index]));
  try {
    return parseEvents(parts.join(space), { maxDepth }).map((event) => movedBack(event, places));
  } catch (error) {
    const { reason, position } = faultOf(error);
    const offset = withoutPads(position, places);
    throw yamlRefusal(lines, offset, faultWords(reason, text, offset));
  }
}

function movedBack(event: Event, places: number[]): Event {
  const fields = Object.entries(event).map(([name, value]) => {
    const isOffset = /(?:^s|S)tart$|End$/.test(name) && typeof value === 'number' && value >= 0;
    return [name, isOffset ? withoutPads(value, places) : value];
  });
  return Object.fromEntries(fields) as Event;
}

function withoutPads(offset: number, places: number[]): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) + middle * PAD < offset) low = middle + 1;
    else high = middle;
  }
  const last = places[low - 1];
  return last === undefined ? offset : Math.max(last, offset - low * PAD);
}

function outsideTexts(places: number[], events: Event[]): number[] {
  const texts = events.filter((event) => event.type === EVENT_ID.SCALAR);
  let at = 0;
  return places.filter((place) => {
    while ((texts[at]?.valueEnd ?? Number.POSITIVE_INFINITY) <= place) at += 1;
    return (texts[at]?.valueStart ?? Number.POSITIVE_INFINITY) > place;
  });
}

function faultOf(error: unknown): { reason: string; position: number } {
  if (!(error instanceof YAMLException)) throw error;
  return { reason: error.reason, position: error.mark?.position ?? 0 };
}
