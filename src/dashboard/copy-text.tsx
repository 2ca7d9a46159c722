/** Text to paste elsewhere, with a button that copies it; without script one click on the text selects all of it. */
export function CopyText({ text, name }: { text: string; name: string }) {
  return (
    <div class="copyable">
      <pre class="copy">{text}</pre>
      <button type="button" class="quiet" hidden data-copy={text} aria-label={`Copy ${name}`}>
        Copy
      </button>
    </div>
  );
}
