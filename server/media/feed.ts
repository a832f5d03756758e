import type { types } from 'mediasoup';
import { kindOf } from '../../protocol/identity.ts';
import type { FeedId, MediaKind, ParticipantId, Source } from '../../protocol/identity.ts';
import type { FeedLayers } from '../../protocol/pipes.ts';
import type { QualityLevel } from '../../protocol/qualityLevel.ts';
import { KeyframeAsker, isPliSent, pliTraces } from './keyframeAsker.ts';
import { originPlace } from './keyframePacing.ts';
import { LayerDemand } from '../layers/layerDemand.ts';
import type { KeyframeSettings } from './mediaSettings.ts';
import type { RoomContext } from './roomContext.ts';
import type { Shard } from './shards.ts';
import { SentLayers } from './sentLayers.ts';
import { limitTraces } from './traceLimit.ts';

/** PLIs for all layers of one picture go out within this time; two for one layer are further apart. */
const onePliMs = 100;

/** For so long mediasoup may know the bit rates of a producer's layers not yet, or not well. */
const newForMs = 3000;

/** Where a feed comes to this node from: its publisher's page, or the node it is pulled from. */
export interface FeedUpstream {
  /** Asks for a keyframe by message; absent where only PLIs are understood. */
  askKeyframe?: () => void;
  /** Layers above this one are not needed; null where nobody shows the feed, which a publisher is never told. */
  wantLayers(maxSpatialLayer: number | null): void;
  /** mediasoup itself asked for a keyframe. */
  pliSent(): void;
  /** The feed ended, and not by the wish of who opened it. */
  lost(): void;
}

export interface FeedOptions {
  feedId: FeedId;
  epoch: number;
  source: Source;
  publisherId: ParticipantId;
  layers: FeedLayers;
  upstream: FeedUpstream;
  /** Pulled from another node, and the highest layer that comes from there at first. */
  imported?: { maxSpatialLayer: number | null; hops: number };
  keyframes: KeyframeSettings;
}

/** One source of a room on this node: its producer, who wants which layer of it, and its keyframes. */
export class Feed {
  readonly feedId: FeedId;
  readonly epoch: number;
  readonly source: Source;
  readonly kind: MediaKind;
  readonly publisherId: ParticipantId;
  readonly producer: types.Producer;
  readonly shard: Shard;
  readonly layers: FeedLayers;
  readonly upstream: FeedUpstream;
  readonly imported: boolean;
  /** Pipes between nodes that it has passed. */
  readonly hops: number;
  /** Only for video, and where upstream can be asked by message. */
  readonly asker: KeyframeAsker | undefined;
  /** Only for simulcast of such a publisher. */
  readonly sent: SentLayers | undefined;
  readonly #context: RoomContext;
  /** The highest layer of those that upstream said it has. */
  readonly #offered: number | undefined;
  readonly #openedAtMs = performance.now();
  readonly #demand: LayerDemand | undefined;
  readonly #ceilingListeners = new Set<() => void>();
  readonly #qualityListeners = new Set<(level: QualityLevel) => void>();
  #quality: QualityLevel = 'good';
  #pipes = 0;
  #demandTimer: NodeJS.Timeout | undefined;
  #shedTimer: NodeJS.Timeout | undefined;
  #paused: boolean;
  #pliSentAtMs = -Infinity;
  #live = Infinity;
  #limit = Infinity;
  #told: number | undefined;

  constructor(context: RoomContext, shard: Shard, producer: types.Producer, options: FeedOptions) {
    const { imported, upstream, layers } = options;
    this.#context = context;
    this.feedId = options.feedId;
    this.epoch = options.epoch;
    this.source = options.source;
    this.kind = kindOf(options.source);
    this.publisherId = options.publisherId;
    this.producer = producer;
    this.shard = shard;
    this.layers = layers;
    this.upstream = upstream;
    this.imported = imported !== undefined;
    if (layers.kind === 'simulcast') this.#offered = imported?.maxSpatialLayer ?? undefined;
    this.hops = imported?.hops ?? 0;
    this.#paused = producer.paused;
    if (this.kind !== 'video') return;
    this.limitTraces(producer);
    producer.on('trace', (trace) => {
      if (isPliSent(trace)) this.#pliSent(trace.timestamp);
    });
    if (upstream.askKeyframe) {
      this.asker = new KeyframeAsker(options.keyframes, upstream.askKeyframe);
      if (layers.kind === 'simulcast') this.sent = new SentLayers(producer, options.keyframes.answerMs);
    }
    const watched = this.asker?.watch(producer, originPlace) ?? producer.enableTraceEvent([...pliTraces]);
    watched.catch((error: unknown) => {
      context.log.debug({ err: error, feedId: this.feedId }, 'keyframes of a feed cannot be watched');
    });
    // A publisher's page switches simulcast layers; another node leaves out layers of any kind, and all of them.
    if (layers.kind === 'simulcast' || imported) {
      const { layersOffAfterMs } = context.settings;
      const [first, least] = imported
        ? ([imported.maxSpatialLayer ?? -1, -1] as const)
        : ([layers.scales.length - 1, 0] as const);
      const nowMs = performance.now();
      this.#demand = new LayerDemand(layers.scales.length, layersOffAfterMs, nowMs, first, least);
      this.#told = first;
      this.#lookAtDemand();
    }
  }

  get closed(): boolean {
    return this.producer.closed;
  }
  get paused(): boolean {
    return this.#paused;
  }

  get isNew(): boolean {
    return performance.now() - this.#openedAtMs < newForMs;
  }

  /** The highest layer that is being sent now, as far as is known. */
  get liveLayer(): number {
    const top = this.layers.scales.length - 1;
    const wanted = this.#demand?.liveLayer(performance.now()) ?? top;
    return Math.max(0, Math.min(wanted, this.ceiling, this.sent?.top ?? Infinity));
  }

  /** No consumer shows more than this: the layers above ended upstream, or are shed. */
  get ceiling(): number {
    return Math.min(this.#live, this.#limit);
  }

  /** Calls `changed` whenever the ceiling is another; returns how to stop. */
  onCeiling(changed: () => void): () => void {
    this.#ceilingListeners.add(changed);
    return () => this.#ceilingListeners.delete(changed);
  }

  /** How well the media of its publisher arrives where he is, as far as is known here. */
  get quality(): QualityLevel {
    return this.#quality;
  }

  setQuality(level: QualityLevel): void {
    if (level === this.#quality) return;
    this.#quality = level;
    for (const changed of [...this.#qualityListeners]) changed(level);
  }

  /** Calls `changed` with each other quality; returns how to stop. */
  onQuality(changed: (level: QualityLevel) => void): () => void {
    this.#qualityListeners.add(changed);
    return () => this.#qualityListeners.delete(changed);
  }

  /** Another node takes it from here, or (-1) does no more. */
  countPipes(change: 1 | -1): void {
    this.#pipes += change;
    this.asker?.setPiped(this.#pipes > 0);
  }

  /** Upstream has layers up to this one now. Without being told, mediasoup needs 1.5 s to see that one has ended. */
  setLive(maxSpatialLayer: number): void {
    this.#live = maxSpatialLayer;
    this.#ceilingChanged();
  }

  /** Leaves out the layers above, whoever wants them, until it is called with undefined. Viewers go first. */
  limitLayers(maxSpatialLayer: number | undefined): void {
    const limit = maxSpatialLayer ?? Infinity;
    const { shedAfterMs } = this.#context.settings;
    const raised = limit > this.#limit;
    this.#limit = limit;
    this.#ceilingChanged();
    clearTimeout(this.#shedTimer);
    if (raised) this.#tellLayers();
    else this.#shedTimer = setTimeout(() => this.#tellLayers(), shedAfterMs);
  }

  /** The highest layer that upstream was told is wanted; undefined where none is, or nothing has to be told. */
  get wantedLayer(): number | undefined {
    return this.#told === undefined || this.#told < 0 ? undefined : this.#told;
  }

  /**
   * The layer of which a keyframe comes first, while nothing has come from upstream yet: encoders of simulcast send the top
   * one of a picture first. Undefined where upstream was asked for other layers since it said which it has, and for what is
   * published here.
   */
  get awaitedLayer(): number | undefined {
    const offered = this.#offered;
    if (offered === undefined || offered !== this.#told || offered > this.ceiling) return undefined;
    return this.producer.score.some(({ score }) => score > 0) ? undefined : offered;
  }

  /** A consumer wants layers up to `layer` from now on; undefined when it wants none. */
  want(consumerId: string, layer: number | undefined): void {
    if (!this.#demand || this.closed) return;
    this.#demand.set(consumerId, layer, performance.now());
    this.#lookAtDemand();
  }

  /** Tells upstream again which layers are wanted: it may have been missed. */
  repeatDemand(): void {
    if (this.#told !== undefined) this.#tellUpstream(this.#told);
  }

  /** Stops the media at the server, whatever the publisher's page sends; the last call wins. */
  setPaused(paused: boolean): void {
    if (this.#paused === paused || this.closed) return;
    this.#paused = paused;
    void this.#applyPaused(paused);
  }

  /** Everybody who shows this feed at `place` needs a keyframe: it has just come back from a pause. */
  resumedAt(place: string): void {
    this.asker?.ready(`resumed ${place}`, place, false);
  }

  /** Bounds what a hostile publisher can make this producer, or a piped copy of it, tell us. */
  limitTraces(producer: types.Producer): void {
    limitTraces(producer, () => {
      const { feedId } = this;
      this.#context.log.warn({ feedId }, 'a feed has far too many keyframes; they are not watched any more');
    });
  }

  close(): void {
    clearTimeout(this.#demandTimer);
    clearTimeout(this.#shedTimer);
    this.asker?.close();
    this.sent?.close();
    this.producer.close();
  }

  async #applyPaused(paused: boolean): Promise<void> {
    try {
      // The worker obeys in the order asked, so calls that overlap end as the last one says.
      await (paused ? this.producer.pause() : this.producer.resume());
      if (!paused && !this.#paused) this.resumedAt(originPlace);
    } catch (error) {
      this.#context.log.debug(
        { err: error, feedId: this.feedId },
        'a feed closed while it was paused or resumed',
      );
    }
  }

  /** mediasoup sends one PLI a layer; those of one moment are one request. */
  #pliSent(atMs: number): void {
    if (atMs - this.#pliSentAtMs < onePliMs) return;
    this.#pliSentAtMs = atMs;
    this.upstream.pliSent();
  }

  #ceilingChanged(): void {
    for (const changed of [...this.#ceilingListeners]) changed();
  }

  #lookAtDemand(): void {
    if (!this.#demand) return;
    clearTimeout(this.#demandTimer);
    const nowMs = performance.now();
    const { tell, wakeAtMs } = this.#demand.next(nowMs);
    if (tell !== undefined) this.#tellLayers();
    if (wakeAtMs !== undefined) {
      this.#demandTimer = setTimeout(() => this.#lookAtDemand(), Math.ceil(wakeAtMs - nowMs));
    }
  }

  #tellLayers(): void {
    if (!this.#demand || this.closed) return;
    const layers = Math.min(this.#demand.told, this.#limit);
    if (layers === this.#told) return;
    this.#told = layers;
    this.#tellUpstream(layers);
  }

  #tellUpstream(layers: number): void {
    this.upstream.wantLayers(layers < 0 ? null : layers);
  }
}
