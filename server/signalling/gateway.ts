import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import { clientMessages } from '../../protocol/clientMessages.ts';
import { protocolVersion } from '../../protocol/version.ts';
import type { ClientMessage, ClientMessageName, JoinReply } from '../../protocol/clientMessages.ts';
import type { Edge } from '../../protocol/edges.ts';
import { done, refuse } from '../../protocol/errors.ts';
import type { ErrorCode, Refusal, Result } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import type { ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { RtpCapabilitiesMessage } from '../../protocol/mediaParameters.ts';
import type { TokenClaims } from '../../protocol/tokens.ts';
import { Connection } from './connection.ts';
import type { ServerSocket } from './connection.ts';
import { ConnectionLimits } from './connectionLimits.ts';
import { Doorstep } from './doorstep.ts';
import { EdgeNews } from './edgeNews.ts';
import type { KnownEdges } from './edgeNews.ts';
import type { HandlerContext, HandlerTable, SessionMessageName } from './handlers/handlerTable.ts';
import { mediaHandlers } from './handlers/mediaHandlers.ts';
import { stageHandlers } from './handlers/stageHandlers.ts';
import { talkHandlers } from './handlers/talkHandlers.ts';
import type { Line } from './line.ts';
import { LineWatch } from './lineWatch.ts';
import type { CutReason } from './lineWatch.ts';
import type { SocketServer } from './roomChannel.ts';
import { LiveRooms } from './liveRooms.ts';
import type { LiveRoomsParts } from './liveRooms.ts';
import { MessageRates } from './messageRates.ts';
import type { SignallingSettings } from './signallingSettings.ts';

export interface GatewayParts {
  settings: SignallingSettings;
  log: Logger;
  nodeId: string;
  region: string;
  edges: KnownEdges;
  rtpCapabilities: RtpCapabilitiesMessage;
  /** Where a request comes from, seen through the trusted proxies, as it is counted. */
  addressOf(request: IncomingMessage): string;
  /** The host a request was sent to, as its sender wrote it. */
  hostOf(request: IncomingMessage): string | undefined;
  verifyToken(token: string): Promise<Result<TokenClaims>>;
  openRoom: LiveRoomsParts['openRoom'];
  openMedia: LiveRoomsParts['openMedia'];
  /** While true, only those who are in a room already may join it again. */
  draining(): boolean;
  measured: {
    joined(result: 'ok' | ErrorCode, seconds: number): void;
    refused(reason: ErrorCode): void;
    cut(reason: CutReason): void;
    firstFrame(seconds: number): void;
    keyframeRequested(path: 'message' | 'pli'): void;
  };
}

/** When to ask again whoever knows of nobody else. */
const elsewhereRetryMs = 1000;

/** How often connections are looked over that do not read, and budgets that have refilled. */
const sweepEveryMs = 2000;

/** Browsers' way in: one socket each, every message checked by schema, rate and right before anybody acts on it. */
export class Gateway {
  readonly rooms: LiveRooms;
  readonly edgeNews: EdgeNews;
  readonly #io: SocketServer;
  readonly #parts: GatewayParts;
  readonly #handlers: HandlerTable;
  readonly #limits: ConnectionLimits;
  readonly #doorstep = new Doorstep();
  readonly #lines: LineWatch;
  readonly #sweeping: NodeJS.Timeout;

  constructor(http: HttpServer | HttpsServer, parts: GatewayParts) {
    const { settings } = parts;
    this.#parts = parts;
    this.#limits = new ConnectionLimits(settings, () => parts.edges.origins());
    this.edgeNews = new EdgeNews(parts.edges);
    this.#handlers = {
      ...mediaHandlers((seconds) => {
        parts.measured.firstFrame(seconds);
      }),
      ...stageHandlers(),
      ...talkHandlers(),
    };
    this.#io = new Server(http, {
      path: '/rtc',
      transports: ['websocket'],
      serveClient: false,
      maxHttpBufferSize: limits.messageBytes,
      connectTimeout: settings.joinDeadlineMs,
      perMessageDeflate: false,
      allowRequest: (request, answer) => {
        const refusal = this.#refuses(request);
        if (refusal !== undefined) parts.measured.refused(refusal.code);
        const comesIn =
          refusal === undefined || (refusal.code !== 'not-allowed' && this.#doorstep.keep(request, refusal));
        answer(refusal?.code ?? null, comesIn);
      },
    });
    this.#lines = new LineWatch({
      maxUnsentBytes: settings.maxUnsentBytes,
      onCut: (reason) => {
        parts.measured.cut(reason);
        parts.log.warn({ reason }, 'a connection was cut');
      },
    });
    this.#io.engine.on('connection', (line: Line) => {
      this.#lines.watch(line);
      this.#doorstep.arrived(line);
    });
    this.#io.use((socket, enter) => {
      enter(this.#doorstep.errorFor(socket.conn));
    });
    this.rooms = new LiveRooms({
      io: this.#io,
      log: parts.log,
      openRoom: parts.openRoom,
      openMedia: parts.openMedia,
      viewerGraceMs: settings.viewerGraceMs,
      keyframeAsked: (path) => {
        parts.measured.keyframeRequested(path);
      },
    });
    this.#io.on('connection', (socket) => {
      this.#accept(socket);
    });
    this.#sweeping = setInterval(() => {
      this.#lines.sweep();
      this.rooms.pruneRates(performance.now());
      this.edgeNews.sweep(performance.now());
    }, sweepEveryMs);
  }

  /** Everybody here who could be told to go to another node. */
  people(): { connection: Connection; onStage: boolean }[] {
    return [...this.rooms.people()];
  }

  /** Where to send the person of this connection; empty where nobody else takes him. */
  elsewhereFor(connection: Connection): Edge[] {
    return this.#parts.edges.elsewhere(this.#parts.hostOf(connection.socket.request));
  }

  get connections(): number {
    return this.#io.engine.clientsCount;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    await this.#io.close();
  }

  #refuses(request: IncomingMessage): Refusal | undefined {
    const { origin } = request.headers;
    const newcomer = {
      address: this.#parts.addressOf(request),
      origin,
      ownHost: this.#parts.hostOf(request),
    };
    const connections = this.#io.engine.clientsCount - this.#doorstep.size;
    return this.#limits.refuses(newcomer, connections, performance.now());
  }

  #accept(socket: ServerSocket): void {
    const { settings, rtpCapabilities, nodeId, region } = this.#parts;
    const connection = new Connection({
      socket,
      joinDeadlineMs: settings.joinDeadlineMs,
      rates: new MessageRates(settings, performance.now()),
      cutUnanswered: () => {
        this.#lines.cut(socket.conn, 'unanswered');
      },
    });

    socket.emit('hello', { protocol: protocolVersion, nodeId, region, rtpCapabilities });
    const { join } = socket.handshake.auth as { join?: unknown };
    if (join !== undefined) {
      const answer = (result: Result<JoinReply>): boolean => socket.emit('joined', result);
      void this.#receive(connection, 'join', [join, answer]);
    }
    // The typed `on` cannot express "any name at all", which is what a hostile client sends.
    socket.onAny((name: unknown, ...rest: unknown[]) => {
      void this.#receive(connection, name, rest);
    });
    socket.on('disconnect', () => {
      const { session } = connection;
      connection.session = undefined;
      session?.live.drop(connection, session.actor.id);
      this.edgeNews.forget(connection);
      // A client may leave the namespace and keep the line; entering again, it would have all its budgets anew.
      socket.conn.close();
    });
  }

  async #receive(connection: Connection, name: unknown, rest: unknown[]): Promise<void> {
    const last = rest.at(-1);
    const reply = typeof last === 'function' ? (last as (result: Result<unknown>) => void) : undefined;
    const result = await this.#answer(connection, name, rest[0]);
    if (!result.ok) {
      this.#parts.measured.refused(result.error.code);
      if (connection.rates.strike(result.error.code, performance.now())) {
        this.#parts.log.warn({ code: result.error.code }, 'too many refused messages, connection closed');
        reply?.(result);
        connection.socket.disconnect(true);
        return;
      }
    }
    reply?.(result);
    if (result.ok && name === 'join') this.#afterJoin(connection);
  }

  /** Feeds that came while this person was away are announced behind the answer, not before it. */
  #afterJoin(connection: Connection): void {
    const { session } = connection;
    session?.live.media?.announcePending(session.actor.id);
  }

  async #answer(connection: Connection, name: unknown, message: unknown): Promise<Result<unknown>> {
    if (typeof name !== 'string' || !Object.hasOwn(clientMessages, name))
      return refuse('bad-message', 'unknown name');
    const known = name as ClientMessageName;
    const waitMs = connection.rates.take(known, message, performance.now());
    if (waitMs > 0) return refuse('rate-limited', undefined, waitMs);
    const parsed = clientMessages[known].safeParse(message);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return refuse(
        'bad-message',
        issue === undefined ? known : `${issue.path.join('.')}: ${issue.message}`.slice(0, 200),
      );
    }
    try {
      if (known === 'join') {
        const join = parsed.data as ClientMessage<'join'>;
        return await connection.joinInTurn(() => this.#join(connection, join));
      }
      const { session } = connection;
      if (session === undefined) return refuse('not-joined');
      const handler = this.#handlers[known] as (
        context: HandlerContext,
        message: ClientMessage<SessionMessageName>,
      ) => Result<unknown> | Promise<Result<unknown>>;
      return await handler({ ...session, connection }, parsed.data);
    } catch (error) {
      this.#parts.log.error({ err: error, message: known }, 'a handler failed');
      return refuse('internal');
    }
  }

  async #join(connection: Connection, message: ClientMessage<'join'>): Promise<Result<JoinReply>> {
    const startedAt = performance.now();
    const result = await this.#admitAndJoin(connection, message);
    this.#parts.measured.joined(result.ok ? 'ok' : result.error.code, (performance.now() - startedAt) / 1000);
    return result;
  }

  async #admitAndJoin(connection: Connection, message: ClientMessage<'join'>): Promise<Result<JoinReply>> {
    if (message.protocol !== protocolVersion)
      return refuse('unsupported-protocol', `server speaks ${protocolVersion}`);
    const verified = await this.#parts.verifyToken(message.token);
    if (!verified.ok) return verified;
    const { room, sub, name, role, rights } = verified.value;
    const { session } = connection;
    if (session !== undefined && (session.live.room.id !== room || session.actor.id !== sub)) {
      return refuse('not-allowed', 'this connection is in another room, or somebody else there');
    }
    const host = this.#parts.hostOf(connection.socket.request);
    const refusal = this.#sendsAway(room, sub, host);
    if (refusal !== undefined) return refusal;
    const joined = await this.rooms.open(room).join(connection, { id: sub, name, role, rights }, message);
    if (!joined.ok) return joined;
    return done({ ...joined.value, network: this.edgeNews.tell(connection, host) });
  }

  /** Whether this person has to go to another node, or to wait; whoever is here already stays. */
  #sendsAway(
    roomId: RoomId,
    id: ParticipantId,
    host: string | undefined,
  ): { ok: false; error: Refusal } | undefined {
    const room = this.rooms.get(roomId)?.room;
    if (room?.self(id) !== undefined) return undefined;
    const edges = this.#parts.edges.elsewhere(host);
    if (edges.length > 0) return elsewhere(edges);
    // A host who left has his seat still, though he is not in the room.
    const seated = room?.view().stage.some((member) => member.id === id) ?? false;
    return this.#parts.draining() && !seated ? refuse('draining', undefined, 5000) : undefined;
  }
}

function elsewhere(edges: readonly Edge[]): { ok: false; error: Refusal } {
  const { error } = refuse('go-elsewhere', undefined, elsewhereRetryMs);
  return { ok: false, error: { ...error, edges } };
}
