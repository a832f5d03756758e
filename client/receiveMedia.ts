import type { types } from 'mediasoup-client';
import type { FeedId, ParticipantId } from '../protocol/identity.ts';
import type { RoomView } from '../protocol/roomView.ts';
import type { ConsumerInfo } from '../protocol/serverMessages.ts';
import type { MediaKind, Source } from '../protocol/sources.ts';
import { DroppedFrames } from './droppedFrames.ts';
import { fateOf, isCurrent } from './feedLifetime.ts';
import { partsOf, streamIdOf } from './feedNames.ts';
import type { RemoteFeed } from './types.ts';

/** How long a last picture waits for its owner to come back with the next epoch. */
const lingerMs = 3000;

/** A new track that brings nothing is shown all the same after this. */
const firstPacketCeilingMs = 2000;
const pictureLookMs = 20;

/** A feed and the consumer it comes by now. */
export class ReceivedFeed implements RemoteFeed {
  readonly feedId: FeedId;
  readonly participantId: ParticipantId;
  readonly source: Source;
  readonly kind: MediaKind;
  track: MediaStreamTrack | null = null;
  consumer: types.Consumer | undefined;
  /** Whose track is shown: after a consumer ended its last picture stays, until the next one has a picture. */
  shownBy: types.Consumer | undefined;
  epoch = 0;
  hops = 0;
  dropped: DroppedFrames | undefined;
  lingering: ReturnType<typeof setTimeout> | undefined;

  constructor({ feedId, kind }: ConsumerInfo) {
    const { participantId, source } = partsOf(feedId);
    this.feedId = feedId;
    this.participantId = participantId;
    this.source = source;
    this.kind = kind;
  }
}

export interface ReceiveEvents {
  added(feed: ReceivedFeed): void;
  track(feed: ReceivedFeed): void;
  removed(feed: ReceivedFeed): void;
  /** With `dropFrames`: the first frame of a video feed came. */
  frame(): void;
  /** A feed could not be taken, although the server offered it. */
  failed(reason: unknown): void;
}

/** Everybody else's feeds: each keeps its identity and its last picture while consumers come and go. */
export class ReceiveMedia {
  readonly feeds = new Map<FeedId, ReceivedFeed>();
  readonly #events: ReceiveEvents;
  readonly #dropFrames: boolean;
  /** Consumers that are being made or in use. */
  readonly #taken = new Map<string, ConsumerInfo>();
  #transport: types.Transport | undefined;
  /** Consumers of transports before; those close with them. */
  readonly #retired = new WeakSet<types.Consumer>();
  #view: RoomView | undefined;

  constructor(events: ReceiveEvents, dropFrames: boolean) {
    this.#events = events;
    this.#dropFrames = dropFrames;
  }

  /** Receives by a new transport from now on; what came by the old one is gone. */
  use(transport: types.Transport): void {
    this.#transport = transport;
    this.#taken.clear();
    for (const feed of this.feeds.values()) {
      if (feed.shownBy !== undefined) this.#retired.add(feed.shownBy);
      feed.consumer = undefined;
    }
  }

  /**
   * When a packet was played that is newer than `knownMs`, by whichever clock the browser has for that; `knownMs` where
   * there is none. The page stands still while the browser looks, so it looks no further than the first feed that flows.
   */
  newerPacketMs(knownMs: number): number {
    for (const { consumer } of this.feeds.values())
      for (const { timestamp } of consumer?.rtpReceiver?.getSynchronizationSources() ?? [])
        if (timestamp > knownMs) return timestamp;
    return knownMs;
  }

  /** Whether every feed is shown by the consumer it comes by now. */
  get isShown(): boolean {
    return [...this.feeds.values()].every(
      ({ consumer, shownBy }) => consumer !== undefined && consumer === shownBy,
    );
  }

  /** Takes feeds, all in one negotiation; resolves when they can flow. */
  async take(infos: readonly ConsumerInfo[]): Promise<void> {
    const added = infos.filter(({ consumerId }) => !this.#taken.has(consumerId));
    for (const info of added) this.#taken.set(info.consumerId, info);
    await Promise.all(added.map((info) => this.#consume(info)));
  }

  /** The server closed these. */
  closed(consumerIds: readonly string[]): void {
    for (const consumerId of consumerIds) {
      this.#taken.delete(consumerId);
      for (const feed of this.feeds.values()) {
        if (feed.consumer?.id !== consumerId) continue;
        if (feed.shownBy !== feed.consumer) feed.consumer.close();
        feed.consumer = undefined;
        this.#settle(feed);
      }
    }
  }

  /** After a return: closes what is gone. One the server has not started yet is announced again, and stays. */
  keepOnly(infos: readonly ConsumerInfo[], view: RoomView): void {
    const kept = new Set(infos.map(({ consumerId }) => consumerId));
    const gone = [...this.#taken.values()].filter(
      ({ consumerId, feedId, epoch }) => !kept.has(consumerId) && !isCurrent(feedId, epoch, view),
    );
    this.closed(gone.map(({ consumerId }) => consumerId));
  }

  /** What the room has now decides about feeds whose media stopped. */
  follow(view: RoomView): void {
    this.#view = view;
    for (const feed of [...this.feeds.values()]) this.#settle(feed);
  }

  close(): void {
    this.#transport = undefined;
    for (const feed of [...this.feeds.values()]) this.#remove(feed);
  }

  async #consume(info: ConsumerInfo): Promise<void> {
    const { consumerId, producerId, kind, feedId, rtpParameters } = info;
    const { participantId, source } = partsOf(feedId);
    const transport = this.#transport;
    try {
      const consumer = await transport?.consume({
        id: consumerId,
        producerId,
        kind,
        rtpParameters: rtpParameters as types.RtpParameters,
        streamId: streamIdOf(participantId, source),
      });
      if (consumer === undefined) return;
      if (this.#transport !== transport || !this.#taken.has(consumerId)) consumer.close();
      else this.#swapIn(info, consumer);
    } catch (error) {
      if (this.#transport !== transport) return;
      this.#taken.delete(consumerId);
      if (transport?.closed === false) this.#events.failed(error);
    }
  }

  /** The new consumer takes the feed over; only now does the old one go. */
  #swapIn(info: ConsumerInfo, consumer: types.Consumer): void {
    const known = this.feeds.get(info.feedId);
    const feed = known ?? new ReceivedFeed(info);
    if (info.epoch < feed.epoch) {
      consumer.close();
      return;
    }
    clearTimeout(feed.lingering);
    feed.lingering = undefined;
    const before = feed.consumer;
    if (before !== undefined) {
      this.#taken.delete(before.id);
      if (before !== feed.shownBy) before.close();
    }
    feed.consumer = consumer;
    feed.epoch = info.epoch;
    feed.hops = info.hops;
    if (this.#dropFrames && consumer.rtpReceiver !== undefined) {
      feed.dropped = new DroppedFrames(consumer.rtpReceiver, () => {
        if (info.kind === 'video') this.#events.frame();
      });
    }
    if (known === undefined) {
      this.feeds.set(info.feedId, feed);
      feed.track = consumer.track;
      feed.shownBy = consumer;
      this.#events.added(feed);
    } else if (before === undefined) {
      // Elements keep the last picture until this one has its first, which they would miss if they got it later.
      this.#show(feed, consumer);
    } else {
      void this.#showWhenItFlows(feed, consumer);
    }
  }

  async #showWhenItFlows(feed: ReceivedFeed, consumer: types.Consumer): Promise<void> {
    // The track before may still bring something: its feed has moved to another way to us.
    if (!this.#dropFrames) await firstPacket(consumer.track);
    // While the way before still flows, it is left for one that has a picture to show, not only packets.
    if (feed.kind === 'video' && flows(feed.shownBy)) await firstPicture(consumer);
    if (feed.consumer === consumer) this.#show(feed, consumer);
  }

  #show(feed: ReceivedFeed, consumer: types.Consumer): void {
    feed.track = consumer.track;
    this.#events.track(feed);
    this.#endShown(feed);
    feed.shownBy = consumer;
  }

  /**
   * Closing a consumer negotiates its connection anew. On a connection whose server side is gone that brings nothing, and
   * takes its time from the new one, which is being negotiated just then.
   */
  #endShown({ shownBy }: ReceivedFeed): void {
    if (shownBy !== undefined && !this.#retired.has(shownBy)) shownBy.close();
  }

  #settle(feed: ReceivedFeed): void {
    if (feed.consumer !== undefined || this.#view === undefined) return;
    const fate = fateOf(feed.feedId, this.#view);
    if (fate === 'goes') this.#remove(feed);
    if (fate === 'lingers') feed.lingering ??= setTimeout(() => this.#remove(feed), lingerMs);
  }

  #remove(feed: ReceivedFeed): void {
    clearTimeout(feed.lingering);
    if (!this.feeds.delete(feed.feedId)) return;
    feed.consumer?.close();
    this.#endShown(feed);
    feed.consumer = undefined;
    feed.track = null;
    this.#events.removed(feed);
  }
}

/** Resolves when a received track has its first packet: until then the browser holds it muted. */
async function firstPacket(track: MediaStreamTrack): Promise<void> {
  if (!track.muted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, firstPacketCeilingMs);
    const go = (): void => {
      clearTimeout(timer);
      resolve();
    };
    track.addEventListener('unmute', go, { once: true });
    track.addEventListener('ended', go, { once: true });
  });
}

function flows(consumer: types.Consumer | undefined): boolean {
  return consumer?.closed === false && consumer.track.readyState === 'live' && !consumer.track.muted;
}

/** Resolves when a received picture was decoded, or at the ceiling. */
async function firstPicture({ rtpReceiver, track }: types.Consumer): Promise<void> {
  const startedMs = performance.now();
  const isThere = (): boolean => (rtpReceiver?.getSynchronizationSources().length ?? 1) > 0;
  while (!isThere() && track.readyState === 'live' && performance.now() - startedMs < firstPacketCeilingMs)
    await new Promise((resolve) => setTimeout(resolve, pictureLookMs));
}
