import { renderRows } from '../dashboard/result-rows.tsx';
import type { LiveFrame, ResultView, RunHeader } from '../domain/run.ts';
import { LIVE_ROWS } from '../domain/run.ts';
import { type CredentialStores, findLiveSession } from '../store/credentials.ts';

/** The pages that watch a run, over hibernating sockets: the object sleeps while nothing happens and wakes with them still connected. */

const FRAME_MS = 100;
const RECHECK_MS = 25_000;
/** Close codes: sign in again; try again later, because nobody could say whether the session still holds; the agent was deleted. */
const SIGNED_OUT = 4401;
const TRY_AGAIN_LATER = 1013;
const GONE = 4404;

/** Kept by the platform with the socket, also while the object sleeps. */
type Attachment = { session: string; workspace: string; checkedAt: number };
/** What a frame is made of, asked for only when one is due. */
export type Source = { header: () => RunHeader; newest: () => ResultView[] };
type Feed = {
  source: Source;
  newest: ResultView[];
  rev: number;
  sentAt: number;
  timer: ReturnType<typeof setTimeout> | null;
};

export class Watchers {
  readonly #ctx: DurableObjectState;
  readonly #stores: CredentialStores;
  readonly #feeds = new Map<number, Feed>();

  constructor(ctx: DurableObjectState, stores: CredentialStores) {
    this.#ctx = ctx;
    this.#stores = stores;
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Takes a page in, and shows it at once where the run stands. */
  accept(seq: number, watcher: { session: string; workspace: string; now: number; source: Source }): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [String(seq)]);
    const attachment: Attachment = { session: watcher.session, workspace: watcher.workspace, checkedAt: watcher.now };
    server.serializeAttachment(attachment);
    const feed = this.#feed(seq, watcher.source);
    server.send(frameText(feed, feed.rev));
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Something changed: the first change goes out at once, then at most one frame per 100 ms. `fresh` is newest last. */
  announce(seq: number, change: { source: Source; fresh: () => ResultView[]; now: number }): void {
    if (this.#ctx.getWebSockets(String(seq)).length > 0) this.#schedule(seq, this.#updated(seq, change), change.now);
    else this.#forget(seq);
  }

  #updated(seq: number, { source, fresh }: { source: Source; fresh: () => ResultView[] }): Feed {
    const known = this.#feeds.get(seq);
    if (!known) return this.#feed(seq, source);
    known.source = source;
    known.newest = newestOf([...fresh().reverse(), ...known.newest]);
    return known;
  }

  #schedule(seq: number, feed: Feed, now: number): void {
    if (feed.timer !== null) return;
    const wait = Math.max(0, feed.sentAt + FRAME_MS - now);
    if (wait === 0) this.#send(seq, feed, now);
    else feed.timer = setTimeout(() => this.#send(seq, feed, Date.now()), wait);
  }

  #feed(seq: number, source: Source): Feed {
    const feed = this.#feeds.get(seq) ?? {
      source,
      newest: source.newest(),
      rev: source.header().rev,
      sentAt: 0,
      timer: null,
    };
    this.#feeds.set(seq, feed);
    return feed;
  }

  #forget(seq: number): void {
    const timer = this.#feeds.get(seq)?.timer;
    if (timer) clearTimeout(timer);
    this.#feeds.delete(seq);
  }

  /** A frame is made once and sent to all. */
  #send(seq: number, feed: Feed, now: number): void {
    const prev = feed.rev;
    feed.timer = null;
    feed.sentAt = now;
    feed.rev = feed.source.header().rev;
    const text = frameText(feed, prev);
    for (const socket of this.#ctx.getWebSockets(String(seq))) this.#deliver(socket, text, now);
  }

  #deliver(socket: WebSocket, text: string, now: number): void {
    const attachment = socket.deserializeAttachment() as Attachment;
    if (now - attachment.checkedAt <= RECHECK_MS) push(socket, text);
    else void this.#deliverChecked(socket, text, { attachment, now });
  }

  async #deliverChecked(
    socket: WebSocket,
    text: string,
    check: { attachment: Attachment; now: number },
  ): Promise<void> {
    const code = await this.#refusal(check.attachment, check.now);
    if (code !== null) {
      socket.close(code);
      return;
    }
    socket.serializeAttachment({ ...check.attachment, checkedAt: check.now });
    push(socket, text);
  }

  /** The agent is gone: nothing will come any more. */
  closeAll(): void {
    for (const socket of this.#ctx.getWebSockets()) socket.close(GONE);
    for (const seq of [...this.#feeds.keys()]) this.#forget(seq);
  }

  async #refusal(attachment: Attachment, now: number): Promise<number | null> {
    try {
      const session = await findLiveSession(this.#stores, { hash: attachment.session, now });
      return session?.workspace_id === attachment.workspace ? null : SIGNED_OUT;
    } catch {
      return TRY_AGAIN_LATER;
    }
  }
}

/** The newest rows of different keys: an attempt that was replaced makes room. */
function newestOf(views: ResultView[]): ResultView[] {
  const keys = new Set<string>();
  const standing = views.filter(({ test_case_id, trial }) => {
    const key = `${test_case_id}.${trial}`;
    return keys.has(key) ? false : keys.add(key);
  });
  return standing.slice(0, LIVE_ROWS);
}

function frameText(feed: Feed, prev: number): string {
  const header = feed.source.header();
  const frame: LiveFrame = { prev, run: header, rows: renderRows(feed.newest, header) };
  return JSON.stringify(frame);
}

/** A socket that just went away is the platform's to report. */
function push(socket: WebSocket, text: string): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(text);
}
