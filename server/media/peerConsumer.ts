import type { types } from 'mediasoup';
import type { FeedViewport } from '../../protocol/clientMessages.ts';
import type { RtpParametersMessage } from '../../protocol/mediaParameters.ts';
import type { ConsumerInfo } from '../../protocol/serverMessages.ts';
import type { Feed } from './feed.ts';
import { originPlace } from './keyframePacing.ts';
import { chooseLayers } from './layerChoice.ts';
import type { LayerChoice } from './layerChoice.ts';
import type { Shard } from './shards.ts';

/**
 * mediasoup gives a stream it knows nothing of yet its lowest frame rate, and looks again a second later or more. It is
 * made to look so long after the first picture: one of each temporal layer has come by then, at 30 frames a second or at 10.
 */
const lookAgainAfterMs = [90, 250, 500] as const;

interface PeerConsumerOptions {
  feed: Feed;
  /** Where the person receives. */
  shard: Shard;
  consumer: types.Consumer;
  /**
   * The highest layer that was live when the consumer was made, and which it was made with. mediasoup takes a layer
   * that was switched off for a live one until its streams time out, and would wait for a keyframe of it.
   */
  startLayer: number;
  /** How the person shows the feed, where his page has said so. */
  viewport: FeedViewport | undefined;
  /** Whether the person's transport is connected. */
  connected: () => boolean;
}

/** One feed on its way to one person. */
export class PeerConsumer {
  readonly feed: Feed;
  readonly consumer: types.Consumer;
  /** Where the feed passes on its way to this consumer. */
  readonly #place: string;
  readonly #connected: () => boolean;
  readonly #stopCeiling: () => void;
  #started: boolean;
  #choice: LayerChoice;
  #applied: LayerChoice;
  /** Until the first picture, no layer above this is chosen. */
  #startLayer: number;
  #stopWaiting: (() => void) | undefined;
  #lookAgain: NodeJS.Timeout | undefined;
  #applying = false;
  #closed = false;

  /** A consumer made un-paused counts as started. */
  constructor(options: PeerConsumerOptions) {
    const { feed, shard, consumer, startLayer, viewport, connected } = options;
    this.feed = feed;
    this.consumer = consumer;
    this.#place = shard === feed.shard ? originPlace : shard.id;
    this.#connected = connected;
    this.#started = !consumer.paused;
    this.#startLayer = startLayer;
    this.#choice = chooseLayers(feed.layers, undefined);
    this.#applied = this.#effective;
    // At once by the viewport: layers that nobody shows are not to be fetched from another node for a moment.
    if (viewport) this.show(viewport);
    else feed.want(consumer.id, this.#choice.spatialLayer);
    this.#stopCeiling = feed.onCeiling(() => void this.#apply());
    if (this.#confirms) {
      consumer.on('layerschange', (layers) => {
        if (!layers) return;
        feed.asker?.served(consumer.id);
        this.#stopWaiting?.();
        this.#startLayer = Infinity;
        void this.#apply();
        if (this.#lookAgain === undefined && feed.isNew) this.#lookLater(0);
      });
      this.#stopWaiting = feed.sent?.onKeyframe((top) => this.#keyframePassed(top));
    }
  }

  /** Whether the browser has taken it, so that it flows unless it is off the screen. */
  get started(): boolean {
    return this.#started;
  }
  get closed(): boolean {
    return this.#closed || this.consumer.closed;
  }

  get info(): ConsumerInfo {
    return {
      consumerId: this.consumer.id,
      producerId: this.consumer.producerId,
      feedId: this.feed.feedId,
      epoch: this.feed.epoch,
      kind: this.feed.kind,
      hops: this.feed.hops + (this.#place === originPlace ? 0 : 1),
      rtpParameters: this.consumer.rtpParameters as RtpParametersMessage,
    };
  }

  /** The browser can take the media now. */
  start(): void {
    this.#started = true;
    void this.#apply();
  }

  show(viewport: FeedViewport): void {
    if (this.feed.kind !== 'video' || this.closed) return;
    this.#choice = chooseLayers(this.feed.layers, viewport);
    this.feed.want(this.consumer.id, this.#choice.visible ? this.#choice.spatialLayer : undefined);
    void this.#apply();
  }

  /** The transport is connected or the consumer resumed: pictures can be shown as soon as a keyframe comes. */
  flowing(): void {
    if (this.closed || this.consumer.paused || this.feed.paused || !this.#connected()) return;
    this.feed.asker?.ready(this.consumer.id, this.#place, this.#confirms);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWaiting?.();
    this.#stopCeiling();
    clearTimeout(this.#lookAgain);
    this.feed.want(this.consumer.id, undefined);
    this.feed.asker?.served(this.consumer.id);
    this.consumer.close();
  }

  /** A keyframe went by without a picture here: its layers are all there are to wait for. */
  #keyframePassed(top: number): void {
    if (this.consumer.paused || !this.#connected()) return;
    this.#startLayer = top;
    void this.#apply();
  }

  #lookLater(time: number): void {
    const atMs = lookAgainAfterMs[time];
    if (atMs === undefined || this.closed) return;
    const waitMs = atMs - (lookAgainAfterMs[time - 1] ?? 0);
    this.#lookAgain = setTimeout(
      () => void this.#raiseFrameRate().then(() => this.#lookLater(time + 1)),
      waitMs,
    );
  }

  /** mediasoup looks how much it can send when other layers are preferred than before, and only then. */
  async #raiseFrameRate(): Promise<void> {
    const { spatialLayer, temporalLayer } = this.#applied;
    const comes = this.consumer.currentLayers?.temporalLayer ?? temporalLayer;
    if (comes >= temporalLayer || this.#applying || this.closed) return;
    this.#applied = { ...this.#applied, temporalLayer: temporalLayer - 1 };
    await this.consumer
      .setPreferredLayers({ spatialLayer, temporalLayer: temporalLayer - 1 })
      .catch(() => undefined);
    await this.#apply();
  }

  get #effective(): LayerChoice {
    const spatialLayer = Math.min(this.#choice.spatialLayer, this.#startLayer, this.feed.ceiling);
    return { ...this.#choice, spatialLayer };
  }

  get #confirms(): boolean {
    return this.feed.layers.kind === 'simulcast';
  }

  /** Brings the consumer to what is wanted of it now, however often that changes on the way. */
  async #apply(): Promise<void> {
    if (this.#applying) return;
    this.#applying = true;
    try {
      while (!this.closed) {
        const wanted = this.#effective;
        const pause = !this.#started || !wanted.visible;
        if (!sameLayers(wanted, this.#applied)) {
          const { spatialLayer } = this.#applied;
          await this.consumer.setPreferredLayers(wanted);
          this.#applied = wanted;
          if (wanted.spatialLayer < spatialLayer && this.feed.ceiling < spatialLayer) this.flowing();
        } else if (pause && !this.consumer.paused) {
          this.feed.asker?.served(this.consumer.id);
          await this.consumer.pause();
        } else if (!pause && this.consumer.paused) {
          await this.consumer.resume();
          this.flowing();
        } else {
          break;
        }
      }
    } catch {
      // The consumer, its transport or its worker went away meanwhile.
    } finally {
      this.#applying = false;
    }
  }
}

function sameLayers(one: LayerChoice, other: LayerChoice): boolean {
  return one.spatialLayer === other.spatialLayer && one.temporalLayer === other.temporalLayer;
}
