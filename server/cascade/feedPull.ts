import type { NodeId, RegionId } from '../../protocol/network.ts';
import type { CascadeMeasured, NotHad } from './cascadePorts.ts';
import type { CascadeFeed } from './networkView.ts';
import { PulledPipe } from './pulledPipe.ts';
import type { PulledPipeParts } from './pulledPipe.ts';
import type { Upstream } from './upstreamChoice.ts';
import type { WantedFeed } from './wantedFeeds.ts';

/** A feed is kept for so long after its last viewer here left: many come back, or another comes. */
const lingerMs = 3000;
/** Waits before a pull that was refused is tried again. */
const retryMs = { first: 100, last: 2000 } as const;
/** A pipe that lasted for less is counted as a failure. */
const shortMs = 1000;
const endedSoon = { why: 'refused', reason: 'the pipe ended soon' } as const;
/** What is asked for before anybody here has said what he shows: what a new viewer gets first. */
const firstLayer = 1;

export interface FeedPullParts extends Omit<PulledPipeParts, 'onEnded' | 'onMoving'> {
  /** Where to pull from, by the present view. */
  choose: (feed: CascadeFeed, currentVia: RegionId | undefined) => Upstream | undefined;
  /** Who waits below for this feed to come here. */
  waiting: (feed: CascadeFeed) => readonly NodeId[];
  unreachable: (nodeId: NodeId) => void;
  measured: CascadeMeasured;
  /** The feed comes by another pipe now; what was made of earlier ones ends soon. */
  onPipe: (pipe: PulledPipe) => void;
  /** From 0 to 1. */
  random: () => number;
  nowMs: () => number;
}

interface Attempt {
  up: Upstream;
  epoch: number;
  abort: AbortController;
}

/** Keeps one feed coming to this node, from whichever node it is to come from now. */
export class FeedPull {
  readonly #parts: FeedPullParts;
  #feed: CascadeFeed;
  #pipe: PulledPipe | undefined;
  /** Earlier pipes, while viewers move away from them. */
  readonly #replaced = new Set<PulledPipe>();
  #attempt: Attempt | undefined;
  /** Where it is to come from, as chosen last. */
  #up: Upstream | undefined;
  #lastFrom: NodeId | undefined;
  #failures = 0;
  #failed: { from: NodeId; reason: string; untilMs: number } | undefined;
  #retry: NodeJS.Timeout | undefined;
  #keepUntilMs = -Infinity;
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(parts: FeedPullParts, { feed }: WantedFeed) {
    this.#parts = parts;
    this.#feed = feed;
  }

  get feed(): CascadeFeed {
    return this.#feed;
  }
  get pipe(): PulledPipe | undefined {
    return this.#pipe;
  }
  /** Where it is to come from, as chosen last. */
  get up(): Upstream | undefined {
    return this.#up;
  }
  /** Why the last try failed, where none has succeeded since. */
  get failure(): string | undefined {
    return this.#failed?.reason;
  }
  get idle(): boolean {
    return this.#attempt === undefined && this.#failed === undefined;
  }

  /** How the feed comes here, or will once a pull under way is done; see `pathCheck.ts`. */
  get source(): readonly NodeId[] {
    const way = this.#pipe?.way ?? [];
    return this.#attempt ? [...way, this.#attempt.up.from] : way;
  }

  /** The way of what has this producer here. */
  wayOf(producerId: string): readonly NodeId[] | undefined {
    return [this.#pipe, ...this.#replaced].find((pipe) => pipe?.producerId === producerId)?.way;
  }

  /** It is wanted, now or still. */
  want({ feed, people }: WantedFeed): void {
    if (feed.epoch > this.#feed.epoch || feed.originNode !== this.#feed.originNode) this.#failed = undefined;
    this.#feed = feed;
    if (people) this.#keepUntilMs = this.#parts.nowMs() + lingerMs;
    this.look();
  }

  /** Nobody wants it just now; answers whether it is kept for a while. `gone`: the room has it no more. */
  rest(gone: boolean): boolean {
    return !gone && this.#parts.nowMs() < this.#keepUntilMs;
  }

  /** Makes the pipe be the right one. */
  look(): void {
    if (this.#closed) return;
    const up = this.#parts.choose(this.#feed, viaOf(this.#up));
    this.#up = up;
    if (up === undefined) return;
    const { epoch } = this.#feed;
    const pipe = this.#pipe;
    if (pipe && !pipe.moving && pipe.up.from === up.from && pipe.feed.epoch === epoch) {
      this.#giveUp();
      this.#failed = undefined;
      if (Date.now() - pipe.openedAtMs > shortMs) this.#failures = 0;
      return;
    }
    if (this.#attempt?.up.from === up.from && this.#attempt.epoch === epoch) return;
    this.#giveUp();
    const waitMs = this.#failed?.from === up.from ? this.#failed.untilMs - this.#parts.nowMs() : 0;
    if (waitMs > 0) {
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.look(), Math.ceil(waitMs));
      return;
    }
    void this.#try(up);
  }

  /** Resolves with whether the feed comes in this epoch; at the latest when `signal` is aborted. */
  async ready(epoch: number, signal: AbortSignal): Promise<boolean> {
    // What comes by a pipe that is about to be another is not worth a pipe of its own.
    const isReady = (): boolean => (this.#pipe?.feed.epoch ?? -1) >= epoch && this.#attempt === undefined;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const look = (): void => {
      if (isReady() || signal.aborted || this.#closed) resolve(undefined);
    };
    this.#waiting.add(look);
    signal.addEventListener('abort', look);
    look();
    await promise;
    this.#waiting.delete(look);
    signal.removeEventListener('abort', look);
    return isReady();
  }

  /** Tells every upstream end again what is wanted. */
  repeat(): void {
    for (const pipe of this.pipes()) pipe.repeat();
  }

  pipes(): PulledPipe[] {
    return [...(this.#pipe ? [this.#pipe] : []), ...this.#replaced];
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#giveUp();
    for (const pipe of this.pipes()) pipe.close();
    this.#pipe = undefined;
    this.#replaced.clear();
    this.#tellWaiting();
  }

  async #try(up: Upstream): Promise<void> {
    const { self, waiting } = this.#parts;
    const feed = this.#feed;
    const abort = new AbortController();
    const attempt: Attempt = { up, epoch: feed.epoch, abort };
    this.#attempt = attempt;
    clearTimeout(this.#retry);
    const before = this.#pipe;
    const flows = before?.flows();
    const pulled = await PulledPipe.open(
      {
        ...this.#parts,
        onEnded: (pipe) => this.#ended(pipe),
        onMoving: () => this.look(),
      },
      {
        feed,
        up,
        path: [...waiting(feed), self],
        maxSpatialLayer: before ? before.wanted : firstLayer,
        signal: abort.signal,
        beforeImport: async () => {
          // Viewers take their time to leave a pipe that works; from a dead one they are moved at once.
          if (flows && !(await flows) && before) this.#end(before);
        },
      },
    );
    if (this.#attempt !== attempt) {
      if (pulled.ok) pulled.pipe.close();
      return;
    }
    this.#attempt = undefined;
    if (!pulled.ok) this.#fail(up.from, pulled);
    else if (pulled.pipe.closed) this.#fail(up.from, endedSoon);
    else this.#take(pulled.pipe);
  }

  #take(pipe: PulledPipe): void {
    const { measured } = this.#parts;
    measured.pulled('opened');
    if (this.#lastFrom !== undefined && this.#lastFrom !== pipe.up.from) measured.reparented();
    this.#lastFrom = pipe.up.from;
    if (this.#pipe) this.#replaced.add(this.#pipe);
    this.#pipe = pipe;
    this.#failed = undefined;
    this.#parts.onPipe(pipe);
    this.#tellWaiting();
    this.look();
  }

  #fail(from: NodeId, { why, reason }: Pick<NotHad, 'why' | 'reason'>): void {
    const { random, nowMs, measured } = this.#parts;
    measured.pulled(why === 'refused' ? why : 'failed');
    const waitMs = Math.min(retryMs.last, retryMs.first * 2 ** this.#failures) * (0.5 + random() / 2);
    this.#failures = Math.min(this.#failures + 1, 10);
    this.#failed = { from, reason, untilMs: nowMs() + waitMs };
    this.#tellWaiting();
    if (why === 'unreachable') this.#parts.unreachable(from);
    this.look();
  }

  /** The upstream end is gone, or the media here moved on from it. */
  #ended(pipe: PulledPipe): void {
    if (this.#replaced.delete(pipe) || this.#pipe !== pipe) return;
    this.#pipe = undefined;
    this.#parts.measured.pulled('lost');
    if (Date.now() - pipe.openedAtMs > shortMs) this.#failures = 0;
    else if (!this.#attempt) return this.#fail(pipe.up.from, endedSoon);
    this.look();
  }

  #end(pipe: PulledPipe): void {
    pipe.close();
    this.#replaced.delete(pipe);
    if (this.#pipe === pipe) this.#pipe = undefined;
  }

  #giveUp(): void {
    clearTimeout(this.#retry);
    this.#attempt?.abort.abort();
    this.#attempt = undefined;
    this.#tellWaiting();
  }

  #tellWaiting(): void {
    for (const look of [...this.#waiting]) look();
  }
}

/** The region that a detour leads through. */
function viaOf(up: Upstream | undefined): RegionId | undefined {
  return up?.reason.kind === 'border' && up.reason.route.kind === 'detour' ? up.reason.route.via : undefined;
}
