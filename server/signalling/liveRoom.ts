import type { Logger } from 'pino';
import type { ClientMessage, RoomReply } from '../../protocol/clientMessages.ts';
import type { Edge } from '../../protocol/edges.ts';
import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { Role } from '../../protocol/roles.ts';
import type { LeaveReason, ServerMessages, ServerToClientEvents } from '../../protocol/serverMessages.ts';
import type { RoomMedia, RoomMediaEvents } from '../media/mediaTypes.ts';
import type { AnyRoom } from '../rooms/anyRoom.ts';
import type { Actor, Effect } from '../rooms/commands.ts';
import { AwayPeople } from './awayPeople.ts';
import type { Connection } from './connection.ts';
import { joinWithHome } from './homeWait.ts';
import { liveMediaEvents } from './liveMediaEvents.ts';
import type { MessageRates } from './messageRates.ts';
import { NodeMoves } from './nodeMoves.ts';
import { RoomChannel } from './roomChannel.ts';
import type { SocketServer } from './roomChannel.ts';
import { Turns } from './turns.ts';

export interface LiveRoomParts {
  io: SocketServer;
  log: Logger;
  room: AnyRoom;
  openMedia(roomId: RoomId, events: RoomMediaEvents): RoomMedia;
  /** A publisher is asked for a keyframe: by message from here, or by mediasoup itself. */
  keyframeAsked(path: 'message' | 'pli'): void;
  viewerGraceMs: number;
}

/** One room as its connections meet it: the room's rules, its media, and who is on the line. */
export class LiveRoom {
  readonly room: AnyRoom;
  readonly #log: Logger;
  readonly #parts: LiveRoomParts;
  readonly #connections = new Map<ParticipantId, Connection>();
  readonly #away = new AwayPeople();
  /** One join at a time for each person: two tabs of one identity must not interleave. */
  readonly #joining = new Turns<ParticipantId>();
  readonly #channel: RoomChannel;
  readonly #moves: NodeMoves;
  #media: RoomMedia | undefined;

  constructor(parts: LiveRoomParts) {
    this.room = parts.room;
    this.#log = parts.log.child({ room: parts.room.id });
    this.#parts = parts;
    this.#channel = new RoomChannel(parts.io, parts.room);
    this.#moves = new NodeMoves(parts.room);
  }

  /** The media of the show that is on; undefined between shows. */
  get media(): RoomMedia | undefined {
    return this.#media;
  }

  /** Whether somebody who came from another node still sends this feed from there, and may go on with it from here. */
  comesAnew(feedId: FeedId): boolean {
    return this.#moves.comesAnew(feedId);
  }

  connectionOf(id: ParticipantId): Connection | undefined {
    return this.#connections.get(id);
  }

  /** Runs joins of the same person one after another. */
  async join(
    connection: Connection,
    actor: Actor,
    message: ClientMessage<'join'>,
  ): Promise<Result<RoomReply>> {
    return this.#joining.run(actor.id, () => this.#join(connection, actor, message));
  }

  async #join(
    connection: Connection,
    actor: Actor,
    message: ClientMessage<'join'>,
  ): Promise<Result<RoomReply>> {
    if (!connection.open) return refuse('not-joined');
    const known = this.#ratesOf(actor.id) ?? connection.rates;
    const waitMs = known === connection.rates ? 0 : known.take('join', message, performance.now());
    if (waitMs > 0) return refuse('rate-limited', undefined, waitMs);
    const comesFromElsewhere = message.moving === true && this.room.self(actor.id) === undefined;
    const admitting = joinWithHome(this.room, [actor, message.start], () => connection.open);
    const admitted = admitting instanceof Promise ? await admitting : admitting;
    if (!admitted.ok) return admitted;
    connection.rates = known;
    this.#takeOver(connection, actor);
    if (hasGone(connection)) {
      // The socket went while the room's home answered, and nobody knew yet whose it was.
      this.drop(connection, actor.id);
      return refuse('not-joined');
    }

    this.#media ??= this.#parts.openMedia(this.room.id, this.#mediaEvents());
    const media = await this.#media.join({
      participantId: actor.id,
      rtpCapabilities: message.rtpCapabilities,
      fingerprints: message.fingerprints,
      send: this.#onStage(actor.id),
      keyframes: message.features.keyframes,
      ...(message.keep === undefined ? {} : { keep: message.keep }),
    });
    // What he sent before went with the media he had, whatever becomes of this join.
    if (comesFromElsewhere) this.#moves.arrived(actor.id);
    else if (!media.ok || !media.value.kept) await this.room.run({ type: 'mediaGone', id: actor.id });
    // The socket may have gone, or its owner may have left or been sent out, while the workers answered.
    const current = this.#connections.get(actor.id) === connection && connection.open;
    if (!media.ok) {
      if (current) this.drop(connection, actor.id);
      // It may have been in the room before; now it must hear nothing more of it.
      this.#detach(connection);
      return media;
    }
    if (!current) return refuse('not-joined');
    const self = this.room.self(actor.id);
    if (self === undefined) return refuse('room-ended');

    const moderates = actor.rights.includes('moderate');
    await this.#channel.enter(connection, moderates);
    return done({
      self,
      room: this.room.view(),
      ...(moderates ? { backstage: this.room.backstage() } : {}),
      chat: this.room.chatHistory(),
      viewerCount: this.room.viewerCount(),
      ...this.#channel.heard,
      media: media.value,
    });
  }

  /** This connection is now the person's one connection; an older one is told. */
  #takeOver(connection: Connection, actor: Actor): void {
    const previous = this.#connections.get(actor.id);
    this.#connections.set(actor.id, connection);
    connection.session = { live: this, actor };
    this.#away.cameBack(actor.id);
    if (previous !== undefined && previous !== connection) previous.dismiss('replaced');
  }

  #ratesOf(id: ParticipantId): MessageRates | undefined {
    return this.#connections.get(id)?.rates ?? this.#away.ratesOf(id);
  }

  /** Forgets what has refilled. */
  pruneRates(nowMs: number): void {
    this.#away.pruneRates(nowMs);
  }

  /** The socket is gone. Media goes on for a while: a person who returns in time finds it as it was. */
  drop(connection: Connection, id: ParticipantId): void {
    if (this.#connections.get(id) !== connection) return;
    if (this.#moves.isLeaving(id)) return this.leave(id);
    this.#disconnect(connection, id);
    this.room.drop(id);
    if (this.#onStage(id)) return; // the seat's own grace decides
    this.#away.waitFor(id, this.#parts.viewerGraceMs, () => {
      // Brought on stage meanwhile, he has the seat's grace.
      if (!this.#onStage(id)) this.leave(id);
    });
  }

  /** Gone for good: nothing of this person waits any longer. */
  leave(id: ParticipantId): void {
    this.#away.stopWaiting(id);
    this.#moves.left(id);
    const connection = this.#connections.get(id);
    if (connection !== undefined) {
      this.#disconnect(connection, id);
      this.#detach(connection);
    }
    this.#media?.leave(id);
    this.room.depart(id);
  }

  #onStage(id: ParticipantId): boolean {
    return this.room.self(id)?.onStage ?? false;
  }

  #disconnect(connection: Connection, id: ParticipantId): void {
    this.#connections.delete(id);
    this.#away.went(id, connection.rates);
  }

  #detach(connection: Connection): void {
    connection.session = undefined;
    this.#channel.leave(connection);
  }

  /** Does what the room's rules decided, in order. */
  perform(effect: Effect): void {
    switch (effect.type) {
      case 'roomChanged':
        return this.#channel.roomChanged();
      case 'backstageChanged':
        return this.#channel.backstageChanged();
      case 'selfChanged': {
        const self = this.room.self(effect.id);
        if (self !== undefined) this.#connections.get(effect.id)?.socket.emit('self', self);
        return;
      }
      case 'chat':
        return this.#channel.chat(effect.message);
      case 'pauseFeed':
        this.#media?.setPaused(effect.feedId, effect.paused);
        return;
      case 'closeFeed':
        this.#media?.closeFeed(effect.feedId);
        return;
      case 'unseated':
        this.#media?.closeSend(effect.id);
        if (!this.#connections.has(effect.id)) this.leave(effect.id);
        return;
      case 'dismiss':
        return this.#dismiss(effect.id, effect.reason);
      case 'replaced':
        return this.#replaced(effect.id);
      case 'ended':
        return this.#dismissEverybody('ended', effect.durationMs);
      default:
        return effect satisfies never;
    }
  }

  /** Who came to another node by our own word still sees and sends by this one, until he closes or for a while. */
  #replaced(id: ParticipantId): void {
    if (this.#connections.get(id)?.toldToMoveAtMs === undefined) return this.#dismiss(id, 'replaced');
    this.#moves.leaves(id, () => this.#dismiss(id, 'replaced'));
  }

  #dismiss(id: ParticipantId, reason: LeaveReason): void {
    const connection = this.#connections.get(id);
    this.leave(id);
    connection?.dismiss(reason);
  }

  /** The present role of everybody who is connected. */
  *presentRoles(): Iterable<Role> {
    const onStage = new Map(this.room.view().stage.map(({ id, role }) => [id, role]));
    for (const [id, { session }] of this.#connections) {
      if (session !== undefined) yield onStage.get(id) ?? session.actor.role;
    }
  }

  reactions(counts: Parameters<ServerToClientEvents['reactions']>[0]): void {
    this.#channel.reactions(counts);
  }

  viewersChanged(count: number): void {
    this.#channel.viewersChanged(count);
  }

  /** What somebody sends goes to everybody in the room, or to one person, at whichever node. */
  async sendData(
    from: ParticipantId,
    topic: string,
    payload: string,
    to?: ParticipantId,
  ): Promise<Result<Record<string, never>>> {
    if (to !== undefined && !this.#connections.has(to)) {
      // One who belongs here and has no connection can be reached nowhere.
      const elsewhere = this.room.self(to) === undefined && (await this.room.find(to)) !== undefined;
      if (!elsewhere) return refuse('no-such-participant');
    }
    this.room.sendData({ from, topic, payload }, to);
    return done({});
  }

  /** Hands a data message to those it is for who are connected here. */
  data(message: ServerMessages['data'], to?: ParticipantId): void {
    if (to === undefined) this.#channel.data(message);
    else this.#connections.get(to)?.socket.emit('data', message);
  }

  /** Everybody is let go and told where to, as `edgesFor` says for each. */
  sendAway(edgesFor: (connection: Connection) => Edge[]): void {
    this.#dismissEverybody('shutdown', undefined, edgesFor);
  }

  close(): void {
    this.room.close();
  }

  /** The show is over: its transports go, and the next show starts with new ones. */
  closeMedia(): void {
    this.#media?.close();
    this.#media = undefined;
    this.#channel.forgetMedia();
  }

  /** Nobody is here to be shown anything. */
  stopViews(): void {
    this.#channel.stopViews();
  }

  /** Everybody who is connected, with whether he is on stage. */
  *people(): Iterable<{ id: ParticipantId; connection: Connection; onStage: boolean }> {
    for (const [id, connection] of this.#connections)
      if (!this.#moves.isLeaving(id)) yield { id, connection, onStage: this.#onStage(id) };
  }

  #dismissEverybody(
    reason: LeaveReason,
    durationMs?: number,
    edgesFor?: (connection: Connection) => Edge[],
  ): void {
    this.#moves.close();
    this.#away.stopWaitingForAll();
    const connections = [...this.#connections];
    for (const [id, connection] of connections) this.#disconnect(connection, id);
    this.closeMedia();
    for (const [id, connection] of connections) {
      connection.dismiss(reason, { durationMs, edges: edgesFor?.(connection) });
      this.room.depart(id);
    }
    this.stopViews();
  }

  #mediaEvents(): RoomMediaEvents {
    return liveMediaEvents({
      room: this.room,
      channel: this.#channel,
      connectionOf: (id) => this.connectionOf(id),
      keyframeAsked: (path) => this.#parts.keyframeAsked(path),
      mediaClosed: (id) => this.#mediaClosed(id),
    });
  }

  /** The page closed its transports itself: it was reloaded or shut, and will not come back with them. */
  #mediaClosed(id: ParticipantId): void {
    this.#log.debug({ participant: id }, 'the browser closed its transports');
    this.#media?.leave(id);
    void this.room.run({ type: 'mediaGone', id });
    if (!this.#connections.has(id) && !this.#onStage(id)) this.leave(id);
  }
}

/** After a wait it may have. */
function hasGone({ open }: Connection): boolean {
  return !open;
}
