import type { types } from 'mediasoup';
import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import { kindOf } from '../../protocol/identity.ts';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import { producerFault } from './clientParameters.ts';
import { Feed } from './feed.ts';
import { FeedDelivery } from './feedDelivery.ts';
import { FeedArrivals } from './feedArrivals.ts';
import { ImportedQuality } from './importedQuality.ts';
import { feedLayers } from './layerChoice.ts';
import type { RoomMedia } from './mediaTypes.ts';
import type { Peer } from './peer.ts';
import type { RoomContext } from './roomContext.ts';
import { SpeakerWatch } from './speakerWatch.ts';
import { UplinkWatch } from './uplinkWatch.ts';

type ProduceRequest = Parameters<RoomMedia['produce']>[0];

/** A feed whose producer is being made; what is asked of it meanwhile is done when it is there. */
interface OpeningFeed {
  paused: boolean;
  cancelled: boolean;
}

/** Who wants the layers of a feed that viewers are about to be moved to. */
const warming = 'warming';

/** The feeds of a room on this node: those published here and those pulled from other nodes. */
export class RoomFeeds {
  readonly delivery: FeedDelivery;
  readonly arrivals: FeedArrivals;
  readonly #context: RoomContext;
  readonly #peers: ReadonlyMap<ParticipantId, Peer>;
  readonly #speaker: SpeakerWatch;
  readonly #uplinks: UplinkWatch;
  readonly #imported: ImportedQuality;
  readonly #feeds = new Map<FeedId, Feed>();
  /** Old upstreams of feeds that have a new one, while viewers move. */
  readonly #replaced = new Set<Feed>();
  readonly #opening = new Map<FeedId, OpeningFeed>();
  #closed = false;

  constructor(context: RoomContext, peers: ReadonlyMap<ParticipantId, Peer>) {
    this.#context = context;
    this.#peers = peers;
    this.#speaker = new SpeakerWatch(context);
    this.#uplinks = new UplinkWatch({
      settings: context.settings,
      events: {
        quality: (publisherId, level) => {
          context.events.quality(publisherId, level);
          for (const feed of this.of(publisherId)) feed.setQuality(level);
        },
      },
    });
    this.#imported = new ImportedQuality(context);
    this.arrivals = new FeedArrivals((feedId) => this.#feeds.get(feedId)?.epoch);
    this.delivery = new FeedDelivery(context, this.#feeds, peers);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get(feedId: FeedId): Feed | undefined {
    return this.#feeds.get(feedId);
  }

  /** What this person publishes on this node. */
  of(publisherId: ParticipantId): Feed[] {
    return this.where((feed) => feed.publisherId === publisherId && !feed.imported);
  }

  where(condition: (feed: Feed) => boolean): Feed[] {
    return [...this.#feeds.values(), ...this.#replaced].filter(condition);
  }

  async publish(peer: Peer | undefined, request: ProduceRequest): Promise<Result<undefined>> {
    const { feedId, epoch, source, rtpParameters } = request;
    if (!peer || peer.joining) return refuse('not-joined');
    const { send, sendShard } = peer;
    if (!send || !sendShard) return refuse('media-unavailable', 'a send transport has to be opened first');
    const before = this.#feeds.get(feedId);
    if (this.#opening.has(feedId) || (before && !isOlderImport(before, epoch))) return refuse('feed-exists');
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
        ...(kind === 'video' && { keyFrameRequestDelay: this.#pliSpacingMs(peer) }),
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
    // The publisher was on another node before, and came here.
    const stale = this.#feeds.get(feedId);
    if (stale) this.remove([stale], true);
    const feed = this.#publishedFeed(peer, sendShard, producer, request);
    feed.setPaused(opening.paused);
    const [other] = this.of(feed.publisherId);
    if (other) feed.setQuality(other.quality);
    this.#uplinks.add(feed);
    this.#add(feed);
    void this.delivery.offer(feed);
    return done(undefined);
  }

  close(feedId: FeedId): void {
    const opening = this.#opening.get(feedId);
    if (opening) opening.cancelled = true;
    this.remove(
      this.where((feed) => feed.feedId === feedId),
      false,
    );
  }

  setPaused(feedId: FeedId, paused: boolean): void {
    const opening = this.#opening.get(feedId);
    if (opening) opening.paused = paused;
    for (const feed of this.where((one) => one.feedId === feedId)) {
      feed.setPaused(paused);
      if (paused) this.#speaker.muted(feed);
    }
  }

  /** Whether this feed may come here from another node now. */
  takes(feedId: FeedId, epoch: number): boolean {
    const before = this.#feeds.get(feedId);
    if (this.#closed || this.#opening.has(feedId)) return false;
    return !before || before.epoch < epoch || (before.imported && before.epoch === epoch);
  }

  /** Takes in a feed from another node, in place of what there was of it; viewers go on with the old one meanwhile. */
  addImported(feed: Feed): void {
    const before = this.#feeds.get(feed.feedId);
    if (before) this.#replaced.add(before);
    this.#imported.add(feed);
    this.#add(feed);
    void this.#moveTo(feed, before);
  }

  /** Takes feeds out and closes them; `lost`: not by the wish of who opened them, so that he is told. */
  remove(feeds: readonly Feed[], lost: boolean): void {
    if (feeds.length === 0) return;
    for (const feed of feeds) {
      this.#replaced.delete(feed);
      if (this.#feeds.get(feed.feedId) === feed) this.#feeds.delete(feed.feedId);
      this.#speaker.remove(feed);
      this.#uplinks.remove(feed);
      this.#imported.remove(feed);
    }
    for (const peer of this.#peers.values()) {
      const ids = feeds.map((feed) => peer.stopConsuming(feed)).filter((id) => id !== undefined);
      if (ids.length > 0 && !peer.joining) this.#context.events.consumersClosed(peer.participantId, ids);
    }
    for (const feed of feeds) {
      feed.close();
      if (lost) feed.upstream.lost();
    }
  }

  /** Nothing is added any more. The feeds themselves go with their routers. */
  stop(): void {
    this.#closed = true;
    this.delivery.close();
    this.arrivals.close();
  }

  #add(feed: Feed): void {
    this.#feeds.set(feed.feedId, feed);
    this.arrivals.look();
    void this.#speaker.add(feed);
  }

  /**
   * Viewers get the feed anew on the transports they have, and their pages change over when it shows something. While
   * the old upstream works there is no hurry: the new one is given time until mediasoup takes its upper layers for
   * steady, for otherwise everybody would start on the lowest.
   */
  async #moveTo(feed: Feed, before: Feed | undefined): Promise<void> {
    const { reparentWarmMs, reparentOverlapMs } = this.#context.settings;
    // Nobody shows it yet, and it is to be as warm as they will want it.
    feed.want(warming, before?.wantedLayer);
    if (before?.epoch === feed.epoch) await openFor([before, feed], reparentWarmMs);
    if (feed.closed) return this.#keep(before);
    await this.delivery.offer(feed);
    feed.want(warming, undefined);
    if (!before) return;
    await openFor([before], reparentOverlapMs);
    if (!before.closed) this.remove([before], true);
  }

  /** The new upstream has failed before anybody used it. */
  #keep(before: Feed | undefined): void {
    if (!before || !this.#replaced.delete(before) || before.closed) return;
    if (this.#feeds.has(before.feedId)) this.#replaced.add(before);
    else this.#feeds.set(before.feedId, before);
  }

  #publishedFeed(peer: Peer, shard: Peer['shard'], producer: types.Producer, request: ProduceRequest): Feed {
    const { settings, events } = this.#context;
    const { feedId, epoch, source, picture } = request;
    const { participantId: publisherId, keyframes } = peer;
    const usual = source === 'screen' ? settings.screenPicture : settings.cameraPicture;
    return new Feed(this.#context, shard, producer, {
      feedId,
      epoch,
      source,
      publisherId,
      layers: feedLayers(request.rtpParameters.encodings, picture ?? usual),
      upstream: {
        ...(keyframes && { askKeyframe: () => events.keyframeWanted(publisherId, feedId) }),
        wantLayers: (maxSpatialLayer) => events.layersWanted(publisherId, feedId, maxSpatialLayer ?? 0),
        pliSent: () => events.pliSent(feedId),
        lost: () => events.feedLost(feedId),
      },
      keyframes: settings.keyframes,
    });
  }

  /**
   * Only towards the publisher. mediasoup does not forget a PLI that it holds back when its keyframe comes in the meantime,
   * so each producer on the way that spaced them, too, would ask for one more that nobody needs.
   */
  #pliSpacingMs({ keyframes }: Peer): number {
    const { pliSpacingMs, pliOnlySpacingMs } = this.#context.settings.keyframes;
    return keyframes ? pliSpacingMs : pliOnlySpacingMs;
  }
}

function isOlderImport(feed: Feed, epoch: number): boolean {
  return feed.imported && feed.epoch < epoch;
}

/** Waits for so long, or until one of these feeds has closed. */
async function openFor(feeds: readonly Feed[], forMs: number): Promise<void> {
  if (feeds.some((feed) => feed.closed)) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const ended = (): void => resolve(undefined);
  const timer = setTimeout(ended, forMs);
  for (const { producer } of feeds) producer.observer.once('close', ended);
  await promise;
  clearTimeout(timer);
  for (const { producer } of feeds) producer.observer.off('close', ended);
}
