import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { addressText, loopback } from './address.ts';
import type { Address } from './address.ts';
import { Departures } from './departures.ts';
import { Road } from './road.ts';
import { roads } from './wanProfile.ts';
import type { RoadProfile } from './wanProfile.ts';

/** One port that stands for another one, with a road in between. */
export interface UdpLine {
  /** Where to send to. */
  readonly address: Address;
  readonly socket: Socket;
  close(): Promise<void>;
}

export interface UdpLineOptions {
  target: Address;
  /** A free port of 127.0.0.1 when absent. */
  listen?: Address;
  /** The road of each sender, `there` towards the target. */
  roadOf: (sender: Address) => Road;
  /** The socket from which the target sees this sender; one of its own, at a port nobody was told of, when there is none. */
  faceOf?: (sender: Address) => Socket | undefined;
  /** Which datagrams towards the target the profile's loss may take; all when absent. */
  losable?: (datagram: Buffer) => boolean;
}

/** A picture's burst should get lost where the profile says so, not in the kernel. */
const kernelBufferBytes = 4_000_000;

/** Relays datagrams between any number of senders and one target. */
export async function startUdpLine(options: UdpLineOptions): Promise<UdpLine> {
  const { target, roadOf, faceOf, losable } = options;
  const ownFaces = new Map<string, Socket>();
  let closed = false;

  const near = createSocket({ type: 'udp4', recvBufferSize: kernelBufferBytes });
  const send = (from: Socket, datagram: Buffer, to: Address): void => {
    // A face belongs to another line, which may have closed before this one.
    if (!closed) from.send(datagram, to.port, to.address, () => undefined);
  };
  const ownFace = (sender: Address): Socket => {
    const face = createSocket({ type: 'udp4', recvBufferSize: kernelBufferBytes });
    face.on('message', (answer) => {
      roadOf(sender).back.datagram(answer.length, () => {
        send(near, answer, sender);
      });
    });
    return face;
  };
  near.on('message', (datagram, sender) => {
    let face = faceOf?.(sender);
    if (face === undefined) {
      const name = addressText(sender);
      face = ownFaces.get(name) ?? ownFace(sender);
      ownFaces.set(name, face);
    }
    const { there } = roadOf(sender);
    there.datagram(datagram.length, () => send(face, datagram, target), losable?.(datagram));
  });
  const { address, port } = options.listen ?? { address: loopback, port: 0 };
  near.bind(port, address);
  await once(near, 'listening');

  return {
    address: { address, port: near.address().port },
    socket: near,
    close: async () => {
      if (closed) return;
      closed = true;
      await Promise.all([near, ...ownFaces.values()].map(closeSocket));
    },
  };
}

/** A line with a road of its own, for a test that needs just one. */
export type UdpRoad = UdpLine & { readonly road: Road };

export async function startUdpRoad(
  options: Omit<UdpLineOptions, 'roadOf'> & { profile?: RoadProfile; seed?: number },
): Promise<UdpRoad> {
  const road = Road.make(options.profile ?? roads.lan, options.seed ?? 1, new Departures());
  return { ...(await startUdpLine({ ...options, roadOf: () => road })), road };
}

async function closeSocket(socket: Socket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}
