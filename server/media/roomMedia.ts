import type { JoinMedia, FeedViewport } from '../../protocol/clientMessages.ts';
import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import type { Fingerprints, TransportInfo } from '../../protocol/mediaParameters.ts';
import type { PipeOffer } from '../../protocol/pipes.ts';
import { normalFingerprints, usableCapabilities } from './clientParameters.ts';
import type { Feed } from './feed.ts';
import type {
  ExportEvents,
  ExportedFeed,
  ImportEvents,
  ImportedFeed,
  PeerJoin,
  RoomMedia,
} from './mediaTypes.ts';
import { Peer, transportInfo } from './peer.ts';
import type { Direction } from './peer.ts';
import { deferred } from './roomContext.ts';
import type { RoomContext } from './roomContext.ts';
import { RoomFeeds } from './roomFeeds.ts';
import { RoomPipes } from './roomPipes.ts';
import { Shards } from './shards.ts';
import type { Shard } from './shards.ts';

type ProduceRequest = Parameters<RoomMedia['produce']>[0];

/** The media of one room on this node's workers. */
export class MediasoupRoom implements RoomMedia {
  readonly #context: RoomContext;
  readonly #shards: Shards;
  readonly #feeds: RoomFeeds;
  readonly #pipes: RoomPipes;
  readonly #peers = new Map<ParticipantId, Peer>();
  readonly #onClose: () => void;
  #closed = false;

  constructor(context: RoomContext, onClose: () => void) {
    const events = deferred(context.events, () => this.#closed, context.log);
    this.#context = { ...context, events };
    this.#onClose = onClose;
    this.#feeds = new RoomFeeds(this.#context, this.#peers);
    this.#shards = new Shards(this.#context, {
      died: (shard) => this.#shardDied(shard),
      closed: (shard) => this.#feeds.delivery.shardGone(shard),
    });
    this.#pipes = new RoomPipes(this.#context, this.#feeds, () => this.#shards.takeSendPlace());
  }

  async join(request: PeerJoin): Promise<Result<JoinMedia>> {
    if (this.#closed) return refuse('media-unavailable');
    const { participantId, keep } = request;
    const before = this.#peers.get(participantId);
    if (before?.usable && before.session === keep) {
      return done({ kept: true, session: keep, consumers: before.startedConsumers });
    }
    const rtpCapabilities = usableCapabilities(request.rtpCapabilities, this.#context.routerCapabilities);
    if (!rtpCapabilities) return refuse('bad-media-parameters', 'rtpCapabilities');
    if (before) this.#drop(before);
    const peer: Peer = new Peer(this.#context, {
      participantId,
      rtpCapabilities,
      keyframes: request.keyframes,
      shard: this.#shards.takePlace(request.send),
      onClosedByBrowser: (direction) => this.#closedByBrowser(peer, direction),
      onExcess: () => this.#stopExcess(peer),
    });
    this.#peers.set(participantId, peer);
    try {
      return await this.#welcome(peer, request);
    } catch (error) {
      this.#context.log.warn({ err: error, participantId }, 'a join found no media');
      if (!peer.closed) this.#drop(peer);
      return refuse('media-unavailable');
    }
  }

  announcePending(participantId: ParticipantId): void {
    const peer = this.#peers.get(participantId);
    peer?.announce([...peer.consumers.values()].filter((consumer) => !consumer.started));
    for (const feed of this.#feeds.of(participantId)) feed.repeatDemand();
  }

  async openSend(participantId: ParticipantId, fingerprints: Fingerprints): Promise<Result<TransportInfo>> {
    const peer = this.#peers.get(participantId);
    if (!peer || peer.joining) return refuse('not-joined');
    // Who asks again has lost the one he had.
    this.#endSend(peer, true);
    try {
      const send = await peer.openTransport('send', this.#shards.takeSendPlace());
      await peer.connect(send, normalFingerprints(fingerprints));
      if (peer.send === send) return done(transportInfo(send));
    } catch (error) {
      this.#context.log.warn({ err: error, participantId }, 'no send transport');
    }
    return refuse('media-unavailable');
  }

  closeSend(participantId: ParticipantId): void {
    const peer = this.#peers.get(participantId);
    if (peer) this.#endSend(peer, false);
  }

  async produce(request: ProduceRequest): Promise<Result<undefined>> {
    return this.#feeds.publish(this.#peers.get(request.participantId), request);
  }

  closeFeed(feedId: FeedId): void {
    this.#feeds.close(feedId);
  }

  setPaused(feedId: FeedId, paused: boolean): void {
    this.#feeds.setPaused(feedId, paused);
  }

  async exportFeed(
    feedId: FeedId,
    maxSpatialLayer: number | null,
    events: ExportEvents,
  ): Promise<Result<ExportedFeed>> {
    return this.#pipes.export(feedId, maxSpatialLayer, events);
  }

  async importFeed(offer: PipeOffer, rttMs: number, events: ImportEvents): Promise<Result<ImportedFeed>> {
    return this.#pipes.import(offer, rttMs, events);
  }

  view(participantId: ParticipantId, feeds: readonly FeedViewport[]): void {
    const peer = this.#peers.get(participantId);
    for (const viewport of feeds) peer?.show(viewport);
  }

  async restartIce(
    participantId: ParticipantId,
    direction: Direction,
  ): Promise<Result<TransportInfo['iceParameters']>> {
    const transport = this.#peers.get(participantId)?.[direction];
    if (!transport) return refuse('not-joined');
    try {
      return done(await transport.restartIce());
    } catch {
      return refuse('media-unavailable');
    }
  }

  leave(participantId: ParticipantId): void {
    const peer = this.#peers.get(participantId);
    if (peer) this.#drop(peer);
  }

  leaveAll(): void {
    for (const peer of [...this.#peers.values()]) this.#drop(peer);
  }

  async whenHere(feedId: FeedId, epoch: number, signal: AbortSignal): Promise<boolean> {
    return this.#feeds.arrivals.when(feedId, epoch, signal);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#feeds.stop();
    // The routers take everything on them along, at one request each.
    this.#shards.close();
    this.leaveAll();
    this.#feeds.remove(
      this.#feeds.where(() => true),
      false,
    );
    this.#onClose();
  }

  /** Makes all a newcomer needs in two round trips to the worker. Throws where the media went away meanwhile. */
  async #welcome(peer: Peer, request: PeerJoin): Promise<Result<JoinMedia>> {
    const fingerprints = normalFingerprints(request.fingerprints);
    const tried = new Set<Feed>();
    const [recv, send] = await Promise.all([
      peer.openTransport('recv', peer.shard),
      request.send ? peer.openTransport('send', this.#shards.takeSendPlace()) : undefined,
      // Pipes that are needed are laid at the same time.
      Promise.all(
        this.#feeds.delivery.missing(peer, tried).map((feed) => this.#feeds.delivery.bring(feed, peer.shard)),
      ),
    ]);
    await Promise.all([
      peer.connect(recv, fingerprints),
      send && peer.connect(send, fingerprints),
      this.#feeds.delivery.fill(peer, tried),
    ]);
    while (this.#feeds.delivery.missing(peer, tried).length > 0) await this.#feeds.delivery.fill(peer, tried);
    if (peer.closed || recv.closed || send?.closed) throw new Error('the peer has closed');
    peer.joining = false;
    return done({
      kept: false,
      session: peer.session,
      recv: transportInfo(recv),
      ...(send && { send: transportInfo(send) }),
      consumers: peer.startedConsumers,
    });
  }

  /** Ends everything of one person without a word to him. */
  #drop(peer: Peer): void {
    this.#endSend(peer, false);
    if (this.#peers.get(peer.participantId) === peer) this.#peers.delete(peer.participantId);
    peer.close();
    this.#shards.givePlaceBack(peer.shard);
  }

  #endSend(peer: Peer, lost: boolean): void {
    this.#feeds.remove(this.#feeds.of(peer.participantId), lost);
    peer.closeSend();
  }

  /** Every page receives, so the page is gone with its receiving side; the sending side it may close and live on. */
  #closedByBrowser(peer: Peer, direction: Direction): void {
    if (direction === 'send') this.#endSend(peer, true);
    else if (!peer.joining) this.#context.events.mediaClosed(peer.participantId);
  }

  #stopExcess(peer: Peer): void {
    const { participantId } = peer;
    this.#context.log.warn(
      { participantId },
      'a publisher sends far more than he may; his transport is closed',
    );
    this.#endSend(peer, true);
  }

  #shardDied(shard: Shard): void {
    this.#feeds.delivery.shardGone(shard);
    const lost = [...this.#peers.values()].filter((peer) => peer.shard === shard || peer.sendShard === shard);
    const publishers = new Set(lost.map((peer) => peer.participantId));
    this.#feeds.remove(
      this.#feeds.where(
        (feed) => feed.shard === shard || (!feed.imported && publishers.has(feed.publisherId)),
      ),
      true,
    );
    const { rejoinSpacingMs, rejoinSpreadMs } = this.#context.settings;
    const spreadMs = Math.min(lost.length * rejoinSpacingMs, rejoinSpreadMs);
    for (const peer of lost) {
      const afterMs = peer.send ? 0 : Math.round(Math.random() * spreadMs);
      const told = !peer.joining;
      this.#drop(peer);
      // A join under way is refused instead.
      if (told) this.#context.events.mediaLost(peer.participantId, afterMs);
    }
  }
}
