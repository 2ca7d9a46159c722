// Watches a new workspace: says what has arrived, and moves on to the first run when it is there.
// Asks at growing distances, and only while somebody looks.

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;
const GROWTH = 1.4;

const place = document.getElementById('first-use');
const words = place.querySelector('[role="status"]');
const link = place.querySelector('a');
let wait = FIRST_WAIT_MS;
let timer;

async function look() {
  const answer = await fetch('/first-use.json', { redirect: 'manual', cache: 'no-store' });
  if (answer.type === 'opaqueredirect')
    return tell({ step: 'signed-out', says: 'You are signed out.', url: '/sign-in' });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  tell(await answer.json());
}

function tell({ step, says, url }) {
  if (place.dataset.step === step) return;
  place.dataset.step = step;
  words.textContent = says;
  wait = FIRST_WAIT_MS;
  if (url) link.href = url;
  link.textContent = url ? 'Open it' : 'Check again';
  if (step === 'running' && place.dataset.stays === undefined) location.assign(url);
}

const isOver = () => ['running', 'signed-out'].includes(place.dataset.step);

async function round() {
  if (document.hidden || isOver()) return;
  await look().catch(() => undefined);
  wait = Math.min(wait * GROWTH, LONGEST_WAIT_MS);
  timer = setTimeout(round, wait);
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  wait = FIRST_WAIT_MS;
  round();
});

timer = setTimeout(round, wait);
