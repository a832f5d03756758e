import type { Socket as ServerSocket } from 'socket.io';
import type { Socket as ClientSocket } from 'socket.io-client';
import type { ByeReason } from '../../protocol/linkFrames.ts';

/** The namespace of node links. */
export const linkNamespace = '/nodes';

export type FrameName = 'ready' | 'call' | 'answer' | 'tell' | 'bye';

/** One connection between two nodes that know each other, whichever of them opened it. */
export interface LinkWire {
  send(name: FrameName, frame: unknown): void;
  /** About how much was said that the other machine has not taken yet. */
  unsentBytes(): number;
  /** Says goodbye and closes in order; what is not gone after a moment is cut. */
  end(reason: ByeReason): Promise<void>;
  /** Ends it now: closing in order would wait for a peer who may be dead. */
  cut(): void;
  /** Who hears what comes. Told `closed` once, unless it was this side that closed. */
  listen(listener: WireListener | undefined): void;
}

export interface WireListener {
  frame(name: unknown, frame: unknown): void;
  closed(): void;
}

/** How long a goodbye may take. */
const goodbyeMs = 500;

/** What both of socket.io's sockets have in common. */
interface EitherSocket {
  emit(event: string, ...args: unknown[]): unknown;
  onAny(listener: (name: unknown, frame: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  disconnect(): unknown;
}

/** The WebSocket under a socket of either kind; socket.io keeps it to itself. */
interface Engine<Transport> {
  writeBuffer: readonly { data?: { length: number } }[];
  transport: Transport;
}
interface WebSocketOfWs {
  readonly bufferedAmount: number;
  terminate(): void;
}

export function serverWire(socket: ServerSocket): LinkWire {
  const engine = socket.conn as unknown as Engine<{ socket: WebSocketOfWs }>;
  return wireOf(socket, engine, engine.transport.socket);
}

export function clientWire(socket: ClientSocket): LinkWire {
  const engine = socket.io.engine as unknown as Engine<{ ws: WebSocketOfWs }>;
  // Taken now: the engine forgets it when it closes in order.
  return wireOf(socket, engine, engine.transport.ws);
}

function wireOf(socket: EitherSocket, engine: Engine<unknown>, webSocket: WebSocketOfWs): LinkWire {
  let listener: WireListener | undefined;
  let open = true;
  const heard = (tell: (to: WireListener) => void): void => {
    if (listener !== undefined) tell(listener);
  };
  const cut = (): void => {
    open = false;
    socket.disconnect();
    webSocket.terminate();
  };
  socket.onAny((name, frame) => {
    // Both sides said goodbye at once.
    if (!open && name === 'bye') cut();
    if (open) heard((to) => to.frame(name, frame));
  });
  socket.on('disconnect', () => {
    if (!open) return;
    open = false;
    webSocket.terminate();
    heard((to) => to.closed());
  });
  return {
    send: (name, frame) => {
      if (open) socket.emit(name, frame);
    },
    unsentBytes: () =>
      engine.writeBuffer.reduce((sum, { data }) => sum + (data?.length ?? 0), webSocket.bufferedAmount),
    end: async (reason) => {
      if (!open) return;
      open = false;
      socket.emit('bye', { reason });
      await new Promise<void>((resolve) => {
        const timer = setTimeout(cut, goodbyeMs);
        // The peer closes when it has heard it.
        socket.on('disconnect', () => {
          clearTimeout(timer);
          webSocket.terminate();
          resolve();
        });
      });
    },
    cut,
    listen: (to) => (listener = to),
  };
}
