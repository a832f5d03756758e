import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { protocolVersion } from '../../protocol/version.ts';
import { LinkHello } from '../../server/cluster/linkHello.ts';
import { clusterSecret, id } from './linkedNodes.ts';

/** A program that opens connections to a node by hand, with whatever greeting. */
export class ForeignNode {
  readonly #sockets: Socket[] = [];
  #closedByServer = 0;

  get closedByServer(): number {
    return this.#closedByServer;
  }

  /** What becomes of a connection that greets so: a refusal's code, what else went wrong, or `welcome`. */
  async knock(port: number, token: unknown, namespace = '/nodes'): Promise<string> {
    const socket = this.#connect(port, token, namespace);
    return new Promise((resolve) => {
      socket.once('welcome', () => resolve('welcome'));
      socket.once('connect_error', (error: Error & { data?: { code?: string } }) =>
        resolve(error.data?.code ?? error.message),
      );
      socket.once('disconnect', (reason) => resolve(reason));
    });
  }

  /** A connection as a node has it that knows the secret. */
  async enter(port: number, to: string, self = 'mallory'): Promise<Socket> {
    const socket = this.#connect(port, await greeting(to, self), '/nodes');
    await new Promise<void>((resolve, reject) => {
      socket.once('welcome', () => resolve());
      socket.once('connect_error', reject);
    });
    socket.emit('ready', {});
    return socket;
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.disconnect();
    this.#closedByServer = 0;
  }

  #connect(port: number, token: unknown, namespace: string): Socket {
    const socket = io(`http://127.0.0.1:${port}${namespace}`, {
      path: '/node-link',
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { token },
    });
    socket.on('disconnect', (reason) => {
      if (reason !== 'io client disconnect') this.#closedByServer += 1;
    });
    this.#sockets.push(socket);
    return socket;
  }
}

/** A proper hello, at another time where `now` says so. */
export async function greeting(
  to: string,
  self = 'mallory',
  { now = Date.now, secret = clusterSecret, sequence = 1 } = {},
): Promise<string> {
  const hello = new LinkHello({ self: id(self), secrets: [secret], protocolVersion, now });
  const instance = `a run of the process ${self}`.padEnd(36, '-');
  return (await hello.hello(id(to), { instance, sequence })).token;
}
