import type { JoinReply } from '../protocol/clientMessages.ts';
import type { EdgeRoute } from './edgeRoute.ts';
import { Entrance } from './entrance.ts';
import type { EntranceParts, Entry } from './entrance.ts';
import type { PreparedMedia } from './preparation.ts';
import { isOfOneNode } from './refusals.ts';
import { onlyWhile, requestTimeoutMs } from './signalConnection.ts';
import type { SignalConnection, SignalHandlers } from './signalConnection.ts';
import { TributaryError } from './tributaryError.ts';

/** So many nodes are asked in a row before a pause. */
const nodesInARow = 5;

export interface RoomLineParts extends EntranceParts {
  route: EdgeRoute;
  handlers: SignalHandlers;
  /** Aborted when the room is over. */
  over: AbortSignal;
  /** Names the media we still have. */
  session(): string | undefined;
  /**
   * A join was answered; runs before anything else that the server says. `moving`: at another node, while what flows by
   * the one before goes on.
   */
  joined(reply: JoinReply, prepared: PreparedMedia, moving: boolean): void;
}

/** The one line to the room, to whichever node: who is asked to let us in, and in which order. */
export class RoomLine {
  readonly #parts: RoomLineParts;
  readonly #entrance: Entrance;
  #signal: SignalConnection | undefined;
  #joined: SignalConnection | undefined;
  /** The node that has our media. */
  #mediaAt: string | undefined;
  /** What media we have gets nothing through. */
  mediaGone = false;

  constructor(parts: RoomLineParts) {
    this.#parts = parts;
    this.#entrance = new Entrance(parts);
  }

  get open(): boolean {
    return this.#signal?.open === true;
  }

  /** The connection whose join was answered last. */
  get joined(): SignalConnection | undefined {
    return this.#joined;
  }

  /** Opens a socket to the node that was given while it looks for a nearer one: mostly, there is none. */
  async enterNearest(): Promise<void> {
    const { route } = this.#parts;
    const given = route.current;
    const elsewhere = new AbortController();
    const here = route.choose().then((url) => {
      if (url !== given) elsewhere.abort();
      return url === given;
    });
    const how = { here, abort: elsewhere.signal, patienceMs: requestTimeoutMs };
    const tried = new Set<string>();
    try {
      return await this.#enterAt(given, how);
    } catch (error) {
      if (await here) {
        tried.add(given);
        if (!this.#goesOn(given, error) || route.toTry().length === 1) throw error;
      }
    }
    await this.#enterSomewhere(0, tried);
  }

  /** Joins by the socket there is, or else by a new one. `round` counts how often everybody was asked in vain. */
  async enter(round: number): Promise<void> {
    const signal = this.#signal;
    if (signal?.open !== true) return this.#enterSomewhere(round, new Set());
    const url = this.#parts.route.current;
    try {
      await this.#keeping(url, async (keep) =>
        this.#adopt(url, await this.#entrance.again(signal, { keep })),
      );
    } catch (error) {
      if (!this.#goesOn(url, error)) throw error;
      await this.#enterSomewhere(round, new Set([url]));
    }
  }

  /** Joins at another node as well; the answer lets the connection to the one before go. */
  async move(url: string): Promise<() => Promise<void>> {
    const { over: abort } = this.#parts;
    const before = this.#signal;
    this.mediaGone = false;
    const how = { url, abort, patienceMs: requestTimeoutMs, moving: true };
    const entry = await this.#entrance.open({ ...how, handlers: this.#handlers });
    this.#adopt(url, entry, true);
    return async () => {
      if (before?.open === true) await before.ask('leave', {}, 1000).catch(() => undefined);
      before?.close();
    };
  }

  /** Hangs up as if the network had. */
  drop(): void {
    this.#signal?.drop();
  }

  close(): void {
    this.#signal?.close();
  }

  /** Asks one node after another until one lets us in; throws what the last one said. */
  async #enterSomewhere(round: number, tried: Set<string>): Promise<void> {
    const { route } = this.#parts;
    let problem: unknown = new TributaryError('unreachable');
    let silence = true;
    while (tried.size < nodesInARow) {
      const [url, another] = route.toTry().filter((one) => !tried.has(one));
      if (url === undefined) break;
      const alone = another === undefined && tried.size === 0;
      tried.add(url);
      const patienceMs = route.patienceMs(url) * 2 ** round;
      const most = alone ? requestTimeoutMs : Math.min(requestTimeoutMs, patienceMs);
      try {
        return await this.#enterAt(url, { patienceMs: most });
      } catch (error) {
        if (!this.#goesOn(url, error)) throw error;
        problem = error;
        silence &&= (error as TributaryError).code === 'unreachable';
      }
    }
    if (silence) route.forgive();
    throw problem;
  }

  /** Whether another node may do what this one refused. */
  #goesOn(url: string, error: unknown): boolean {
    const { route, over } = this.#parts;
    if (over.aborted || !(error instanceof TributaryError) || !isOfOneNode(error.code)) return false;
    if (error.edges === undefined) route.failed(url);
    else route.redirected(url, error.edges);
    return true;
  }

  async #enterAt(
    url: string,
    how: { patienceMs: number; here?: Promise<boolean>; abort?: AbortSignal },
  ): Promise<void> {
    const { over } = this.#parts;
    const abort = how.abort === undefined ? over : AbortSignal.any([over, how.abort]);
    const opened = (signal: SignalConnection): void => {
      this.#signal?.close();
      this.#signal = signal;
    };
    await this.#keeping(url, async (keep) => {
      const wish = { ...how, url, keep, abort, opened, handlers: this.#handlers };
      this.#adopt(url, await this.#entrance.open(wish));
    });
  }

  /** Names the media that a node may still have; one that was asked for new media has none of before. */
  async #keeping(url: string, enter: (keep: string | undefined) => Promise<void>): Promise<void> {
    const itsMedia = this.#mediaAt === url;
    const keep = itsMedia && !this.mediaGone ? this.#parts.session() : undefined;
    const gone = this.mediaGone;
    this.mediaGone = false;
    try {
      await enter(keep);
    } catch (error) {
      this.mediaGone ||= gone || (itsMedia && keep === undefined);
      throw error;
    }
  }

  #adopt(url: string, { signal, reply, prepared }: Entry, moving = false): void {
    const { route, over } = this.#parts;
    if (over.aborted) {
      signal.close();
      throw new TributaryError('aborted');
    }
    const how = moving ? 'moved' : this.#joined === undefined ? 'redirected' : 'failed-over';
    route.joined(url, signal.hello, reply.network, url === route.current ? undefined : how);
    this.#signal = signal;
    this.#joined = signal;
    this.#mediaAt = url;
    this.#parts.joined(reply, prepared, moving);
  }

  /** What an earlier connection still says is old news. */
  readonly #handlers = (connection: () => SignalConnection | undefined): SignalHandlers =>
    onlyWhile(() => this.#signal !== undefined && connection() === this.#signal, this.#parts.handlers);
}
