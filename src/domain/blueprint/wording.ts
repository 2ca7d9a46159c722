/** Reading names and sentences as words: `cancelOrder`, `cancel_order` and `Cancel order` are the same two. */

/** A name of more words is only found by the whole text being it. */
const LONGEST_NAME_WORDS = 8;

export function words(text: string): string[] {
  return (
    text
      .replace(/([\p{Ll}\p{N}])(?=\p{Lu})/gu, '$1 ')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** A text as lower-case words with single spaces between. */
export function spoken(text: string): string {
  return words(text).join(' ');
}

/**
 * Finds which of some names a text says, in the text's order, the longest where one begins with another
 * (`search_flights` is not `search`). Linear in the text, however many names there are.
 */
export function nameFinder(names: string[]): (text: string) => string[] {
  const bySound = new Map(names.toReversed().map((name) => [spoken(name), name]));
  return (text) => {
    const whole = bySound.get(spoken(text));
    if (whole !== undefined) return [whole];
    const said = words(text);
    const found = new Set<string>();
    for (let at = 0; at < said.length; at++) {
      const [length, name] = longestAt(said, at, bySound);
      if (name === undefined) continue;
      found.add(name);
      at += length - 1;
    }
    return [...found];
  };
}

function longestAt(said: string[], at: number, bySound: Map<string, string>): [number, string | undefined] {
  for (let length = Math.min(LONGEST_NAME_WORDS, said.length - at); length > 0; length--) {
    const name = bySound.get(said.slice(at, at + length).join(' '));
    if (name !== undefined) return [length, name];
  }
  return [0, undefined];
}
