/** A publisher sends a layer at the latest this long after he was told to. */
const riseMs = 500;

/**
 * The highest simulcast layer anybody wants of one feed. It rises at once; it falls when the layers above were wanted
 * by nobody for a while. At a publisher layer 0 always stays, so that a first viewer need not wait for an encoder to
 * start; from another node nothing is fetched (-1) that nobody shows.
 */
export class LayerDemand {
  readonly #offAfterMs: number;
  readonly #least: number;
  /** By consumer; one that wants nothing now is absent. */
  readonly #wanted = new Map<string, number>();
  readonly #wantedUntilMs: number[];
  readonly #counts: number[];
  #told: number;
  /** What was told before the last rise, which an encoder takes a moment to follow. */
  #toldBefore: number;
  #roseAtMs = -Infinity;

  /** A publisher starts with all `layers` on; another node with those up to `first`. It never falls below `least`. */
  constructor(layers: number, offAfterMs: number, nowMs: number, first = layers - 1, least: 0 | -1 = 0) {
    this.#least = least;
    this.#offAfterMs = offAfterMs;
    this.#wantedUntilMs = Array.from({ length: layers }, (_, layer) => (layer <= first ? nowMs : -Infinity));
    this.#counts = Array.from({ length: layers }, () => 0);
    this.#told = first;
    this.#toldBefore = this.#told;
  }

  /** What the publisher was told last. */
  get told(): number {
    return this.#told;
  }

  /** The highest layer that is certainly being sent, as far as the publisher does what he was told. */
  liveLayer(nowMs: number): number {
    return nowMs - this.#roseAtMs < riseMs ? this.#toldBefore : this.#told;
  }

  /** `layer` is the highest this consumer may show; undefined when it shows nothing or is gone. */
  set(consumerId: string, layer: number | undefined, nowMs: number): void {
    const before = this.#wanted.get(consumerId);
    if (before === layer) return;
    if (before !== undefined) {
      this.#wanted.delete(consumerId);
      this.#count(before, -1);
      this.#wantedUntilMs[before] = nowMs;
    }
    if (layer !== undefined) {
      this.#wanted.set(consumerId, layer);
      this.#count(layer, 1);
    }
  }

  /** What to tell the publisher now, if anything, and when to look again. */
  next(nowMs: number): { tell?: number; wakeAtMs?: number } {
    let layer = this.#counts.length - 1;
    while (layer > this.#least && this.#counts[layer] === 0 && this.#keptUntilMs(layer) <= nowMs) layer--;
    const answer: { tell?: number; wakeAtMs?: number } = {};
    if (layer !== this.#told) {
      if (layer > this.#told) {
        this.#toldBefore = this.liveLayer(nowMs);
        this.#roseAtMs = nowMs;
      } else {
        this.#toldBefore = Math.min(this.#toldBefore, layer);
      }
      this.#told = layer;
      answer.tell = layer;
    }
    if (layer > this.#least && this.#counts[layer] === 0) answer.wakeAtMs = this.#keptUntilMs(layer);
    return answer;
  }

  #keptUntilMs(layer: number): number {
    return (this.#wantedUntilMs[layer] ?? 0) + this.#offAfterMs;
  }

  #count(layer: number, change: number): void {
    this.#counts[layer] = (this.#counts[layer] ?? 0) + change;
  }
}
