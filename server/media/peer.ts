import { randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import type { FeedViewport } from '../../protocol/clientMessages.ts';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import { limits } from '../../protocol/limits.ts';
import type { Fingerprints, TransportInfo } from '../../protocol/mediaParameters.ts';
import type { ConsumerInfo } from '../../protocol/serverMessages.ts';
import type { Feed } from './feed.ts';
import { watchIncoming } from './incomingWatch.ts';
import { PeerConsumer } from './peerConsumer.ts';
import type { RoomContext } from './roomContext.ts';
import type { Shard } from './shards.ts';

export type Direction = 'send' | 'recv';

interface PeerOptions {
  participantId: ParticipantId;
  rtpCapabilities: types.RtpCapabilities;
  keyframes: boolean;
  /** Where the person receives. */
  shard: Shard;
  /** The browser has closed a transport. */
  onClosedByBrowser: (direction: Direction) => void;
  /** The person keeps sending far more than he may. */
  onExcess: () => void;
}

/** The media of one connected person: transports, and a consumer for each feed of the others. */
export class Peer {
  readonly participantId: ParticipantId;
  readonly session = randomUUID();
  readonly keyframes: boolean;
  readonly shard: Shard;
  readonly consumers = new Map<Feed, PeerConsumer>();
  /** The first answer to the browser is still being made; new feeds are put into it. */
  joining = true;
  recv: types.WebRtcTransport | undefined;
  send: types.WebRtcTransport | undefined;
  sendShard: Shard | undefined;
  readonly #context: RoomContext;
  readonly #rtpCapabilities: types.RtpCapabilities;
  readonly #onClosedByBrowser: (direction: Direction) => void;
  readonly #onExcess: () => void;
  /** Feeds for which a consumer is being made. */
  readonly #offered = new Set<Feed>();
  /** What the browser shows; kept when a feed goes, since it may return. */
  readonly #viewports = new Map<FeedId, FeedViewport>();
  #unannounced = new Set<PeerConsumer>();
  #announcement: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(context: RoomContext, options: PeerOptions) {
    this.#context = context;
    this.participantId = options.participantId;
    this.keyframes = options.keyframes;
    this.shard = options.shard;
    this.#rtpCapabilities = options.rtpCapabilities;
    this.#onClosedByBrowser = options.onClosedByBrowser;
    this.#onExcess = options.onExcess;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether a browser that still has this session can go on with it. */
  get usable(): boolean {
    return !this.#closed && !this.joining && this.recv !== undefined && isAlive(this.recv);
  }

  /** What the browser has taken already. */
  get startedConsumers(): ConsumerInfo[] {
    return [...this.consumers.values()].filter((one) => one.started && !one.closed).map((one) => one.info);
  }

  /** Makes a transport on `shard`; it belongs to this peer from the first moment, and closes with it. */
  async openTransport(direction: Direction, shard: Shard): Promise<types.WebRtcTransport> {
    const router = await shard.router;
    if (!shard.worker) throw new Error('the shard has no worker');
    const { initialOutgoingBps } = this.#context.settings;
    const transport = await router.createWebRtcTransport({
      webRtcServer: shard.worker.webRtcServer,
      initialAvailableOutgoingBitrate: initialOutgoingBps,
      preferUdp: true,
    });
    if (this.#closed || (direction === 'send' && this.send)) {
      transport.close();
      throw new Error('the peer has closed');
    }
    this[direction] = transport;
    if (direction === 'send') {
      this.sendShard = shard;
      watchIncoming(transport, this.#context.settings, this.#onExcess);
    }
    transport.on('dtlsstatechange', (state) => this.#dtlsChanged(direction, transport, state));
    return transport;
  }

  /** Gives the transport the browser's certificate; the browser opens the handshake. */
  async connect(transport: types.WebRtcTransport, fingerprints: Fingerprints): Promise<void> {
    const connected = transport.connect({ dtlsParameters: { role: 'client', fingerprints } });
    if (transport !== this.send) return connected;
    await Promise.all([connected, transport.setMaxIncomingBitrate(this.#context.settings.maxIncomingBps)]);
  }

  /**
   * Makes the consumer for a feed that is on this peer's shard already; undefined where the browser cannot play it,
   * where it has one, or where peer or feed went away meanwhile.
   */
  async consume(feed: Feed, paused: boolean): Promise<PeerConsumer | undefined> {
    const { recv } = this;
    if (!recv || !this.shard.opened || this.#offered.has(feed) || this.consumers.has(feed)) return undefined;
    this.#offered.add(feed);
    const log = this.#context.log.child({ participantId: this.participantId, feedId: feed.feedId });
    try {
      const startLayer = feed.liveLayer;
      const consumer = await recv.consume({
        producerId: feed.producer.id,
        rtpCapabilities: this.#rtpCapabilities,
        paused,
        ...(feed.kind === 'video' && { preferredLayers: { spatialLayer: startLayer } }),
      });
      if (this.#closed || feed.closed) {
        consumer.close();
        return undefined;
      }
      const connected = (): boolean => recv.dtlsState === 'connected';
      const viewport = this.#viewports.get(feed.feedId);
      const made = new PeerConsumer({ feed, shard: this.shard, consumer, startLayer, viewport, connected });
      this.consumers.set(feed, made);
      return made;
    } catch (error) {
      log.debug({ err: error }, 'the feed could not be consumed');
      return undefined;
    } finally {
      this.#offered.delete(feed);
    }
  }

  /** Announces a consumer together with all others of this turn; it flows when the browser has said it is ready. */
  announce(added: readonly PeerConsumer[]): void {
    for (const one of added) this.#unannounced.add(one);
    if (this.#unannounced.size === 0) return;
    this.#announcement ??= setImmediate(() => {
      this.#announcement = undefined;
      const announced = [...this.#unannounced].filter((one) => !one.closed);
      this.#unannounced.clear();
      if (announced.length === 0 || this.#closed) return;
      this.#context.events.consumersAdded(
        this.participantId,
        announced.map((one) => one.info),
        () => {
          for (const one of announced) if (!one.closed) one.start();
        },
      );
    });
  }

  show(viewport: FeedViewport): void {
    this.#viewports.delete(viewport.feedId);
    this.#viewports.set(viewport.feedId, viewport);
    const [oldest] = this.#viewports.keys();
    if (this.#viewports.size > limits.feedViews && oldest !== undefined) this.#viewports.delete(oldest);
    // Two, while the feed moves from one upstream to another.
    for (const [feed, consumer] of this.consumers) {
      if (feed.feedId === viewport.feedId) consumer.show(viewport);
    }
  }

  /** Closes the consumer of a feed that is gone; the id of one that the browser may know of. */
  stopConsuming(feed: Feed): string | undefined {
    const consumer = this.consumers.get(feed);
    this.consumers.delete(feed);
    consumer?.close();
    return consumer?.consumer.id;
  }

  closeSend(): void {
    const { send } = this;
    this.send = undefined;
    this.sendShard = undefined;
    send?.close();
  }

  close(): void {
    this.#closed = true;
    clearImmediate(this.#announcement);
    this.closeSend();
    // Before its consumers, which go with it: otherwise each would be one more request to the worker.
    this.recv?.close();
    for (const feed of [...this.consumers.keys()]) this.stopConsuming(feed);
  }

  #dtlsChanged(direction: Direction, transport: types.WebRtcTransport, state: types.DtlsState): void {
    if (this.#closed || this[direction] !== transport) return;
    if (state === 'closed') this.#onClosedByBrowser(direction);
    if (state !== 'connected' || direction !== 'recv') return;
    for (const consumer of this.consumers.values()) consumer.flowing();
  }
}

/** Everything a browser needs of a transport to make its own side. */
export function transportInfo(transport: types.WebRtcTransport): TransportInfo {
  const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
  return { id, iceParameters, iceCandidates, dtlsParameters };
}

function isAlive(transport: types.WebRtcTransport): boolean {
  return !transport.closed && transport.dtlsState !== 'closed' && transport.dtlsState !== 'failed';
}
