import type { Socket } from 'socket.io';
import type { ClientToServerEvents } from '../../protocol/clientMessages.ts';
import type { Edge } from '../../protocol/edges.ts';
import type { ConsumerInfo, LeaveReason, ServerToClientEvents } from '../../protocol/serverMessages.ts';
import type { Actor } from '../rooms/commands.ts';
import type { LiveRoom } from './liveRoom.ts';
import type { MessageRates } from './messageRates.ts';

export type ServerSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** Where a connection is in a room, from its join to its end. */
export interface Session {
  live: LiveRoom;
  actor: Actor;
}

/** What else there is to say to one who is let go. */
export interface Departure {
  durationMs?: number | undefined;
  edges?: Edge[] | undefined;
}

/** Offers of feeds that a page may leave unanswered; more than a stage ever has. */
const mostUnanswered = 200;

export interface ConnectionParts {
  socket: ServerSocket;
  joinDeadlineMs: number;
  rates: MessageRates;
  /** Ends a connection whose page answers nothing. */
  cutUnanswered(): void;
}

/** One browser's socket, and the session it has once it joined. */
export class Connection {
  readonly socket: ServerSocket;
  /** Its own until it joins, then those of the person: coming back does not give them anew. */
  rates: MessageRates;
  /** When its page was last told to go to another node, on the clock of `performance.now()`. */
  toldToMoveAtMs: number | undefined;
  readonly #parts: ConnectionParts;
  #session: Session | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #lastJoin: Promise<unknown> = Promise.resolve();
  #firstFrameTold = false;

  #unanswered = 0;

  constructor(parts: ConnectionParts) {
    this.socket = parts.socket;
    this.rates = parts.rates;
    this.#parts = parts;
    this.session = undefined;
  }

  get open(): boolean {
    return this.socket.connected;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** A connection without a session has some time to join, or to join again; then it is closed. */
  set session(session: Session | undefined) {
    clearTimeout(this.#deadline);
    this.#session = session;
    this.#firstFrameTold = false;
    if (session !== undefined || !this.open) return;
    this.#deadline = setTimeout(() => this.socket.disconnect(true), this.#parts.joinDeadlineMs);
  }

  /** Whether this is the first time in this session that the page tells of its first picture. */
  tellsFirstFrame(): boolean {
    const first = !this.#firstFrameTold;
    this.#firstFrameTold = true;
    return first;
  }

  /** Runs joins one after another: side by side, two identities would both find the connection free. */
  joinInTurn<T>(join: () => Promise<T>): Promise<T> {
    const mine = this.#lastJoin.then(join);
    this.#lastJoin = mine.catch(() => undefined);
    return mine;
  }

  /** Tells the page about new feeds; `ready` runs when it can take them, never when the connection ends before. */
  offerConsumers(added: ConsumerInfo[], ready: () => void): void {
    if (this.#unanswered >= mostUnanswered) {
      // After this turn, since whoever offers goes on offering to others.
      setImmediate(() => {
        this.#parts.cutUnanswered();
      });
      return;
    }
    this.#unanswered += 1;
    this.socket.emit('consumers', { added }, () => {
      this.#unanswered -= 1;
      ready();
    });
  }

  /** Its page is to go on at one of these nodes; what flows here goes on until it has. */
  tellToMove(edges: Edge[], withinMs: number, nowMs: number): void {
    this.toldToMoveAtMs = nowMs;
    this.socket.emit('move', { edges, withinMs });
  }

  /** The server lets this connection go, and says why; with `edges`, where to go. */
  dismiss(reason: LeaveReason, { durationMs, edges = [] }: Departure = {}): void {
    this.socket.emit('left', {
      reason,
      ...(durationMs !== undefined && { durationMs }),
      ...(edges.length > 0 && { edges }),
    });
    this.session = undefined;
    // After this turn, so that the answer to the message that caused it still goes out.
    setImmediate(() => this.socket.disconnect(true));
  }
}
