// Copies text and says so. Load it with `scripts={['copy']}` and write a button that is hidden until this script runs:
//   <button type="button" class="quiet" hidden data-copy="the text itself">Copy</button>
//   <button type="button" class="quiet" hidden data-copy-from="id of an element">Copy</button>  its value, else its text
//   <button type="button" class="quiet" hidden data-copy-href="/a/path">Copy</button>           what is served there
// Buttons that come into the page later work too if they are not hidden.

const SAID_MS = 2_000;
const BUTTONS = 'button[data-copy], button[data-copy-from], button[data-copy-href]';

/** Words for screen readers; a button whose name changes is not read out everywhere. */
const said = document.createElement('p');
said.className = 'unseen';
said.setAttribute('role', 'status');
document.body.append(said);

for (const button of document.querySelectorAll(BUTTONS)) button.hidden = false;

document.addEventListener('click', async ({ target }) => {
  const button = target instanceof Element ? target.closest(BUTTONS) : null;
  if (!button) return;
  try {
    await put(textOf(button));
    say(button, 'Copied');
  } catch {
    say(button, 'Not copied');
  }
});

async function textOf({ dataset }) {
  if (dataset.copy !== undefined) return dataset.copy;
  if (dataset.copyHref !== undefined) {
    const answer = await fetch(dataset.copyHref, { redirect: 'error' });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.text();
  }
  const source = document.getElementById(dataset.copyFrom);
  return source.value ?? source.textContent;
}

/** A promise goes in as it is: a browser that waited for the text first would no longer see the click. */
async function put(text) {
  if (globalThis.ClipboardItem && navigator.clipboard?.write) {
    const blob = text.then((value) => new Blob([value], { type: 'text/plain' }));
    return navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
  }
  return putByHand(await text);
}

/** Over plain http from another machine there is no clipboard to write to, only the old way. */
function putByHand(text) {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.className = 'unseen';
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  focused?.focus({ preventScroll: true });
  if (!done) throw new Error('refused');
}

function say(button, words) {
  button.dataset.words ??= button.textContent;
  button.textContent = words;
  said.textContent = words;
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = setTimeout(() => {
    button.textContent = button.dataset.words;
    said.textContent = '';
  }, SAID_MS);
}
