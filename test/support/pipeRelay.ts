import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import type { PipeEnd } from '../../protocol/pipes.ts';

/** The way between the two ends of one pipe, on which media can get lost. */
export interface PipeRelay {
  /** Every so many-th media packet towards the downstream end is lost, repairs included; 0: none. */
  loseEvery: number;
  /** One way. */
  delayMs: number;
  /** Media packets that were lost. */
  lost: number;
  /** The upstream end as the other one has to see it. */
  offered(end: PipeEnd): PipeEnd;
  answered(end: PipeEnd): PipeEnd;
  close(): void;
}

export async function startPipeRelay(): Promise<PipeRelay> {
  // Both ends take datagrams from the address alone that they were told.
  const [up, down] = await Promise.all([listen(), listen()]);
  const ends: { up?: PipeEnd; down?: PipeEnd } = {};
  let counted = 0;
  let closed = false;
  const send = (from: Socket, datagram: Buffer, to: PipeEnd | undefined): void => {
    const go = (): void => {
      if (!closed && to) from.send(datagram, to.port, to.ip);
    };
    if (relay.delayMs > 0) setTimeout(go, relay.delayMs);
    else go();
  };
  const relay: PipeRelay = {
    loseEvery: 0,
    delayMs: 0,
    lost: 0,
    offered: (end) => {
      ends.up = end;
      return { ...end, ip: '127.0.0.1', port: up.address().port };
    },
    answered: (end) => {
      ends.down = end;
      return { ...end, ip: '127.0.0.1', port: down.address().port };
    },
    close: () => {
      closed = true;
      for (const socket of [up, down]) socket.close();
    },
  };
  down.on('message', (datagram) => {
    if (isRtp(datagram) && relay.loseEvery > 0 && ++counted % relay.loseEvery === 0) relay.lost++;
    else send(up, datagram, ends.down);
  });
  up.on('message', (datagram) => send(down, datagram, ends.up));
  return relay;
}

async function listen(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** As RFC 5761 tells it from RTCP. */
function isRtp([, second = 0]: Buffer): boolean {
  const type = second & 0x7f;
  return type < 64 || type > 95;
}
