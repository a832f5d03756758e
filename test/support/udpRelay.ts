import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';

/** The way of the media between browsers and one port of the server, which a test can cut. */
export interface UdpRelay {
  /** Address that the server has to announce. */
  readonly address: string;
  /** Lets nothing through until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Of its own, so that the port may be the server's: all of 127.0.0.0/8 is this machine. Nobody takes TCP there. */
const address = '127.0.0.2';

/** Passes datagrams on to `port` on 127.0.0.1, for each sender from a socket of its own. */
export async function startUdpRelay(port: number): Promise<UdpRelay> {
  const onward = new Map<string, Socket>();
  let whole = true;
  const near = createSocket('udp4');
  near.on('message', (datagram, sender) => {
    if (!whole) return;
    const name = `${sender.address}:${sender.port}`;
    let far = onward.get(name);
    if (far === undefined) {
      far = createSocket('udp4');
      far.on('message', (answer) => {
        if (whole) near.send(answer, sender.port, sender.address);
      });
      onward.set(name, far);
    }
    far.send(datagram, port, '127.0.0.1');
  });
  near.bind(port, address);
  await once(near, 'listening');
  return {
    address,
    cut: () => {
      whole = false;
    },
    mend: () => {
      whole = true;
    },
    close: async () => {
      const sockets = [near, ...onward.values()];
      onward.clear();
      await Promise.all(
        sockets.map(async (socket) => {
          const closed = once(socket, 'close');
          socket.close();
          await closed;
        }),
      );
    },
  };
}
