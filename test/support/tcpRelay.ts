import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A wire to a server that a test can cut. */
export interface TcpRelay {
  readonly origin: string;
  /** Breaks every connection and lets no new one through until `mend`. */
  cut(): void;
  mend(): void;
  /** Lets nothing pass and closes nothing, like a cable that was pulled, until `flow`. */
  stall(): void;
  flow(): void;
  close(): Promise<void>;
}

export async function startTcpRelay(targetOrigin: string): Promise<TcpRelay> {
  const target = new URL(targetOrigin);
  const open = new Set<Socket>();
  let whole = true;
  let flowing = true;
  const server = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      // Piped while it stalls too: what is written is kept in the stream.
      if (!flowing) other.cork();
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    cut: () => {
      whole = false;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      whole = true;
    },
    stall: () => {
      flowing = false;
      for (const socket of open) socket.cork();
    },
    flow: () => {
      flowing = true;
      for (const socket of open) socket.uncork();
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
