export interface ExcessLimits {
  /** What one publisher may send, all sources together. */
  maxIncomingBps: number;
  /** How many times that is still taken for a browser that has not heard of its bound yet. */
  excessFactor: number;
  /** Samples in a row above it after which the publisher is stopped. */
  excessSamples: number;
}

/**
 * Tells a publisher who ignores his bound. The bound itself is only feedback, which an honest browser follows within a
 * second or two; this is for all others.
 */
export class IncomingExcess {
  readonly #limits: ExcessLimits;
  #before: { bytes: number; atMs: number } | undefined;
  #inARow = 0;

  constructor(limits: ExcessLimits) {
    this.#limits = limits;
  }

  /** Takes the bytes received in all until `atMs`; true when the publisher has to be stopped. */
  sample(bytes: number, atMs: number): boolean {
    const before = this.#before;
    if (before && atMs <= before.atMs) return false;
    this.#before = { bytes, atMs };
    if (!before) return false;
    const bps = ((bytes - before.bytes) * 8000) / (atMs - before.atMs);
    this.#inARow = bps > this.#limits.maxIncomingBps * this.#limits.excessFactor ? this.#inARow + 1 : 0;
    return this.#inARow >= this.#limits.excessSamples;
  }
}
