/** What was left out of a request, said once above the list. */
export function ListNotes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <div class="alerts" role="status">
      <ul>
        {notes.map((note) => (
          <li>{note}</li>
        ))}
      </ul>
    </div>
  );
}

type PagesProps = { first: string; next: string | null; isFirst: boolean };

/** The way through a list that is read from its beginning on. */
export function ListPages({ first, next, isFirst }: PagesProps) {
  if (isFirst && next === null) return null;
  return (
    <nav aria-label="Pages" class="pages">
      <ul class="facts ways">
        {!isFirst && (
          <li>
            <a href={first}>Back to the beginning</a>
          </li>
        )}
        {next !== null && (
          <li>
            <a href={next} rel="next">
              Next page
            </a>
          </li>
        )}
      </ul>
    </nav>
  );
}
