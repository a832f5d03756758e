import { LayerDemand } from '../layers/layerDemand.ts';

/**
 * The layers of one feed that a pipe has to carry: up to the highest that anybody below wants, and not above what the
 * link can bear. It rises at once, and falls when the layers above were wanted by nobody for a while, so a pipe's
 * demand on its own upstream is steady too. Unlike a publisher's, it falls to nothing: what nobody shows crosses no ocean.
 */
export class LayerLadder {
  /** Counts in steps: nothing is 0, layer 0 is 1. */
  readonly #demand: LayerDemand;
  #ceiling = Infinity;
  #carried: number | undefined;

  /** A pipe starts with nothing. */
  constructor(layers: number, offAfterMs: number, nowMs: number) {
    this.#demand = new LayerDemand(layers + 1, offAfterMs, nowMs, 0);
  }

  /** The highest layer the pipe carries, as `next` said last; undefined for nothing. */
  get carried(): number | undefined {
    return this.#carried;
  }

  /** `layer` is the highest that `below` (a node or a viewer here) wants; undefined when it wants nothing or is gone. */
  want(below: string, layer: number | undefined, nowMs: number): void {
    this.#demand.set(below, layer === undefined ? undefined : layer + 1, nowMs);
  }

  /** The highest layer the link bears, as its congestion says: lower at once, higher at once. */
  allow(ceiling: number): void {
    this.#ceiling = ceiling;
  }

  /** Whether what is carried changes now, and when to look again. */
  next(nowMs: number): { changed: boolean; wakeAtMs?: number } {
    const { wakeAtMs } = this.#demand.next(nowMs);
    const carried = this.#demand.told === 0 ? undefined : Math.min(this.#demand.told - 1, this.#ceiling);
    const changed = carried !== this.#carried;
    this.#carried = carried;
    return wakeAtMs === undefined ? { changed } : { changed, wakeAtMs };
  }
}
