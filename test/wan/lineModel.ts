import type { WayProfile } from './wanProfile.ts';

/** What becomes of a packet. */
export type Fate =
  | { kind: 'arrives'; atMs: number }
  /** Lost on the way; it would have arrived then. */
  | { kind: 'lost'; atMs: number }
  /** The queue in front of the line is full; then there will be room. */
  | { kind: 'overflow'; roomAtMs: number };

interface Knot {
  ms: number;
  jitterMs: number;
}

/** One direction of a line, without a clock and without sockets: a queue, a narrow place, then a way with loss and delay. */
export class LineModel {
  #profile: WayProfile;
  /** 0 (included) to 1 (excluded). */
  readonly #random: () => number;
  #busyUntilMs = 0;
  #lastArrivalMs = 0;
  #inBurst = false;
  #jitter: { from: Knot; to: Knot } | undefined;

  constructor(profile: WayProfile, random: () => number) {
    this.#profile = profile;
    this.#random = random;
  }

  get profile(): WayProfile {
    return this.#profile;
  }

  /** What is on its way already keeps its time of arrival. */
  set(profile: WayProfile): void {
    this.#profile = profile;
    this.#inBurst = false;
    this.#jitter = undefined;
  }

  /** Decides on a packet that reaches the queue at `nowMs`, which never goes back. */
  offer(bytes: number, nowMs: number): Fate {
    const { bandwidthBps, delayMs, queueMs, reorders } = this.#profile;
    const startMs = Math.max(nowMs, this.#busyUntilMs);
    if (startMs - nowMs > queueMs) return { kind: 'overflow', roomAtMs: startMs - queueMs };
    const sentMs = startMs + (bytes * 8000) / bandwidthBps;
    this.#busyUntilMs = sentMs;
    const lost = this.#loses();
    let atMs = sentMs + delayMs + this.#jitterMs(sentMs);
    if (!reorders) {
      // Only a change of profile can make it earlier than the one before.
      atMs = Math.max(atMs, this.#lastArrivalMs);
      this.#lastArrivalMs = atMs;
    }
    return { kind: lost ? 'lost' : 'arrives', atMs };
  }

  #loses(): boolean {
    const { loss } = this.#profile;
    switch (loss.kind) {
      case 'none':
        return false;
      case 'random':
        return this.#random() < loss.ratio;
      case 'gilbert': {
        const leave = 1 / loss.meanBurst;
        const enter = (leave * loss.ratio) / (1 - loss.ratio);
        this.#inBurst = this.#inBurst ? this.#random() >= leave : this.#random() < enter;
        return this.#inBurst;
      }
      default:
        return loss satisfies never;
    }
  }

  /**
   * Jitter drawn for each packet by itself would either reorder, or, with every early packet held back behind a late one,
   * come to little more than a longer delay. So it drifts between random values, slower than time passes.
   */
  #jitterMs(ms: number): number {
    const { jitterMs, reorders } = this.#profile;
    if (jitterMs === 0) return 0;
    const draw = (): number => this.#random() * jitterMs;
    if (reorders) return draw();
    const periodMs = 2 * jitterMs;
    let { from, to } = this.#jitter ?? { from: { ms, jitterMs: 0 }, to: { ms, jitterMs: draw() } };
    // After a silence the drift starts where it likes.
    if (ms > to.ms + periodMs) to = { ms, jitterMs: draw() };
    while (ms >= to.ms) [from, to] = [to, { ms: to.ms + periodMs, jitterMs: draw() }];
    this.#jitter = { from, to };
    return from.jitterMs + ((to.jitterMs - from.jitterMs) * (ms - from.ms)) / (to.ms - from.ms);
  }
}
