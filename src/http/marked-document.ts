import { readDocument } from '../domain/blueprint/document.ts';
import { type Mark, marksOf } from '../domain/blueprint/marks.ts';

/** A text with what is known of its parts; one that rules have outgrown since it was stored is shown plain. */
export function markedDocument(text: string): { text: string; marks: Mark[] } {
  try {
    const document = readDocument(text);
    return { text: document.text, marks: marksOf(document) };
  } catch {
    return { text, marks: [] };
  }
}
