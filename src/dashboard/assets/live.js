// Keeps a run page in step with its run. A frame carries absolute numbers and finished rows, so one that is newer than
// the page is the truth; the page itself is fetched again only where frames are known to be missing.

const PING_MS = 25_000;
const PONG_MS = 10_000;
const FIRST_RETRY_MS = 400;
const LAST_RETRY_MS = 30_000;
const LONG_AWAY_MS = 60_000;
const SIGNED_OUT = 4401;

const region = () => document.getElementById('run');
const all = (selector) => region().querySelectorAll(selector);
const rev = () => Number(region().dataset.rev);
const isOver = () => ['completed', 'failed/cancelled'].includes(region().dataset.state);

let socket;
let failures = 0;
let heard = false;
let stopped = false;
let fetching = false;
let retry;
let hiddenAt = Date.now();

/** Announced by screen readers, therefore touched only when the words change. */
function say(state, words) {
  const line = document.getElementById('live-state');
  line.dataset.state = state;
  if (line.textContent !== words) line.textContent = words;
}

const sayOnline = () => (isOver() ? say('ended', 'Ended. Late results still appear.') : say('live', 'Live'));

function halt(state, words) {
  stopped = true;
  clearTimeout(retry);
  say(state, words);
}

function connect() {
  clearTimeout(retry);
  const url = new URL(region().dataset.liveUrl, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const opened = new WebSocket(url);
  socket = opened;
  // The server greets with a frame: after a break it tells whether anything was missed.
  opened.onopen = () => {
    failures = 0;
    sayOnline();
  };
  opened.onmessage = ({ data }) => {
    heard = true;
    if (data !== 'pong') receive(JSON.parse(data));
  };
  opened.onclose = ({ code }) => opened === socket && lost(code);
}

function lost(code) {
  socket = undefined;
  if (stopped) return;
  if (code === SIGNED_OUT) return halt('signed-out', 'Signed out.');
  if (isOver()) return say('ended', 'Ended. Reload to look for late results.');
  failures += 1;
  const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
  retry = setTimeout(connect, wait * (0.5 + Math.random() / 2));
  if (failures === 1) return; // One short break is nobody's business.
  say('reconnecting', 'Reconnecting…');
  refetch(); // A refused handshake does not say why; the page does, and it brings the figures where sockets cannot pass.
}

function receive({ prev, run, rows }) {
  if (run.rev <= rev()) return;
  const missed = prev > rev() || String(run.expected_total ?? '') !== region().dataset.expected;
  const wasOver = isOver();
  showNumbers(run);
  showState(run);
  showRows(rows);
  const turned = wasOver !== isOver();
  if (turned) sayOnline();
  if (missed || turned) refetch(); // What is only said of a run that is over does not travel in frames.
}

function showNumbers({ counts, expected_total: expected = 0, flaky_cases: flaky }) {
  // Rounded as on the server: 100 only when all of them.
  const share = (part, whole) => (whole ? Math.min(part < whole ? 99 : 100, Math.round((part / whole) * 100)) : 0);
  const progress = share(counts.total, expected);
  const numbers = { ...counts, progress, pass_rate: share(counts.passed, counts.total), flaky };
  for (const place of all('[data-n]')) place.textContent = numbers[place.dataset.n].toLocaleString('en');
  let before = 0;
  for (const stretch of all('.bar rect')) {
    stretch.setAttribute('x', before);
    stretch.setAttribute('width', counts[stretch.dataset.outcome]);
    before += counts[stretch.dataset.outcome];
  }
  for (const drawing of all('.bar svg'))
    drawing.setAttribute('viewBox', `0 0 ${Math.max(counts.total, expected, 1)} 1`);
  for (const bar of all('[role=progressbar]')) {
    bar.setAttribute('aria-valuenow', Math.min(counts.total, expected));
    bar.setAttribute('aria-valuetext', `${counts.total} of ${expected}`);
  }
}

function showState({ rev, status, status_reason: reason, completed_at: endedAt, counts }) {
  const state = reason ? `${status}/${reason}` : status;
  Object.assign(region().dataset, { rev, state });
  const over = status === 'completed' || status === 'failed';
  const holds = { [state]: true, over, undecided: status === 'completed' && counts.pending, ended: endedAt };
  for (const part of all('[data-when]')) part.hidden = !holds[part.dataset.when];
  for (const badge of all('.title .badge')) badge.textContent = badge.dataset.status = status;
  for (const time of all('[data-when=ended] time')) {
    time.dateTime = new Date(endedAt ?? 0).toISOString();
    time.textContent = `${time.dateTime.slice(0, 16).replace('T', ' ')} UTC`;
  }
}

/** The server's rows, set in place one by one: what did not change is not touched, and a row that is being read stays. */
function showRows(html) {
  const list = document.getElementById('rows');
  const template = document.createElement('template');
  template.innerHTML = html;
  // Newest first; turned round so that of two attempts of one case the newer one wins.
  const wanted = new Map([...template.content.children].reverse().map((row) => [row.dataset.key, row]));
  for (const row of [...list.children]) {
    const next = wanted.get(row.dataset.key);
    const isRead = row.querySelector('details').open;
    if (!next && !isRead) row.remove();
    if (!next) continue;
    next.querySelector('details').open = isRead;
    if (row.isEqualNode(next)) wanted.set(row.dataset.key, row);
    else replaceRow(row, next);
  }
  let place = list.firstElementChild;
  for (const row of [...wanted.values()].reverse()) {
    if (row === place) place = place.nextElementSibling;
    else list.insertBefore(row, place);
  }
}

function replaceRow(row, next) {
  const hadFocus = row.contains(document.activeElement);
  row.replaceWith(next);
  if (hadFocus) next.querySelector('summary').focus({ preventScroll: true });
}

async function refetch() {
  if (fetching || stopped) return;
  fetching = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('run');
    if (fresh) swap(fresh);
    else if (answer.ok || answer.status === 401) halt('signed-out', 'Signed out.');
    else if (answer.status < 500) halt('ended', 'This run is no longer here.');
  } catch {
    // No connection: the next attempt to reconnect asks again.
  } finally {
    fetching = false;
  }
}

function swap(fresh) {
  if (Number(fresh.dataset.rev) < rev()) return;
  const focused = document.activeElement;
  const rows = fresh.querySelector('#rows');
  showRows(rows.innerHTML);
  rows.replaceWith(document.getElementById('rows'));
  region().replaceWith(fresh);
  if (focused.isConnected) focused.focus({ preventScroll: true });
}

/** A line that died without a word, as lines do while a laptop sleeps, is found out by asking. */
function probe() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const asked = socket;
  heard = false;
  asked.send('ping');
  setTimeout(() => {
    if (heard || asked !== socket) return;
    lost();
    asked.close();
  }, PONG_MS);
}

/** Browsers slow down and freeze hidden tabs: on its return the page catches up at once and says that it did. */
async function resume() {
  const minutes = Math.round((Date.now() - hiddenAt) / 60_000);
  if (socket) probe();
  else if (!stopped) connect();
  if (Date.now() - hiddenAt < LONG_AWAY_MS) return;
  await refetch();
  if (!stopped) say(isOver() ? 'ended' : 'live', `Caught up after ${minutes} min in the background.`);
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) hiddenAt = Date.now();
  else resume();
});
if (region()) {
  connect();
  setInterval(probe, PING_MS);
}
