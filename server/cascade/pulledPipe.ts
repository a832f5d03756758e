import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipeId } from '../../protocol/cascadeMessages.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { NodeTell } from '../../protocol/nodeMessages.ts';
import type { PipeAnswer, PipeOffer, PipeRequest } from '../../protocol/pipes.ts';
import type { CascadeWire, FeedMedia, ImportEnd, NotHad, PipeCounts } from './cascadePorts.ts';
import type { CascadeFeed } from './networkView.ts';
import { checkSource } from './pathCheck.ts';
import type { Upstream } from './upstreamChoice.ts';

/** The asked node may have to pull the feed itself first, over several oceans. */
const pullTimeoutMs = 3000;
const answerTimeoutMs = 2000;
/** What comes after this time was sent when the pipe was asked about; and of a live feed something comes so often. */
const inFlightMs = 40;
const packetWithinMs = 60;

export interface PulledPipeParts {
  self: NodeId;
  wire: CascadeWire;
  media: FeedMedia;
  /** All pipes of this node by their names, so that news of them find them. */
  pipes: Map<PipeId, PulledPipe>;
  /** The pipe ended, and not by `close()`. */
  onEnded: (pipe: PulledPipe) => void;
  /** The upstream end says that it ends soon. */
  onMoving: (pipe: PulledPipe) => void;
}

export interface PullOrder {
  feed: CascadeFeed;
  up: Upstream;
  /** Who waits for the feed, this node last. */
  path: readonly NodeId[];
  maxSpatialLayer: number | null;
  /** Aborted when the pipe is not wanted any more. */
  signal: AbortSignal;
  /** Called when the other node has made an offer, before media is made of it. */
  beforeImport(): Promise<void>;
}

export type Pulled = { ok: true; pipe: PulledPipe } | NotHad;

/** The downstream end of one pipe, from one upstream node, for as long as it lasts. */
export class PulledPipe {
  readonly id: PipeId;
  readonly up: Upstream;
  readonly feed: CascadeFeed;
  readonly offer: PipeOffer;
  /** How the feed comes here: the origin first, this node last. It is the same as long as the pipe lasts. */
  readonly way: readonly NodeId[];
  readonly openedAtMs = Date.now();
  /** The highest layer that was asked for, and the highest that there is. */
  wanted: number | null;
  live: number;
  /** The upstream end says that it ends soon. */
  moving = false;
  readonly #parts: PulledPipeParts;
  #end: ImportEnd | undefined;
  #ceiling: number | undefined;
  #closed = false;

  private constructor(parts: PulledPipeParts, id: PipeId, order: PullOrder, offer: PipeOffer, way: NodeId[]) {
    this.#parts = parts;
    this.id = id;
    this.up = order.up;
    this.feed = order.feed;
    this.offer = offer;
    this.way = way;
    this.wanted = offer.maxSpatialLayer;
    this.live = offer.layers.scales.length - 1;
  }

  /** Pulls the feed. Nothing is left behind, here or there, when that fails. */
  static async open(parts: PulledPipeParts, order: PullOrder): Promise<Pulled> {
    const { self, wire } = parts;
    const { feed, up, path, maxSpatialLayer, signal } = order;
    const id = randomUUID() as PipeId;
    const no = (reason: string): Pulled => {
      drop(wire, up.from, id);
      return { ok: false, why: 'refused', reason };
    };
    const request = { ...feed, pipeId: id, path: [...path], maxSpatialLayer };
    const pulled = await wire.ask(up.from, 'feed.pull', request, pullTimeoutMs);
    if (!pulled.ok) {
      if (pulled.why === 'late') drop(wire, up.from, id);
      return pulled;
    }
    const { offer, path: source } = pulled.value;
    if (signal.aborted) return no('it is not wanted any more');
    const other = offer.feedId !== feed.feedId || offer.epoch !== feed.epoch || source.at(-1) !== up.from;
    if (other) return no('another feed was offered');
    const verdict = checkSource({ epoch: offer.epoch, path: source }, self, feed.epoch);
    if (!verdict.ok) return no(`${verdict.error.code}: ${verdict.error.message}`);
    await order.beforeImport();
    if (aborted(signal)) return no('it is not wanted any more');
    const pipe = new PulledPipe(parts, id, order, offer, [...source, self]);
    const failure = await pipe.#connect();
    if (failure !== undefined) {
      pipe.close();
      return { ok: false, why: 'refused', reason: failure };
    }
    return { ok: true, pipe };
  }

  get closed(): boolean {
    return this.#closed;
  }
  /** The highest layer it may carry now; undefined for no limit. */
  get ceiling(): number | undefined {
    return this.#ceiling;
  }
  get topLayer(): number {
    return this.offer.layers.scales.length - 1;
  }
  get producerId(): string | undefined {
    return this.#end?.producerId;
  }

  /** What the upstream end tells. */
  hear(news: NodeTell<'feed.news'>['news']): void {
    switch (news.type) {
      case 'closed':
        this.#ended();
        return;
      case 'moving':
        this.moving = true;
        this.#parts.onMoving(this);
        return;
      case 'live':
        this.live = news.maxSpatialLayer;
        break;
      case 'paused':
      case 'quality':
        break;
      default:
        return news satisfies never;
    }
    this.#end?.news(news);
  }

  /** Says again what is wanted: it may have been lost, and the other end may have forgotten this pipe. */
  repeat(): void {
    this.#ask({ type: 'layers', maxSpatialLayer: this.wanted });
  }

  /** Sheds the layers above this one, until it is called with undefined. */
  limit(maxSpatialLayer: number | undefined): void {
    if (maxSpatialLayer === this.#ceiling) return;
    this.#ceiling = maxSpatialLayer;
    this.#end?.limitLayers(maxSpatialLayer);
  }

  async statistics(): Promise<PipeCounts | undefined> {
    return this.#end?.statistics();
  }

  /** Whether anything comes by it still: what was on its way when its other end died does not count. */
  async flows(): Promise<boolean> {
    await sleep(inFlightMs);
    const before = await this.statistics();
    await sleep(packetWithinMs);
    const after = await this.statistics();
    return before !== undefined && after !== undefined && after.packets > before.packets;
  }

  /** Ends it at both ends. */
  close(): void {
    if (this.#closed) return;
    this.#forget();
    drop(this.#parts.wire, this.up.from, this.id);
  }

  /** Makes this end, and has the other one connected; answers what failed. */
  async #connect(): Promise<string | undefined> {
    const { wire, media, pipes } = this.#parts;
    pipes.set(this.id, this);
    const rttMs = wire.rttMs(this.up.from) ?? 0;
    const imported = await media.importFeed(this.offer, rttMs, {
      request: (request) => this.#ask(request),
      closed: () => {
        this.#ended();
        drop(wire, this.up.from, this.id);
      },
    });
    if (!imported.ok) return imported.error.code;
    this.#end = imported.value;
    if (this.#closed) {
      imported.value.close();
      return 'it closed before it was open';
    }
    void this.#answer(imported.value.answer);
    return undefined;
  }

  /** Nobody waits for this: who is behind this node gets ready meanwhile, one round trip earlier. */
  async #answer(answer: PipeAnswer): Promise<void> {
    const { wire } = this.#parts;
    const connected = await wire.ask(
      this.up.from,
      'feed.connect',
      { pipeId: this.id, answer },
      answerTimeoutMs,
    );
    if (connected.ok || this.#closed) return;
    this.#ended();
    drop(wire, this.up.from, this.id);
  }

  #ask(request: PipeRequest): void {
    if (request.type === 'layers') this.wanted = request.maxSpatialLayer;
    this.#parts.wire.tell(this.up.from, 'feed.request', { pipeId: this.id, request });
  }

  #ended(): void {
    if (this.#closed) return;
    this.#forget();
    this.#parts.onEnded(this);
  }

  #forget(): void {
    this.#closed = true;
    this.#parts.pipes.delete(this.id);
    this.#end?.close();
  }
}

/** The other end may be there also when the answer was lost. */
function drop(wire: CascadeWire, from: NodeId, pipeId: PipeId): void {
  void wire.ask(from, 'feed.drop', { pipeId }, answerTimeoutMs);
}

/** After a wait it may be. */
function aborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
