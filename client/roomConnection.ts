import type { ClientMessageInput, ClientMessageName, ClientReply } from '../protocol/clientMessages.ts';
import type { LeaveReason, ServerMessages } from '../protocol/serverMessages.ts';
import { backoffMs } from './backoff.ts';
import { MediaAttempts } from './mediaAttempts.ts';
import { isFinal } from './refusals.ts';
import { RoomLine } from './roomLine.ts';
import type { RoomLineParts } from './roomLine.ts';
import { requestTimeoutMs } from './signalConnection.ts';
import type { Ask, SignalHandlers } from './signalConnection.ts';
import { TributaryError } from './tributaryError.ts';
import type { ConnectionState } from './types.ts';
import { WakefulPause } from './wakefulPause.ts';

/** A move begins at a moment of this time, since many are told to at once. */
const moveSpreadMs = 300;

export interface RoomConnectionParts extends Omit<RoomLineParts, 'over' | 'handlers'> {
  handlers: Omit<SignalHandlers, 'lost' | 'left' | 'mediaLost' | 'network' | 'move'>;
  /** Resolves when what was moved flows by the new node, or will not. */
  moved(): Promise<void>;
  changed(state: ConnectionState, error?: TributaryError): void;
  /** The server let us go for good. */
  left(reason: LeaveReason, durationMs?: number): void;
}

/** Being in a room: joins, and comes back by itself until it is over. */
export class RoomConnection {
  state: ConnectionState = 'connecting';
  readonly #parts: RoomConnectionParts;
  readonly #line: RoomLine;
  readonly #over = new AbortController();
  readonly #pause = new WakefulPause();
  readonly #waiting = new Set<() => void>();
  readonly #mediaAttempts = new MediaAttempts();
  /** On the way to a connection: back to one, or to another node. */
  #busy = false;
  #ending: TributaryError = new TributaryError('closed');

  constructor(parts: RoomConnectionParts) {
    const { route, handlers } = parts;
    this.#parts = parts;
    this.#line = new RoomLine({
      ...parts,
      over: this.#over.signal,
      handlers: {
        ...handlers,
        network: (list) => route.heard(list),
        lost: () => this.#recover({}),
        left: ({ reason, durationMs, edges }) => {
          if (edges !== undefined) route.redirected(route.current, edges);
          this.#left(reason, durationMs);
        },
        mediaLost: ({ afterMs }) => this.#recover({ media: true, afterMs }),
        move: (message) => void this.#move(message),
      },
    });
  }

  /** The node whose room we are in, or were last. */
  get nodeId(): string {
    return this.#line.joined?.hello.nodeId ?? '';
  }

  /** Joins for the first time. What refuses that is told to the caller, who decides whether to try again. */
  async start(abort: AbortSignal | undefined): Promise<void> {
    const giveUp = (): void => this.#end('ended', new TributaryError('aborted'));
    abort?.addEventListener('abort', giveUp, { once: true });
    if (abort?.aborted) giveUp();
    try {
      await this.#line.enterNearest();
    } catch (error) {
      const reason = this.#isOver() ? this.#ending : error;
      this.#end('error', reason instanceof TributaryError ? reason : undefined);
      throw reason;
    } finally {
      abort?.removeEventListener('abort', giveUp);
    }
    this.#watchNetwork();
    this.#live();
  }

  /** Asks the server; while the room reconnects, waits for that. */
  readonly ask: Ask = async <N extends ClientMessageName>(
    name: N,
    message: ClientMessageInput<N>,
    timeoutMs = requestTimeoutMs,
  ): Promise<ClientReply<N>> => {
    if (this.#line.joined?.open !== true) await this.#untilJoined(timeoutMs);
    if (this.#isOver()) throw this.#ending;
    if (this.#line.joined === undefined) throw new TributaryError('unreachable');
    return this.#line.joined.ask(name, message, timeoutMs);
  };

  /** The media session we have gets nothing through although the server answers. Told once for each. */
  mediaLost(): void {
    const afterMs = this.#mediaAttempts.lost(Math.random());
    if (afterMs === undefined) this.#end('error', new TributaryError('media-failed'));
    else this.#recover({ media: true, afterMs });
  }

  mediaConnected(): void {
    this.#mediaAttempts.connected();
  }

  /** Media stands still. Where the node does not answer at all, it is not waited for. */
  async suspect(): Promise<void> {
    if (this.state !== 'live' || this.#busy) return;
    const { joined } = this.#line;
    const { route } = this.#parts;
    const at = route.current;
    if ((await route.answers()) || joined !== this.#line.joined) return;
    route.failed(at);
    this.#line.drop();
  }

  /** Leaves on purpose. */
  async leave(): Promise<void> {
    const signal = this.#line.joined;
    if (!this.#isOver() && signal?.open) await signal.ask('leave', {}, 1000).catch(() => undefined);
    this.#end('ended');
  }

  /** Goes to another node while everything flows by the one that sends us. */
  async #move({ edges, withinMs }: ServerMessages['move']): Promise<void> {
    if (this.#isOver() || this.#busy || this.state !== 'live') return;
    const { route } = this.#parts;
    this.#busy = true;
    route.redirected(route.current, edges);
    try {
      await this.#pause.for(Math.random() * Math.min(moveSpreadMs, withinMs / 4));
      const url = route.toTry().find((one) => edges.some((edge) => edge.url === one));
      if (url === undefined || this.#isOver() || !this.#line.open) return;
      const letGo = await this.#line.move(url);
      await this.#parts.moved();
      await letGo();
    } catch {
      // We stay until we are sent away; then the others are asked in turn.
    } finally {
      this.#busy = false;
      if (!this.#line.open || this.#line.mediaGone) this.#recover({});
    }
  }

  #recover({
    media = false,
    afterMs = 0,
    error,
  }: {
    media?: boolean;
    afterMs?: number;
    error?: TributaryError;
  }): void {
    if (this.#isOver() || this.state === 'connecting') return;
    this.#line.mediaGone ||= media;
    // A recovery that is under way sees for itself what else has gone.
    if (this.#busy) return;
    this.#busy = true;
    this.#change('reconnecting', error ?? new TributaryError(media ? 'media-unavailable' : 'unreachable'));
    void this.#comeBack(afterMs).finally(() => (this.#busy = false));
  }

  async #comeBack(afterMs: number): Promise<void> {
    let waitMs = afterMs > 0 || this.#line.open ? afterMs : backoffMs(0, Math.random());
    for (let attempt = 1; !this.#isOver(); attempt++) {
      if (waitMs > 0) await this.#pause.for(waitMs);
      if (this.#isOver()) return;
      try {
        await this.#line.enter(attempt - 1);
        if (this.#line.open && !this.#line.mediaGone) return this.#live();
        waitMs = backoffMs(attempt, Math.random());
      } catch (error) {
        // What the app's own token function throws is most likely the network, too.
        const problem =
          error instanceof TributaryError ? error : new TributaryError('unreachable', String(error));
        if (problem.code === 'room-ended') return this.#left('ended', undefined, problem);
        if (isFinal(problem.code)) return this.#end('error', problem);
        waitMs = Math.max(problem.retryAfterMs ?? 0, backoffMs(attempt, Math.random()));
      }
    }
  }

  #live(): void {
    this.#change('live');
    for (const go of [...this.#waiting]) go();
  }

  #left(reason: LeaveReason, durationMs?: number, error?: TributaryError): void {
    if (reason === 'shutdown') {
      this.#line.close();
      return this.#recover({ error: new TributaryError('draining') });
    }
    this.#end('ended', error);
    this.#parts.left(reason, durationMs);
  }

  /** Over for good. */
  #end(state: 'ended' | 'error', error?: TributaryError): void {
    if (this.#isOver()) return;
    if (error !== undefined) this.#ending = error;
    this.#over.abort();
    this.#pause.close();
    this.#line.close();
    for (const go of [...this.#waiting]) go();
    this.#change(state, error);
  }

  #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  #change(state: ConnectionState, error?: TributaryError): void {
    this.state = state;
    this.#parts.changed(state, error);
  }

  async #untilJoined(timeoutMs: number): Promise<void> {
    if (this.#isOver()) return;
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(go);
        reject(new TributaryError('unreachable'));
      }, timeoutMs);
      this.#waiting.add(go);
    });
  }

  /** A socket that slept through another network is not to be trusted: it would be missed only after many seconds. */
  #watchNetwork(): void {
    const { signal } = this.#over;
    let wasOffline = false;
    addEventListener('offline', () => (wasOffline = true), { signal });
    addEventListener(
      'online',
      () => {
        if (wasOffline && this.#line.open) this.#line.drop();
        wasOffline = false;
      },
      { signal },
    );
  }
}
