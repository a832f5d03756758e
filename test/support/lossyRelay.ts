import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';

/** A way for UDP between a browser and the server on which the browser's media can get lost. */
export interface LossyRelay {
  readonly port: number;
  /** Of every ten media packets the browser sends, so many do not arrive. */
  lostOfTen: number;
  close(): void;
}

export async function startLossyRelay(targetPort: number): Promise<LossyRelay> {
  const near = createSocket('udp4');
  near.bind(0, '127.0.0.1');
  await once(near, 'listening');
  /** Towards the server, by where the browser sends from. */
  const far = new Map<string, Socket>();
  let counted = 0;
  const relay: LossyRelay = {
    port: near.address().port,
    lostOfTen: 0,
    close: () => {
      for (const socket of [near, ...far.values()]) socket.close();
    },
  };
  near.on('message', (packet, { address, port }) => {
    const from = `${address} ${port}`;
    let socket = far.get(from);
    if (socket === undefined) {
      socket = createSocket('udp4');
      socket.on('message', (answer) => near.send(answer, port, address));
      far.set(from, socket);
    }
    // Steps of 7 spread the losses, so that no stream is spared.
    if (isRtp(packet) && (counted += 7) % 10 < relay.lostOfTen) return;
    socket.send(packet, targetPort, '127.0.0.1');
  });
  return relay;
}

/** As RFC 7983 and RFC 5761 tell it from STUN, DTLS and RTCP. */
function isRtp(packet: Buffer): boolean {
  const [first = 0, second = 0] = packet;
  const type = second & 0x7f;
  return first >= 128 && first <= 191 && (type < 64 || type > 95);
}
