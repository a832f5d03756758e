import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { loopback } from './address.ts';
import type { Address } from './address.ts';
import { Departures } from './departures.ts';
import { Road } from './road.ts';
import type { Way } from './road.ts';
import { roads } from './wanProfile.ts';
import type { RoadProfile } from './wanProfile.ts';

/** One port that stands for another one, with a road in between. */
export interface TcpLine {
  /** Where to connect to. */
  readonly address: Address;
  /** Connections that are open on either side. */
  readonly connections: number;
  /** Breaks every connection on both sides; new ones may come. */
  reset(): void;
  /** The same, and every new connection is broken at once, until `accept`. */
  refuse(): void;
  accept(): void;
  close(): Promise<void>;
}

export interface TcpLineOptions {
  target: Address;
  /** A free port of 127.0.0.1 when absent. */
  listen?: Address;
  /** The road of each connection by the address it comes from, `there` towards the target. */
  roadOf: (from: string) => Road;
}

/** What one direction of a connection may have on its way; then the sender has to wait, as for acknowledgements. */
const windowBytes = 256 * 1024;

/**
 * Relays connections to one target. The kernel accepts a connection also while the road is cut; then just nothing comes
 * through, no end and no reset either, so that each side takes the other one for alive.
 */
export async function startTcpLine({ target, listen, roadOf }: TcpLineOptions): Promise<TcpLine> {
  const open = new Set<Socket>();
  let refusing = false;
  const hold = (socket: Socket): void => {
    open.add(socket);
    // The pump that reads it hears of the error; one who writes need not.
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  };
  const relay = async (near: Socket): Promise<void> => {
    const { there, back } = roadOf(near.remoteAddress ?? loopback);
    // The handshake's round trip is paid before the first byte.
    await arrival(there);
    if (near.destroyed) return;
    const far = connect({ host: target.address, port: target.port, allowHalfOpen: true, noDelay: true });
    hold(far);
    try {
      await once(far, 'connect');
    } catch {
      back.streamArrives(0, performance.now(), () => breakOff(near));
      return;
    }
    await arrival(back);
    await Promise.all([pump(near, far, there), pump(far, near, back)]);
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    hold(near);
    if (refusing) breakOff(near);
    else void relay(near);
  });
  const { address, port } = listen ?? { address: loopback, port: 0 };
  server.listen(port, address);
  await once(server, 'listening');

  const reset = (): void => {
    for (const socket of open) breakOff(socket);
  };
  return {
    address: { address, port: (server.address() as AddressInfo).port },
    get connections() {
      return open.size;
    },
    reset,
    refuse: () => {
      refusing = true;
      reset();
    },
    accept: () => {
      refusing = false;
    },
    close: async () => {
      refusing = true;
      reset();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

/** A line with a road of its own, for a test that needs just one. */
export type TcpRoad = TcpLine & { readonly road: Road };

export async function startTcpRoad(
  options: Omit<TcpLineOptions, 'roadOf'> & { profile?: RoadProfile; seed?: number },
): Promise<TcpRoad> {
  const road = Road.make(options.profile ?? roads.lan, options.seed ?? 1, new Departures());
  return Object.assign(await startTcpLine({ ...options, roadOf: () => road }), { road });
}

/**
 * Ends a connection with a reset. Node refuses that to one whose own end is just going out (EINVAL), never closes it then,
 * and turns for ever at its exit; that one is closed, which its other side is about to hear anyway.
 */
export function breakOff(socket: Socket): void {
  const endGoesOut = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (endGoesOut) socket.destroy();
  else socket.resetAndDestroy();
}

async function arrival(way: Way): Promise<void> {
  const atMs = await way.streamArrivalMs(0);
  await new Promise<void>((resolve) => way.streamArrives(0, atMs, resolve));
}

/** Passes on in one direction until the sender's end or reset, and then that. */
async function pump(from: Socket, to: Socket, way: Way): Promise<void> {
  let lastMs = 0;
  let onItsWayBytes = 0;
  let moved: (() => void) | undefined;
  try {
    // Not destroyed on its end: it may still have to hear the answer.
    for await (const piece of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const bytes = piece.length;
      // A piece that was lost holds up those behind it.
      lastMs = Math.max(lastMs, await way.streamArrivalMs(bytes));
      onItsWayBytes += bytes;
      way.streamArrives(bytes, lastMs, () => {
        to.write(piece, () => {
          onItsWayBytes -= bytes;
          moved?.();
        });
      });
      while (onItsWayBytes > windowBytes) await new Promise<void>((resolve) => (moved = resolve));
    }
    lastMs = Math.max(lastMs, await way.streamArrivalMs(0));
    way.streamArrives(0, lastMs, () => to.end());
  } catch {
    // A reset overtakes nothing either, but finds no use for what waits to be written.
    const atMs = Math.max(lastMs, await way.streamArrivalMs(0));
    way.streamArrives(0, atMs, () => breakOff(to));
  }
}
