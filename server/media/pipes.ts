import type { types } from 'mediasoup';
import type { Feed } from './feed.ts';
import type { MediaSettings } from './mediaSettings.ts';
import type { Shard } from './shards.ts';

interface PipeEnds {
  near: types.PipeTransport;
  far: types.PipeTransport;
}

/**
 * Carries feeds from one shard of a room to another, over a pair of transports of its own. mediasoup's
 * `pipeToRouter()` does the same, but it cannot give the copy a delay between keyframe requests.
 */
export class PipeLink {
  readonly from: Shard;
  readonly to: Shard;
  readonly #settings: MediaSettings;
  #ends: Promise<PipeEnds> | undefined;
  readonly #open = new Set<types.PipeTransport>();
  readonly #carried = new Map<Feed, Promise<void>>();
  #closed = false;

  constructor(from: Shard, to: Shard, settings: MediaSettings) {
    this.from = from;
    this.to = to;
    this.#settings = settings;
  }

  /** Makes sure that the feed can be consumed on the far shard, under the id it has on the near one. */
  async carry(feed: Feed): Promise<void> {
    let carried = this.#carried.get(feed);
    if (!carried) {
      carried = this.#start(feed);
      this.#carried.set(feed, carried);
      carried.catch(() => this.#carried.delete(feed));
    }
    await carried;
  }

  close(): void {
    this.#closed = true;
    // The sending side goes first: what it still sent would be taken for a replay by a new pair.
    for (const end of this.#open) end.close();
    this.#carried.clear();
  }

  async #start(feed: Feed): Promise<void> {
    const { near, far } = await this.#ready();
    const consumer = await near.consume({ producerId: feed.producer.id });
    try {
      await this.#copy(feed, consumer, far);
    } catch (error) {
      // The copy goes with it: its id has to be free for the next attempt.
      consumer.close();
      throw error;
    }
  }

  async #copy(feed: Feed, consumer: types.Consumer, far: types.PipeTransport): Promise<void> {
    const copy = await far.produce({
      id: feed.producer.id,
      kind: consumer.kind,
      rtpParameters: consumer.rtpParameters,
      paused: consumer.producerPaused,
    });
    if (consumer.closed) copy.close();
    consumer.observer.once('close', () => {
      copy.close();
      this.#carried.delete(feed);
    });
    const follow = (): void => void this.#followPause(consumer, copy, feed);
    consumer.on('producerpause', follow);
    consumer.on('producerresume', follow);
    await this.#followPause(consumer, copy, feed);
    if (consumer.closed || this.#closed) throw new Error('the feed or its pipe has closed');
    feed.limitTraces(copy);
    await feed.asker?.watch(copy, this.to.id);
  }

  async #followPause(consumer: types.Consumer, copy: types.Producer, feed: Feed): Promise<void> {
    try {
      while (!copy.closed && copy.paused !== consumer.producerPaused) {
        if (consumer.producerPaused) {
          await copy.pause();
        } else {
          await copy.resume();
          feed.resumedAt(this.to.id);
        }
      }
    } catch {
      // The far worker or its router is gone; the copy went with it.
    }
  }

  async #ready(): Promise<PipeEnds> {
    if (!this.#ends) {
      this.#ends = this.#connect();
      this.#ends.catch(() => (this.#ends = undefined));
    }
    return this.#ends;
  }

  async #connect(): Promise<PipeEnds> {
    const [nearRouter, farRouter] = await Promise.all([this.from.router, this.to.router]);
    const made = await Promise.allSettled([this.#makeEnd(nearRouter), this.#makeEnd(farRouter)]);
    const [near, far] = made.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined));
    try {
      if (!near || !far || this.#closed) throw new Error('a pipe between two workers could not be made');
      await Promise.all([near.connect(addressOf(far)), far.connect(addressOf(near))]);
      return { near, far };
    } catch (error) {
      near?.close();
      far?.close();
      throw error;
    }
  }

  async #makeEnd(router: types.Router): Promise<types.PipeTransport> {
    const end = await router.createPipeTransport({
      listenInfo: {
        protocol: 'udp',
        ip: '127.0.0.1',
        portRange: { min: this.#settings.pipePortMin, max: this.#settings.pipePortMax },
      },
      // Loopback loses packets too, when a socket's buffer is full.
      enableRtx: true,
    });
    this.#open.add(end);
    end.observer.once('close', () => this.#open.delete(end));
    return end;
  }
}

function addressOf(end: types.PipeTransport): { ip: string; port: number } {
  return { ip: end.tuple.localAddress, port: end.tuple.localPort };
}
