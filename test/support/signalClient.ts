import { randomBytes } from 'node:crypto';
import { io } from 'socket.io-client';
import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import { protocolVersion } from '../../protocol/version.ts';
import type {
  ClientMessageInput,
  ClientMessageName,
  ClientReply,
  ClientToServerEvents,
} from '../../protocol/clientMessages.ts';
import type { Result } from '../../protocol/errors.ts';
import type { Role } from '../../protocol/roles.ts';
import type { ServerMessages, ServerToClientEvents } from '../../protocol/serverMessages.ts';

export type SignalSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** A client that speaks the protocol and has no media: transports are made for it, and never connect. */
export interface SignalClient {
  readonly socket: SignalSocket;
  readonly hello: ServerMessages['hello'];
  ask<N extends ClientMessageName>(name: N, message: ClientMessageInput<N>): Promise<Result<ClientReply<N>>>;
  join(token: string, more?: Partial<ClientMessageInput<'join'>>): Promise<Result<ClientReply<'join'>>>;
  /** The next event of this name, or the first already heard that fits. */
  next<E extends keyof ServerMessages>(
    event: E,
    fits?: (message: ServerMessages[E]) => boolean,
  ): Promise<ServerMessages[E]>;
  close(): void;
}

export const fingerprints = [
  {
    algorithm: 'sha-256' as const,
    value: [...randomBytes(32)]
      .map((b) => b.toString(16).padStart(2, '0'))
      .join(':')
      .toUpperCase(),
  },
];

/** Connects as a program does; `more` are options of socket.io, e.g. a certificate to trust or headers to send. */
export async function connectSignal(
  origin: string,
  more: Partial<ManagerOptions & SocketOptions> = {},
): Promise<SignalClient> {
  const socket: SignalSocket = io(origin, {
    path: '/rtc',
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    ...more,
  });
  const heard: { event: string; message: unknown }[] = [];
  const waiting = new Set<() => void>();
  socket.onAny((event: string, message: unknown, ready?: () => void) => {
    heard.push({ event, message });
    ready?.();
    for (const look of [...waiting]) look();
  });
  const next: SignalClient['next'] = (event, fits = () => true) =>
    new Promise((resolve) => {
      const look = (): void => {
        const at = heard.findIndex((one) => one.event === event && fits(one.message as never));
        if (at < 0) return;
        waiting.delete(look);
        const [found] = heard.splice(at, 1);
        resolve(found?.message as never);
      };
      waiting.add(look);
      look();
    });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const hello = await next('hello');
  const ask: SignalClient['ask'] = (name, message) =>
    socket.timeout(5000).emitWithAck(name, ...([message] as never));
  return {
    socket,
    hello,
    ask,
    next,
    join: (token, more = {}) =>
      ask('join', {
        protocol: protocolVersion,
        token,
        rtpCapabilities: hello.rtpCapabilities,
        fingerprints,
        features: { keyframes: false },
        ...more,
      }),
    close: () => socket.disconnect(),
  };
}

/** A token as the demo gets it from a server in dev mode. */
export async function devToken(origin: string, room: string, identity: string, role: Role): Promise<string> {
  const response = await fetch(`${origin}/dev/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ room, identity, name: identity, role }),
  });
  if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
  const { token } = (await response.json()) as { token: string };
  return token;
}
