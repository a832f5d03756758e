/** How often is looked. */
const lookMs = 200;
/** Nothing for so long is worth a question. */
const stallMs = 700;
/** While nothing comes for good, e.g. from a host who shows nothing, it is asked again so often. */
const againMs = 10_000;

export interface StallWatchParts {
  /** When a packet came that is newer than `knownMs`, or else `knownMs`. */
  newer(knownMs: number): number;
  /** What came before comes no more. */
  stalled(): void;
}

/**
 * Sees that received media stands still. A node that is cut off or frozen says no goodbye, and a socket to it looks well
 * for most of a minute.
 */
export class StallWatch {
  readonly #parts: StallWatchParts;
  #timer: ReturnType<typeof setInterval> | undefined;
  #newest = 0;
  #suspectAtMs = Infinity;

  constructor(parts: StallWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.stop();
    this.#newest = 0;
    this.#suspectAtMs = Infinity;
    this.#timer = setInterval(() => this.#look(performance.now()), lookMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(nowMs: number): void {
    const newest = this.#parts.newer(this.#newest);
    if (newest === 0) return;
    if (newest !== this.#newest) {
      this.#newest = newest;
      this.#suspectAtMs = nowMs + stallMs;
    } else if (nowMs >= this.#suspectAtMs) {
      this.#suspectAtMs = nowMs + againMs;
      this.#parts.stalled();
    }
  }
}
