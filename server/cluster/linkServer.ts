import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import type { Socket as LinkSocket } from 'socket.io';
import { helloSchema } from '../../protocol/linkFrames.ts';
import type { HelloRefusal } from '../../protocol/linkFrames.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { Greeted, LinkHello } from './linkHello.ts';
import type { LinkSettings } from './linkSettings.ts';
import type { Admission } from './linkOpening.ts';
import { linkNamespace, serverWire } from './linkWire.ts';
import type { LinkWire } from './linkWire.ts';

/** The one link to the node that greets, as the server needs it. */
export interface ArrivalPoint {
  /** Decides on a greeting; may take as long as an attempt to open does. */
  admit(hello: Greeted): Promise<Admission>;
  /** The connection that was admitted; undefined where it did not come. */
  arrived(wire: LinkWire | undefined, hello: Greeted): void;
}

export interface LinkServerParts {
  settings: LinkSettings;
  hello: LinkHello;
  protocolVersion: number;
  log: Logger;
  linkTo(peer: NodeId): ArrivalPoint;
  /** A node of another protocol version greeted. */
  onOtherVersion(peer: NodeId, version: number): void;
  onRefused(code: HelloRefusal): void;
}

/** What was admitted and has not said `ready` yet. */
const admissions = new WeakMap<
  LinkSocket,
  { hello: Greeted; token: string; settle: (wire?: LinkWire) => void }
>();

/** The door for other nodes: nobody is heard before his greeting was checked. */
export class LinkServer {
  readonly #parts: LinkServerParts;
  readonly #http: HttpServer;
  readonly #io: Server;
  /** Whoever connected, also those who are not through with TLS or HTTP: nobody but us would end them. */
  readonly #sockets = new Set<Socket>();
  #closing: Promise<void> | undefined;

  constructor(parts: LinkServerParts) {
    const { settings } = parts;
    this.#parts = parts;
    this.#http =
      settings.tls === undefined
        ? createHttpServer(refuseRequest)
        : createHttpsServer(settings.tls, refuseRequest);
    this.#http.maxConnections = settings.maxConnections;
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#io = new Server(this.#http, {
      path: settings.path,
      transports: ['websocket'],
      serveClient: false,
      // Room for the frame around a message.
      maxHttpBufferSize: settings.maxMessageBytes * 2,
      connectTimeout: settings.openTimeoutMs,
      perMessageDeflate: false,
      allowRequest: (request, answer) => {
        // A browser says where its page is from; no page has anything to do here.
        const welcome =
          request.headers.origin === undefined && this.#io.engine.clientsCount < settings.maxConnections;
        answer(welcome ? null : 'full', welcome);
      },
    });
    this.#io.engine.on('connection', hearOnceBeforeGreeting);
    // Everybody may enter the main namespace unless told otherwise, and would stay there unknown.
    this.#io.use((_socket, next) => next(new Error('not here')));
    this.#io.of(linkNamespace).use((socket, next) => {
      void this.#greet(socket).then((code) => next(code && refusalOf(code, parts.protocolVersion)));
    });
    this.#io.of(linkNamespace).on('connection', (socket) => this.#welcome(socket));
  }

  /** Starts to wait for others; the answer is the port. Rejects where the port is taken. */
  async listen(): Promise<number> {
    const { host, port } = this.#parts.settings;
    this.#http.listen(port, host);
    await once(this.#http, 'listening');
    return (this.#http.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      const closed = this.#io.close();
      for (const socket of this.#sockets) socket.destroy();
      await closed;
    })();
    return this.#closing;
  }

  /** Undefined for who may come in. */
  async #greet(socket: LinkSocket): Promise<HelloRefusal | undefined> {
    try {
      const message = helloSchema.safeParse(socket.handshake.auth);
      if (!message.success) return this.#refused('unauthorized', 'no greeting');
      const check = await this.#parts.hello.checkHello(message.data.token);
      if (!check.ok) {
        if (check.version !== undefined && check.from !== undefined)
          this.#parts.onOtherVersion(check.from, check.version);
        return this.#refused(check.code, check.detail, check.from);
      }
      const hello = check.greeted;
      const link = this.#parts.linkTo(hello.from);
      const admitted = await link.admit(hello);
      if (!admitted.ok) return this.#refused(admitted.code, undefined, hello.from);
      this.#expect(socket, link, hello, await this.#parts.hello.welcome(hello, admitted.greeting));
      return undefined;
    } catch (error) {
      this.#parts.log.error({ err: error }, 'a greeting could not be checked');
      return 'unauthorized';
    }
  }

  #expect(socket: LinkSocket, link: ArrivalPoint, hello: Greeted, token: string): void {
    let settled = false;
    const settle = (wire?: LinkWire): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      link.arrived(wire, hello);
      if (wire === undefined) socket.disconnect(true);
    };
    const timer = setTimeout(settle, this.#parts.settings.openTimeoutMs);
    socket.conn.once('close', () => settle());
    // It may have closed while its greeting was looked at.
    if (socket.conn.readyState !== 'open') settle();
    admissions.set(socket, { hello, token, settle });
  }

  #welcome(socket: LinkSocket): void {
    const admission = admissions.get(socket);
    if (admission === undefined) {
      socket.disconnect(true);
      return;
    }
    const wire = serverWire(socket);
    // Heard on the wire itself, which hears in the turn the bytes came: what follows `ready` may be in the same piece.
    wire.listen({
      frame: (name) => admission.settle(name === 'ready' ? wire : undefined),
      closed: () => admission.settle(),
    });
    socket.emit('welcome', { token: admission.token });
  }

  #refused(code: HelloRefusal, detail?: string, from?: NodeId): HelloRefusal {
    this.#parts.onRefused(code);
    // Two that open at once is everyday business.
    const level = code === 'superseded' ? 'debug' : 'warn';
    this.#parts.log[level]({ code, detail, from }, 'a node that greeted was turned away');
    return code;
  }
}

function refuseRequest(_request: unknown, response: { writeHead(status: number): { end(): void } }): void {
  response.writeHead(404).end();
}

function refusalOf(code: HelloRefusal, version: number): Error {
  return Object.assign(new Error(code), { data: { code, version } });
}

/** What engine.io's connection is here. */
interface Line {
  on(event: 'data', listener: (data: unknown) => void): void;
  close(): void;
}

/** socket.io's CONNECT, as it looks inside a message. */
const connectPacket = '0';

/** One CONNECT a connection: each more would have another greeting checked, which costs us more than him. */
function hearOnceBeforeGreeting(line: Line): void {
  let greeted = false;
  line.on('data', (data) => {
    if (typeof data !== 'string' || !data.startsWith(connectPacket)) return;
    if (greeted) line.close();
    greeted = true;
  });
}
