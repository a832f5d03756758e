import { randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import type { RtpCapabilitiesMessage, RtpParametersMessage } from '../../protocol/mediaParameters.ts';
import type { PipeAnswer, PipeNews, PipeOffer, PipeRequest } from '../../protocol/pipes.ts';
import type { Feed } from './feed.ts';
import { originPlace } from './keyframePacing.ts';
import { connectEnd, endOf, makePipeEnd } from './pipeEnd.ts';
import { pipeStatistics } from './pipeStatistics.ts';
import type { PipeStatistics } from './pipeStatistics.ts';
import type { RoomContext } from './roomContext.ts';

/** Of a pipe there is one feed, so no MID; and nothing that makes mediasoup choose layers by an estimate of its own. */
const leftOut = [
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
];

/** A rung that brings another layer than its own, for want of sender reports, is tried again after this. */
const strayMs = 1000;

interface ExportOptions {
  /** Null: nothing is wanted at first. */
  maxSpatialLayer: number | null;
  tell: (news: PipeNews) => void;
  ended: () => void;
}

/**
 * The upstream end of a pipe between nodes. It carries a simulcast feed as a ladder: one consumer for each layer, locked
 * to it, which is paused while nobody downstream wants the layer or while its source does not send it.
 */
export class FeedExport {
  readonly offer: PipeOffer;
  readonly #id = `export ${randomUUID()}`;
  readonly #feed: Feed;
  readonly #transport: types.PlainTransport;
  readonly #consumers: types.Consumer[];
  readonly #options: ExportOptions;
  readonly #stopQuality: () => void;
  readonly #onScore = (): void => this.#settle();
  /** By layer, what was last asked of its consumer. */
  readonly #carried: boolean[];
  /** -1: nothing. */
  #wanted: number;
  #live: number;
  #connected = false;
  /** Somebody behind it asked for a keyframe before anything could flow. */
  #askedEarly = false;
  #strayTimer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(
    feed: Feed,
    transport: types.PlainTransport,
    consumers: types.Consumer[],
    options: ExportOptions,
  ) {
    this.#feed = feed;
    this.#transport = transport;
    this.#consumers = consumers;
    this.#options = options;
    this.#carried = consumers.map((consumer) => !consumer.paused);
    this.#wanted = options.maxSpatialLayer ?? -1;
    this.#live = feed.awaitedLayer ?? feed.layers.scales.length - 1;
    this.#live = this.#liveLayer();
    this.offer = this.#makeOffer();
    this.#settle();
    feed.producer.on('score', this.#onScore);
    for (const [layer, consumer] of consumers.entries()) {
      consumer.on('layerschange', (layers) => {
        if (feed.layers.kind === 'simulcast' && layers && layers.spatialLayer !== layer) this.#stray(layer);
      });
    }
    this.#passDemand();
    feed.countPipes(1);
    this.#stopQuality = feed.onQuality((level) => options.tell({ type: 'quality', level }));
    transport.observer.once('close', () => this.#end());
    const [first] = consumers;
    first?.observer.once('close', () => this.close());
    first?.on('producerpause', () => options.tell({ type: 'paused', paused: true }));
    first?.on('producerresume', () => options.tell({ type: 'paused', paused: false }));
  }

  /** Makes the sending end; nothing is left behind when it rejects. */
  static async open(context: RoomContext, feed: Feed, options: ExportOptions): Promise<FeedExport> {
    const router = await feed.shard.router;
    const transport = await makePipeEnd(router, context.settings);
    try {
      const simulcast = feed.layers.kind === 'simulcast';
      const top = options.maxSpatialLayer ?? 0;
      const rungs = simulcast ? feed.layers.scales.map((_, layer) => layer) : [top];
      const consumers = await Promise.all(
        rungs.map((spatialLayer) =>
          transport.consume({
            producerId: feed.producer.id,
            rtpCapabilities: pipeCapabilities(context.routerCapabilities),
            // A layer's consumer would bring another layer while its own is not sent.
            paused: feed.kind === 'video',
            ...(feed.kind === 'video' && { preferredLayers: { spatialLayer } }),
          }),
        ),
      );
      if (feed.closed || transport.closed) throw new Error('the feed has closed');
      return new FeedExport(feed, transport, consumers, options);
    } catch (error) {
      transport.close();
      throw error;
    }
  }

  /** Starts the media. The other end has its producer by now, so it misses no keyframe. */
  async connect({ end }: PipeAnswer): Promise<void> {
    await connectEnd(this.#transport, end);
    this.#connected = true;
    const { quality: level } = this.#feed;
    if (level !== 'good') this.#options.tell({ type: 'quality', level });
    // Nobody behind it shows pictures before he asks: one that is asked for now only puts off the one he needs.
    if (this.#askedEarly) this.#wantKeyframe();
  }

  request(request: PipeRequest): void {
    if (this.#closed) return;
    switch (request.type) {
      case 'layers':
        this.#wantLayers(request.maxSpatialLayer);
        return;
      case 'keyframe':
        this.#askedEarly ||= !this.#connected;
        this.#wantKeyframe();
        return;
      default:
        return request satisfies never;
    }
  }

  /** Undefined when the pipe has gone. */
  async statistics(): Promise<PipeStatistics | undefined> {
    try {
      const streams = await Promise.all(this.#consumers.map((consumer) => consumer.getStats()));
      return pipeStatistics(streams.flat(), 'sending', Date.now());
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.#transport.close();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#strayTimer);
    this.#feed.producer.off('score', this.#onScore);
    this.#stopQuality();
    this.#feed.countPipes(-1);
    this.#feed.want(this.#id, undefined);
    this.#feed.asker?.served(this.#id);
    this.#options.ended();
  }

  #wantLayers(maxSpatialLayer: number | null): void {
    const before = this.#wanted;
    this.#wanted = maxSpatialLayer ?? -1;
    // It is told again and again.
    if (this.#wanted === before) return;
    this.#passDemand();
    this.#settle();
    if (this.#feed.layers.kind !== 'svc' || maxSpatialLayer === null) return;
    // Refused only where the consumer is gone.
    this.#consumers[0]?.setPreferredLayers({ spatialLayer: maxSpatialLayer }).catch(() => undefined);
    this.#wantKeyframe();
  }

  #passDemand(): void {
    this.#feed.want(this.#id, this.#wanted < 0 ? undefined : this.#wanted);
  }

  /** Brings what is carried to what is wanted and live now. The worker obeys in the order asked. */
  #settle(): void {
    if (this.#feed.kind !== 'video') return;
    const { kind } = this.#feed.layers;
    let more = false;
    for (const [layer, consumer] of this.#consumers.entries()) {
      const carry = kind === 'simulcast' ? this.#isCarried(layer) : this.#wanted >= 0;
      if (carry === this.#carried[layer]) continue;
      this.#carried[layer] = carry;
      more ||= carry;
      (carry ? consumer.resume() : consumer.pause()).catch(() => undefined);
    }
    // A layer starts with a keyframe, which went by before its consumer was resumed.
    if (more) this.#wantKeyframe();
    const live = this.#liveLayer();
    if (live === this.#live) return;
    this.#live = live;
    this.#options.tell({ type: 'live', maxSpatialLayer: live });
  }

  #stray(layer: number): void {
    this.#carried[layer] = false;
    this.#consumers[layer]?.pause().catch(() => undefined);
    clearTimeout(this.#strayTimer);
    this.#strayTimer = setTimeout(() => this.#settle(), strayMs);
  }

  /**
   * A layer that is live; and before any is, the one whose keyframe will come first, so that it passes. No other one then: a
   * consumer whose own layer is not there yet takes what is.
   */
  #isCarried(layer: number): boolean {
    return layer <= this.#wanted && (this.#isLive(layer) || layer === this.#feed.awaitedLayer);
  }

  #isLive(layer: number): boolean {
    return this.#feed.producer.score.some(({ encodingIdx, score }) => encodingIdx === layer && score > 0);
  }

  /** With no layer live there is nothing to switch to, so the last answer stays. */
  #liveLayer(): number {
    if (this.#feed.layers.kind !== 'simulcast') return this.#live;
    for (let layer = this.#consumers.length - 1; layer >= 0; layer--) if (this.#isLive(layer)) return layer;
    return this.#live;
  }

  #wantKeyframe(): void {
    if (this.#feed.kind !== 'video' || !this.#connected || this.#feed.paused) return;
    if (this.#feed.asker) return this.#feed.asker.ready(this.#id, originPlace, false);
    for (const [layer, consumer] of this.#consumers.entries()) {
      if (this.#carried[layer]) consumer.requestKeyFrame().catch(() => undefined);
    }
  }

  #makeOffer(): PipeOffer {
    const { feedId, epoch, source, publisherId, layers, hops } = this.#feed;
    const [first] = this.#consumers;
    if (!first) throw new Error('a pipe carries nothing');
    const { mid: _, ...parameters } = first.rtpParameters;
    const encodings = this.#consumers.flatMap((consumer) => consumer.rtpParameters.encodings ?? []);
    const scalabilityMode = layers.kind === 'simulcast' ? `L1T${layers.temporalLayers}` : undefined;
    return {
      feedId,
      epoch,
      source,
      publisherId,
      layers,
      end: endOf(this.#transport),
      rtpParameters: {
        ...parameters,
        encodings: encodings.map((encoding) => ({
          ...encoding,
          ...(scalabilityMode && { scalabilityMode }),
        })),
      } as RtpParametersMessage,
      maxSpatialLayer: this.#wanted < 0 ? null : Math.min(this.#wanted, this.#live),
      paused: this.#feed.producer.paused,
      hops: hops + 1,
    };
  }
}

function pipeCapabilities({ codecs, headerExtensions }: RtpCapabilitiesMessage): types.RtpCapabilities {
  return structuredClone({
    codecs: codecs.map(({ rtcpFeedback = [], ...codec }) => ({
      ...codec,
      rtcpFeedback: rtcpFeedback.filter(({ type }) => type !== 'transport-cc' && type !== 'goog-remb'),
    })),
    headerExtensions: headerExtensions.filter(({ uri }) => !leftOut.includes(uri)),
  }) as types.RtpCapabilities;
}
