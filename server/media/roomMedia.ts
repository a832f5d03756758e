import type { types } from 'mediasoup';
import type { JoinMedia, FeedViewport } from '../../protocol/clientMessages.ts';
import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import { kindOf } from '../../protocol/identity.ts';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import type { Fingerprints, TransportInfo } from '../../protocol/mediaParameters.ts';
import { normalFingerprints, producerFault, usableCapabilities } from './clientParameters.ts';
import { Feed, pliSpacingMs } from './feed.ts';
import { FeedDelivery } from './feedDelivery.ts';
import type { PeerJoin, RoomMedia } from './mediaTypes.ts';
import { Peer, transportInfo } from './peer.ts';
import type { Direction } from './peer.ts';
import { deferred } from './roomContext.ts';
import type { RoomContext } from './roomContext.ts';
import { Shards } from './shards.ts';
import type { Shard } from './shards.ts';
import { SpeakerWatch } from './speakerWatch.ts';
import { UplinkWatch } from './uplinkWatch.ts';

type ProduceRequest = Parameters<RoomMedia['produce']>[0];

/** A feed whose producer is being made; what is asked of it meanwhile is done when it is there. */
interface OpeningFeed {
  paused: boolean;
  cancelled: boolean;
}

/** The media of one room on this node's workers. */
export class MediasoupRoom implements RoomMedia {
  readonly #context: RoomContext;
  readonly #shards: Shards;
  readonly #delivery: FeedDelivery;
  readonly #speaker: SpeakerWatch;
  readonly #uplinks: UplinkWatch;
  readonly #peers = new Map<ParticipantId, Peer>();
  readonly #feeds = new Map<FeedId, Feed>();
  readonly #opening = new Map<FeedId, OpeningFeed>();
  readonly #onClose: () => void;
  #closed = false;

  constructor(context: RoomContext, onClose: () => void) {
    const events = deferred(context.events, () => this.#closed, context.log);
    this.#context = { ...context, events };
    this.#onClose = onClose;
    this.#delivery = new FeedDelivery(this.#context, this.#feeds, this.#peers);
    this.#speaker = new SpeakerWatch(this.#context);
    this.#uplinks = new UplinkWatch(this.#context);
    this.#shards = new Shards(this.#context, {
      died: (shard) => this.#shardDied(shard),
      closed: (shard) => this.#delivery.shardGone(shard),
    });
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
    for (const feed of this.#feedsOf(participantId)) feed.repeatDemand();
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
    const { feedId, participantId, rtpParameters, source } = request;
    const peer = this.#peers.get(participantId);
    if (!peer || peer.joining) return refuse('not-joined');
    const { send, sendShard } = peer;
    if (!send || !sendShard) return refuse('media-unavailable', 'a send transport has to be opened first');
    if (this.#feeds.has(feedId) || this.#opening.has(feedId)) return refuse('feed-exists');
    const kind = kindOf(source);
    const fault = producerFault(rtpParameters, kind, this.#context.routerCapabilities);
    if (fault) return refuse('bad-media-parameters', fault);
    const opening: OpeningFeed = { paused: request.paused, cancelled: false };
    this.#opening.set(feedId, opening);
    let producer: types.Producer;
    try {
      producer = await send.produce({
        kind,
        rtpParameters: rtpParameters as types.RtpParameters,
        paused: request.paused,
        ...(kind === 'video' && { keyFrameRequestDelay: pliSpacingMs(this.#context, peer.keyframes) }),
      });
    } catch (error) {
      if (send.closed) return refuse('media-unavailable');
      return refuse('bad-media-parameters', error instanceof Error ? error.message : undefined);
    } finally {
      this.#opening.delete(feedId);
    }
    if (producer.closed || peer.send !== send || opening.cancelled) {
      producer.close();
      return refuse('media-unavailable');
    }
    const feed = new Feed(this.#context, sendShard, producer, {
      ...request,
      publisherId: participantId,
      keyframes: peer.keyframes,
    });
    this.#feeds.set(feedId, feed);
    feed.setPaused(opening.paused);
    void this.#speaker.add(feed);
    this.#uplinks.add(feed);
    void this.#delivery.offer(feed);
    return done(undefined);
  }

  closeFeed(feedId: FeedId): void {
    const opening = this.#opening.get(feedId);
    if (opening) opening.cancelled = true;
    const feed = this.#feeds.get(feedId);
    if (feed) this.#removeFeeds([feed], false);
  }

  setPaused(feedId: FeedId, paused: boolean): void {
    const opening = this.#opening.get(feedId);
    if (opening) opening.paused = paused;
    const feed = this.#feeds.get(feedId);
    feed?.setPaused(paused);
    if (feed && paused) this.#speaker.muted(feed);
  }

  view(participantId: ParticipantId, feeds: readonly FeedViewport[]): void {
    const peer = this.#peers.get(participantId);
    for (const viewport of feeds) peer?.show(viewport, this.#feeds.get(viewport.feedId));
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

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#delivery.close();
    // The routers take everything on them along, at one request each.
    this.#shards.close();
    for (const peer of [...this.#peers.values()]) this.#drop(peer);
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
      Promise.all(this.#delivery.missing(peer, tried).map((feed) => this.#delivery.bring(feed, peer.shard))),
    ]);
    await Promise.all([
      peer.connect(recv, fingerprints),
      send && peer.connect(send, fingerprints),
      this.#delivery.fill(peer, tried),
    ]);
    while (this.#delivery.missing(peer, tried).length > 0) await this.#delivery.fill(peer, tried);
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
    this.#removeFeeds(this.#feedsOf(peer.participantId), lost);
    peer.closeSend();
  }

  #feedsOf(publisherId: ParticipantId): Feed[] {
    return [...this.#feeds.values()].filter((feed) => feed.publisherId === publisherId);
  }

  #removeFeeds(feeds: readonly Feed[], lost: boolean): void {
    if (feeds.length === 0) return;
    const { events } = this.#context;
    for (const feed of feeds) {
      this.#feeds.delete(feed.feedId);
      this.#speaker.remove(feed);
      this.#uplinks.remove(feed);
    }
    for (const peer of this.#peers.values()) {
      const ids = feeds.map((feed) => peer.stopConsuming(feed)).filter((id) => id !== undefined);
      if (ids.length > 0 && !peer.joining) events.consumersClosed(peer.participantId, ids);
    }
    for (const feed of feeds) {
      feed.close();
      if (lost) events.feedLost(feed.feedId);
    }
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
    this.#delivery.shardGone(shard);
    const lost = [...this.#peers.values()].filter((peer) => peer.shard === shard || peer.sendShard === shard);
    const publishers = new Set(lost.map((peer) => peer.participantId));
    this.#removeFeeds(
      [...this.#feeds.values()].filter((feed) => feed.shard === shard || publishers.has(feed.publisherId)),
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
