// Keeps two things of an agent's pages fresh: what is wrong with a blueprint while it is written, and how far a generation is.

const QUIET_MS = 500;
const POLL_MS = 1_500;
const LAST_POLL_MS = 10_000;

const form = document.querySelector('form[data-check]');
if (form) watchForm(form);
if (document.querySelector('[data-saved]')) sessionStorage.removeItem(draftKey(`${location.pathname}/edit`));
if (document.querySelector('#generation[data-live]')) setTimeout(refresh, POLL_MS, POLL_MS);

function draftKey(path) {
  return `blueprint:${path}`;
}

/** The text goes to the server when somebody stops typing; only the answer to the newest text is shown. A draft outlives a sign-out in this tab. */
function watchForm(form) {
  const field = form.elements.blueprint;
  const key = draftKey(location.pathname);
  const draft = sessionStorage.getItem(key);
  if (draft !== null && draft !== field.value) offer(draft);
  let timer;
  let asked;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    asked?.abort();
    keep(key, field.value);
    show('waiting', ['Checking…']);
    timer = setTimeout(check, QUIET_MS);
  });

  async function check() {
    asked = new AbortController();
    const body = new FormData();
    body.set('csrf', form.elements.csrf.value);
    body.set('blueprint', field.value);
    try {
      const answer = await fetch(form.dataset.check, { method: 'POST', body, signal: asked.signal, redirect: 'error' });
      const { ok, summary, problems } = await answer.json();
      show(ok ? 'valid' : 'invalid', ok ? [summary] : problems);
    } catch (error) {
      if (error.name !== 'AbortError')
        show('waiting', ['Not checked: the server did not answer. Saving checks again.']);
    }
  }

  function offer(text) {
    const note = document.createElement('p');
    note.className = 'said';
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet';
    button.textContent = 'Bring it back';
    button.onclick = () => {
      field.value = text;
      note.remove();
      field.focus();
      check();
    };
    note.append('A text that was not saved is kept in this tab. ', button);
    form.before(note);
  }
}

/** A draft that does not fit in is not kept; the form still holds it. */
function keep(key, text) {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    sessionStorage.removeItem(key);
  }
}

function show(state, lines) {
  const verdict = document.getElementById('verdict');
  verdict.dataset.state = state;
  verdict.replaceChildren(
    ...lines.map((line) => Object.assign(document.createElement('p'), { textContent: line, dir: 'auto' })),
  );
}

/** The page of a generation, fetched again until it says that there is nothing more to come. */
async function refresh(pause) {
  let next = POLL_MS;
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('generation');
    if (!fresh) return;
    const shown = document.getElementById('generation');
    if (!shown.isEqualNode(fresh)) shown.replaceWith(fresh);
    if (fresh.dataset.live === undefined) return;
  } catch {
    next = Math.min(LAST_POLL_MS, pause * 2);
  }
  setTimeout(refresh, next, next);
}
