// The review queue by keys, without a page load in between: a decision is sent as its form would send it, and the answer, which is the queue
// with the next result, is set in place. Without this script the same buttons and links do the same.

const SWITCH = 'invarium.review-keys';
const queue = () => document.getElementById('queue');
const keys = document.getElementById('keys');
const box = keys?.querySelector('input');
let busy = false;

function showKeys() {
  keys.hidden = false;
  for (const key of queue()?.querySelectorAll('kbd') ?? []) key.hidden = !box.checked;
}

/** Read out, and shown with a way back to what was decided. */
function say(words, { href = '', title = '' } = {}) {
  const line = document.getElementById('said');
  line.textContent = words;
  if (!href) return;
  const link = Object.assign(document.createElement('a'), { href, textContent: title });
  line.append(' ', link);
}

/** Sets the queue of an answer in place of the one that is shown. Whatever is not a queue, such as a refusal, is shown as the page it is. */
async function take(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.getElementById('queue');
  if (!answer.ok || !fresh) {
    document.title = page.title;
    document.getElementById('main').replaceWith(page.getElementById('main'));
    document.getElementById('main').focus();
    return false;
  }
  queue().replaceWith(fresh);
  document.title = page.title;
  history.replaceState(null, '', answer.url.replace(/#.*/, ''));
  showKeys();
  scrollTo(0, 0);
  document.getElementById('item').focus({ preventScroll: true });
  return true;
}

const left = () => `${queue().dataset.left} left.`;

async function ask(request, then) {
  if (busy) return;
  busy = true;
  try {
    if (await take(await request())) then();
  } catch {
    say('The server cannot be reached. Nothing was decided; try again.');
  } finally {
    busy = false;
  }
}

function decide(form, button) {
  const { href, textContent: title } = queue().querySelector('#item a');
  const verdict = button.value.split(':')[0];
  const body = new URLSearchParams(new FormData(form, button));
  ask(
    () => fetch(form.action, { method: 'POST', body }),
    () => say(`Decided: ${verdict}. ${left()}`, { href, title }),
  );
}

function skip(link) {
  ask(
    () => fetch(link.href),
    () => say(`Skipped. ${left()}`),
  );
}

document.addEventListener('submit', (event) => {
  if (event.target.id !== 'review' || !queue()) return;
  event.preventDefault();
  decide(event.target, event.submitter);
});

document.addEventListener('click', (event) => {
  const link = event.target.closest('.skip-on');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  skip(link);
});

document.addEventListener('keydown', (event) => {
  const { key, target } = event;
  const field = target.closest('textarea, input:not([type=checkbox]), select');
  if (field && key === 'Escape') field.blur();
  if (field || !box.checked || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === 'ArrowRight' && target.closest('.scroll')) return;
  const pressed = key.length === 1 ? key.toLowerCase() : key;
  const controls = [...(queue()?.querySelectorAll('[aria-keyshortcuts]') ?? [])];
  const control = controls.find((each) => each.getAttribute('aria-keyshortcuts').split(' ').includes(pressed));
  if (!control) return;
  event.preventDefault();
  if (control.matches('textarea')) control.focus();
  else control.click();
});

if (keys) {
  box.checked = localStorage.getItem(SWITCH) !== 'off';
  box.addEventListener('change', () => {
    localStorage.setItem(SWITCH, box.checked ? 'on' : 'off');
    showKeys();
  });
  showKeys();
}
