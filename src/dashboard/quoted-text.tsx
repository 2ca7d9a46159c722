import { type Clip, cutNote, type Take } from './bounded-text.ts';

/** A foreign text in pieces; those that a verdict rests on are marked. `ahead` characters before the first piece are left out. */
export type QuotedText = { ahead: number; pieces: { clip: Clip; isQuote: boolean }[] };

/** Characters shown before a quote that stands too far down to be reached. */
const LEAD_CHARS = 200;

type Wanted = { text: string; quotes: readonly string[]; maxChars: number; take: Take };

/** The beginning of a text, or where the first quote lies beyond it, the text around that. */
export function fitQuoted({ text, quotes, maxChars, take }: Wanted): QuotedText {
  const places = placesOf(text, quotes);
  const [first] = places;
  const ahead = first && first.end > maxChars ? Math.max(0, first.start - LEAD_CHARS) : 0;
  const end = ahead + maxChars;
  const pieces: QuotedText['pieces'] = [];
  let at = ahead;
  for (const { start, end: stop } of places.filter((place) => place.start < end)) {
    if (start > at) pieces.push({ clip: take(text.slice(at, start), start - at), isQuote: false });
    pieces.push({ clip: take(text.slice(start, stop), maxChars), isQuote: true });
    at = stop;
  }
  const rest = text.slice(at);
  if (rest !== '') pieces.push({ clip: take(rest, Math.max(0, end - at)), isQuote: false });
  return { ahead, pieces };
}

type Stretch = { start: number; end: number };

/** Where the quotes stand, none over another. A quote that was cut ends in an ellipsis, which the text does not hold. */
function placesOf(text: string, quotes: readonly string[]): Stretch[] {
  const found = quotes.flatMap((quote): Stretch[] => {
    const words = quote.replace(/…$/, '').trim();
    const start = words === '' ? -1 : text.indexOf(words);
    return start < 0 ? [] : [{ start, end: start + words.length }];
  });
  const places: Stretch[] = [];
  for (const place of found.sort((one, other) => one.start - other.start)) {
    if (place.start >= (places.at(-1)?.end ?? 0)) places.push(place);
  }
  return places;
}

/** The text as it was written, with its quotes marked, and a note of what is missing. */
export function Quoted({ text }: { text: QuotedText }) {
  const cut = text.pieces.reduce((sum, { clip }) => sum + clip.cut, 0);
  const notes = [
    cutNote({ text: '', cut: text.ahead })?.replace('Cut here', 'Begins later'),
    cutNote({ text: '', cut }),
  ];
  return (
    <>
      <p class="said" dir="auto">
        {text.ahead > 0 && '… '}
        {text.pieces.map(({ clip, isQuote }) => (isQuote ? <mark>{clip.text}</mark> : clip.text))}
      </p>
      {notes.map((note) => note && <p class="muted">{note}</p>)}
    </>
  );
}
