import type { types } from 'mediasoup';

/**
 * Which simulcast layers a publisher really sends. It may drop the upper ones at any time, for want of bandwidth or
 * CPU, and says so to nobody; mediasoup notices after one to two seconds, and meanwhile lets a newcomer wait for a
 * keyframe of a layer that is not sent. But who is asked for a keyframe makes one in every layer he sends, at the same
 * moment: what is missing there is not sent.
 */
export class SentLayers {
  readonly #settleMs: number;
  readonly #listeners = new Set<(top: number) => void>();
  #round = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #top = Infinity;

  /** All layers' parts of one keyframe come within `settleMs`. */
  constructor(producer: types.Producer, settleMs: number) {
    this.#settleMs = settleMs;
    producer.on('trace', ({ type, info }) => {
      if (type !== 'keyframe') return;
      const { ssrc } = (info as { rtpPacket?: { ssrc: number } }).rtpPacket ?? {};
      const stream = producer.score.find((score) => score.ssrc === ssrc);
      if (stream) this.#saw(stream.encodingIdx);
    });
  }

  /** The highest layer of the last keyframe; Infinity while there was none. */
  get top(): number {
    return this.#top;
  }

  /** Tells after each keyframe which layer was its highest, until the returned function is called. */
  onKeyframe(listener: (top: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #saw(layer: number): void {
    this.#round.add(layer);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#top = Math.max(...this.#round);
      this.#round = new Set();
      for (const listener of this.#listeners) listener(this.#top);
    }, this.#settleMs);
  }
}
