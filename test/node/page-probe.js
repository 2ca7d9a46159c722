// Looks at a page from within. It stands in every page of a test's browser, before anything of the page itself.

globalThis.probe = (() => {
  const INTERACTIVE = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  /** For the mouse alone: the button that Enter presses in a form, and a link in a drawing whose twin stands in the table beside it. */
  const hasTwin = (element) => {
    const href = element.getAttribute('href');
    return href && [...document.links].some((link) => link.tabIndex >= 0 && link.getAttribute('href') === href);
  };
  const isAside = (element) => element.tabIndex < 0 && (element.ariaHidden === 'true' || hasTwin(element));
  const interactive = () =>
    [...document.querySelectorAll(INTERACTIVE)].filter((each) => !each.disabled && isShown(each) && !isAside(each));

  function nameOf(element) {
    const words = (element.ariaLabel ?? element.innerText ?? element.name ?? '').trim().slice(0, 40);
    return `<${element.localName}${element.id && ` id=${element.id}`}${element.name ? ` name=${element.name}` : ''}> ${words}`;
  }

  // Keyboard: what had the focus, and whether it could be seen.

  const focused = new Set();
  const unseen = new Set();

  function hasRing(element) {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  }

  document.addEventListener('focusin', ({ target }) => {
    focused.add(target);
    if (!hasRing(target)) unseen.add(target);
  });

  /** Arrow keys reach the rest of a group of radio buttons. */
  const isReached = (element) =>
    focused.has(element) ||
    (element.type === 'radio' && [...focused].some(({ type, name }) => type === 'radio' && name === element.name));

  function openAll() {
    for (const details of document.querySelectorAll('details')) {
      details.name = ''; // Of those that share a name only one can be open.
      details.open = true;
    }
    focused.clear();
    unseen.clear();
    return interactive().length;
  }

  const keyboardFaults = () => [
    ...interactive()
      .filter((each) => !isReached(each))
      .map((each) => `not reached: ${nameOf(each)}`),
    ...[...unseen].map((each) => `focus not visible: ${nameOf(each)}`),
  ];

  // Layout: what sticks out, what lies on something else.

  const isContainer = (element) => {
    const { overflowX } = getComputedStyle(element);
    return overflowX === 'auto' || overflowX === 'scroll' || overflowX === 'hidden' || overflowX === 'clip';
  };

  function sticksOut(element) {
    const { right, width } = element.getBoundingClientRect();
    if (width === 0 || right <= document.documentElement.clientWidth + 1) return false;
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (isContainer(box)) return false;
    return true;
  }

  function widthFaults() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const beyond = [...document.body.querySelectorAll('*')].filter(sticksOut);
    const widest = beyond.toSorted((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right);
    const parts = widest.slice(0, 3).map((each) => `${each.className && `.${each.className} `}${nameOf(each)}`);
    return [`${scrollWidth} px wide on a screen of ${clientWidth}: ${parts.join(' | ')}`];
  }

  const overlap = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;

  /** What a finger would hit twice; what is cut off by a scrolling box is not there to be hit. */
  function overlapFaults() {
    const boxes = interactive()
      .filter((each) => !each.closest('.skip'))
      .flatMap((element) => [...element.getClientRects()].map((box) => ({ element, box: clipped(element, box) })));
    return boxes.flatMap(({ element, box }, index) =>
      boxes
        .slice(index + 1)
        .filter(
          (other) => other.element !== element && !element.contains(other.element) && !other.element.contains(element),
        )
        .filter((other) => overlap(box, other.box))
        .map((other) => `${nameOf(element)} lies on ${nameOf(other.element)}`),
    );
  }

  function clipped(element, { left, right, top, bottom }) {
    const box = { left, right, top, bottom };
    for (let outer = element.parentElement; outer && outer !== document.body; outer = outer.parentElement) {
      if (!isContainer(outer)) continue;
      const edge = outer.getBoundingClientRect();
      box.left = Math.max(box.left, edge.left);
      box.right = Math.min(box.right, edge.right);
      box.top = Math.max(box.top, edge.top);
      box.bottom = Math.min(box.bottom, edge.bottom);
    }
    return box;
  }

  /** Bytes of the page and of all that it loaded, unpacked. */
  const weight = () =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ initiatorType }) => ['navigation', 'link', 'script', 'css', 'other'].includes(initiatorType))
      .reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0);

  // Foreign markup: what can only have come out of a text.

  const FOREIGN = [
    ...[
      'iframe',
      'object',
      'embed',
      'img',
      'video',
      'audio',
      'base',
      'math',
      'plaintext',
      'style',
      'animate',
      'main [style]',
    ],
    'script:not([src^="/assets/"])',
    'link:not([href^="/assets/"])',
    'meta[http-equiv]',
    'form[action*=":"]',
    'a[href^="javascript" i], a[href^="data" i]',
  ].join();
  const hasHandler = ({ attributes }) => [...attributes].some(({ name }) => name.startsWith('on'));

  function foreignFaults(within = 'html') {
    const parts = [...document.querySelectorAll(`${within} *`)].filter(
      (each) => each.matches(FOREIGN) || hasHandler(each),
    );
    const heading = document.querySelector('h1');
    return [
      ...globalThis.canary,
      ...parts.map(({ outerHTML }) => `foreign markup: ${outerHTML.slice(0, 100)}`),
      ...(heading && isShown(heading) ? [] : ['the heading is gone']),
    ];
  }

  // Live pages: every figure a reader could have seen, with its time.

  function watchTotal() {
    const place = () => document.querySelector('[data-n="total"]');
    const seen = [];
    const look = () => {
      const count = Number(place()?.textContent.replaceAll(',', ''));
      if (seen.at(-1)?.count !== count) seen.push({ at: Date.now(), count });
    };
    look();
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    globalThis.probe.seen = seen;
  }

  /** How late the browser is by itself: the longest time beyond the 20 ms that were asked for. */
  function watchClock() {
    let last = performance.now();
    globalThis.probe.stallMs = 0;
    setInterval(() => {
      const now = performance.now();
      globalThis.probe.stallMs = Math.max(globalThis.probe.stallMs, now - last - 20);
      last = now;
    }, 20);
  }

  return {
    watchClock,
    openAll,
    keyboardFaults,
    widthFaults,
    overlapFaults,
    foreignFaults,
    weight,
    watchTotal,
    interactive: () => interactive().length,
  };
})();

// Sockets: when a page tried to connect, and when it was let in.

globalThis.sockets = [];
globalThis.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    const attempt = { at: Date.now(), openedAt: null, closedAt: null };
    globalThis.sockets.push(attempt);
    for (const event of ['open', 'close'])
      this.addEventListener(event, () => {
        attempt[event === 'open' ? 'openedAt' : 'closedAt'] = Date.now();
      });
  }
};

// What must never happen: foreign text that runs, and the policy that stopped it.

globalThis.canary = [];
globalThis.owned = (how) => globalThis.canary.push(`ran: ${how}`);
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  globalThis.canary.push(`policy: ${violatedDirective} ${blockedURI}`),
);
