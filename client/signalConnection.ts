import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type {
  ClientMessageInput,
  ClientMessageName,
  ClientReply,
  ClientToServerEvents,
  JoinReply,
} from '../protocol/clientMessages.ts';
import { errors } from '../protocol/errors.ts';
import type { Refusal, Result } from '../protocol/errors.ts';
import type {
  ConsumerInfo,
  ServerMessageName,
  ServerMessages,
  ServerToClientEvents,
} from '../protocol/serverMessages.ts';
import { TributaryError } from './tributaryError.ts';

/** No request waits longer than this for its answer. */
export const requestTimeoutMs = 10_000;
const joinPatienceMs = 500;

/** What is done with each thing the server says. */
export type SignalHandlers = {
  [N in Exclude<ServerMessageName, 'hello' | 'joined'>]: (message: ServerMessages[N]) => void;
} & {
  /** `ready` tells the server that the media can flow. */
  consumers: (added: ConsumerInfo[], ready: () => void) => void;
  /** The connection was lost; not told after `close()`. */
  lost: () => void;
};

/** The same handlers, which hear nothing while `current` says no. */
export function onlyWhile(current: () => boolean, handlers: SignalHandlers): SignalHandlers {
  const all: [string, (...heard: never[]) => void][] = Object.entries(handlers);
  const gated = all.map(([name, handler]) => [
    name,
    (...heard: never[]) => {
      if (current()) handler(...heard);
    },
  ]);
  return Object.fromEntries(gated) as SignalHandlers;
}

/** Asks the server something; rejects with a `TributaryError`. */
export type Ask = <N extends ClientMessageName>(
  name: N,
  message: ClientMessageInput<N>,
  timeoutMs?: number,
) => Promise<ClientReply<N>>;

export interface SignalOptions {
  origin: string;
  handlers: SignalHandlers;
  abort: AbortSignal;
  /** How long the server may take for its first word. */
  patienceMs: number;
  /** A join to send along, which saves a round trip; never rejects. */
  joining: Promise<ClientMessageInput<'join'> | undefined>;
}

/** One socket, from its `hello` to its end. It never reconnects by itself: coming back is the room's business. */
export class SignalConnection {
  readonly hello: ServerMessages['hello'];
  /** The answer to the join that went along with the CONNECT; undefined where none did. */
  readonly joined: Promise<JoinReply> | undefined;
  readonly #socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  readonly #handlers: SignalHandlers;
  #closed = false;

  private constructor(
    socket: Socket<ServerToClientEvents, ClientToServerEvents>,
    hello: ServerMessages['hello'],
    joined: Promise<JoinReply> | undefined,
    handlers: SignalHandlers,
  ) {
    this.#socket = socket;
    this.hello = hello;
    this.joined = joined;
    this.#handlers = handlers;
    this.#listen();
  }

  /** Connects, asks to join where `joining` comes to a message, and waits for the server's first word. */
  static async open({
    origin,
    handlers,
    abort,
    joining,
    patienceMs,
  }: SignalOptions): Promise<SignalConnection> {
    const join = Promise.race([joining, patience()]);
    const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(origin, {
      path: '/rtc',
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: (give) => {
        void join.then((message) => give(message === undefined ? {} : { join: message }));
      },
    });
    const joined = answerTo(socket);
    try {
      const hello = await firstWord(socket, abort, patienceMs);
      return new SignalConnection(socket, hello, (await join) && joined, handlers);
    } catch (error) {
      socket.disconnect();
      throw error;
    }
  }

  get open(): boolean {
    return !this.#closed && this.#socket.connected;
  }

  readonly ask: Ask = <N extends ClientMessageName>(
    name: N,
    message: ClientMessageInput<N>,
    timeoutMs = requestTimeoutMs,
  ): Promise<ClientReply<N>> => {
    if (!this.open) return Promise.reject(new TributaryError('unreachable'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new TributaryError('unreachable', `no answer to ${name}`)),
        timeoutMs,
      );
      const gone = (): void => {
        clearTimeout(timer);
        reject(new TributaryError('unreachable', 'the connection was lost'));
      };
      this.#socket.once('disconnect', gone);
      const reply = (result: Result<ClientReply<N>>): void => {
        clearTimeout(timer);
        this.#socket.off('disconnect', gone);
        if (result.ok) resolve(result.value);
        else reject(TributaryError.fromRefusal(result.error));
      };
      // The compiler cannot see that a generic row of the table is one of its rows.
      (this.#socket as unknown as { emit(event: string, ...args: unknown[]): void }).emit(
        name,
        message,
        reply,
      );
    });
  };

  /** Hangs up as if the network had: `lost` is told. */
  drop(): void {
    this.#socket.disconnect();
  }

  close(): void {
    this.#closed = true;
    this.#socket.disconnect();
  }

  #listen(): void {
    const { consumers, lost, ...messages } = this.#handlers;
    const socket = this.#socket as unknown as {
      on(event: string, listener: (message: never, ready: () => void) => void): void;
    };
    for (const [name, handler] of Object.entries(messages)) {
      socket.on(name, (message) => {
        if (!this.#closed) handler(message);
      });
    }
    this.#socket.on('consumers', ({ added }, ready) => {
      if (!this.#closed) consumers(added, ready);
    });
    this.#socket.on('disconnect', () => {
      if (!this.#closed) lost();
    });
  }
}

/** A join that is not ready within this time is sent when `hello` has come. */
function patience(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, joinPatienceMs));
}

/** The answer to a join that goes along with the CONNECT. */
function answerTo(socket: Socket<ServerToClientEvents, ClientToServerEvents>): Promise<JoinReply> {
  const { promise, resolve, reject } = Promise.withResolvers<JoinReply>();
  socket.once('joined', (result) => {
    if (result.ok) resolve(result.value);
    else reject(TributaryError.fromRefusal(result.error));
  });
  socket.once('disconnect', () => reject(new TributaryError('unreachable', 'the connection was lost')));
  // Who has sent no join waits for no answer.
  promise.catch(() => undefined);
  return promise;
}

function firstWord(
  socket: Socket<ServerToClientEvents, ClientToServerEvents>,
  abort: AbortSignal,
  patienceMs: number,
): Promise<ServerMessages['hello']> {
  const { promise, resolve, reject } = Promise.withResolvers<ServerMessages['hello']>();
  const unreachable = (): void => reject(new TributaryError('unreachable'));
  const refused = ({ data }: Error & { data?: unknown }): void =>
    isRefusal(data) ? reject(TributaryError.fromRefusal(data)) : unreachable();
  const aborted = (): void => reject(new TributaryError('aborted'));
  const timer = setTimeout(unreachable, patienceMs);
  socket.once('hello', resolve);
  socket.once('connect_error', refused);
  socket.once('disconnect', unreachable);
  abort.addEventListener('abort', aborted);
  if (abort.aborted) aborted();
  return promise.finally(() => {
    clearTimeout(timer);
    abort.removeEventListener('abort', aborted);
    socket.off('connect_error', refused);
    socket.off('disconnect', unreachable);
  });
}

/** Whether the server said why it lets nobody in; a proxy in between says other things. */
function isRefusal(data: unknown): data is Refusal {
  const { code } = (data ?? {}) as { code?: unknown };
  return typeof code === 'string' && code in errors;
}
