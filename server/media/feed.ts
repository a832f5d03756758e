import type { types } from 'mediasoup';
import type { PictureSize } from '../../protocol/clientMessages.ts';
import { kindOf } from '../../protocol/identity.ts';
import type { FeedId, MediaKind, ParticipantId, Source } from '../../protocol/identity.ts';
import type { RtpParametersMessage } from '../../protocol/mediaParameters.ts';
import { KeyframeAsker, isPliSent, pliTraces } from './keyframeAsker.ts';
import { originPlace } from './keyframePacing.ts';
import { feedLayers } from './layerChoice.ts';
import type { FeedLayers } from './layerChoice.ts';
import { LayerDemand } from '../layers/layerDemand.ts';
import type { RoomContext } from './roomContext.ts';
import type { Shard } from './shards.ts';
import { limitTraces } from './traceLimit.ts';

/** PLIs for all layers of one picture go out within this time; two for one layer are further apart. */
const onePliMs = 100;

export interface FeedOptions {
  feedId: FeedId;
  epoch: number;
  source: Source;
  publisherId: ParticipantId;
  /** The publisher's browser makes keyframes when asked by message. */
  keyframes: boolean;
  rtpParameters: RtpParametersMessage;
  /** What is captured, where the publisher's page has said so. */
  picture?: PictureSize;
}

/** One source being published in a room: its producer, who wants which layer of it, and its keyframes. */
export class Feed {
  readonly feedId: FeedId;
  readonly epoch: number;
  readonly source: Source;
  readonly kind: MediaKind;
  readonly publisherId: ParticipantId;
  readonly producer: types.Producer;
  readonly shard: Shard;
  readonly layers: FeedLayers;
  /** Least time between two PLIs to this publisher. */
  readonly pliSpacingMs: number;
  /** Only for video of a publisher who can be asked. */
  readonly asker: KeyframeAsker | undefined;
  readonly #context: RoomContext;
  readonly #demand: LayerDemand | undefined;
  #demandTimer: NodeJS.Timeout | undefined;
  #paused: boolean;
  #pliSentAtMs = -Infinity;

  constructor(context: RoomContext, shard: Shard, producer: types.Producer, options: FeedOptions) {
    const { settings, events } = context;
    this.#context = context;
    this.feedId = options.feedId;
    this.epoch = options.epoch;
    this.source = options.source;
    this.kind = kindOf(options.source);
    this.publisherId = options.publisherId;
    this.producer = producer;
    this.shard = shard;
    this.#paused = producer.paused;
    this.pliSpacingMs = pliSpacingMs(context, options.keyframes);
    const usual = options.source === 'screen' ? settings.screenPicture : settings.cameraPicture;
    this.layers = feedLayers(options.rtpParameters.encodings, options.picture ?? usual);
    if (this.kind !== 'video') return;
    this.limitTraces(producer);
    producer.on('trace', (trace) => {
      if (isPliSent(trace)) this.#pliSent(trace.timestamp);
    });
    if (options.keyframes) {
      const ask = (): void => events.keyframeWanted(this.publisherId, this.feedId);
      this.asker = new KeyframeAsker(settings.keyframes, ask);
    }
    const watched = this.asker?.watch(producer, originPlace) ?? producer.enableTraceEvent([...pliTraces]);
    watched.catch((error: unknown) => {
      context.log.debug({ err: error, feedId: this.feedId }, 'keyframes of a feed cannot be watched');
    });
    if (this.layers.kind === 'simulcast') {
      this.#demand = new LayerDemand(this.layers.scales.length, settings.layersOffAfterMs, performance.now());
      this.#lookAtDemand();
    }
  }

  get closed(): boolean {
    return this.producer.closed;
  }
  get paused(): boolean {
    return this.#paused;
  }

  /** The highest layer that is certainly being sent now. */
  get liveLayer(): number {
    return this.#demand?.liveLayer(performance.now()) ?? this.layers.scales.length - 1;
  }

  /** A consumer wants layers up to `layer` from now on; undefined when it wants none. */
  want(consumerId: string, layer: number | undefined): void {
    if (!this.#demand || this.closed) return;
    this.#demand.set(consumerId, layer, performance.now());
    this.#lookAtDemand();
  }

  /** Tells the publisher again which layers are wanted: he may have missed it. */
  repeatDemand(): void {
    if (this.#demand) this.#context.events.layersWanted(this.publisherId, this.feedId, this.#demand.told);
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
    this.asker?.close();
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
    this.#context.events.pliSent(this.feedId);
  }

  #lookAtDemand(): void {
    if (!this.#demand) return;
    clearTimeout(this.#demandTimer);
    const nowMs = performance.now();
    const { tell, wakeAtMs } = this.#demand.next(nowMs);
    if (tell !== undefined) this.#context.events.layersWanted(this.publisherId, this.feedId, tell);
    if (wakeAtMs !== undefined) {
      this.#demandTimer = setTimeout(() => this.#lookAtDemand(), Math.ceil(wakeAtMs - nowMs));
    }
  }
}

/** `keyFrameRequestDelay` for a publisher's video. */
export function pliSpacingMs({ settings }: RoomContext, keyframes: boolean): number {
  return keyframes ? settings.keyframes.pliSpacingMs : settings.keyframes.pliOnlySpacingMs;
}
