import type { FeedId } from '../../protocol/identity.ts';

/** Lets somebody wait for a feed that is about to be here: the room may know of it before its media is set up. */
export class FeedArrivals {
  /** The epoch of what there is of a feed now. */
  readonly #epochOf: (feedId: FeedId) => number | undefined;
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(epochOf: (feedId: FeedId) => number | undefined) {
    this.#epochOf = epochOf;
  }

  /** Resolves when the feed is here in this epoch or a later one; with false when `signal` is aborted before. */
  async when(feedId: FeedId, epoch: number, signal: AbortSignal): Promise<boolean> {
    const isHere = (): boolean => (this.#epochOf(feedId) ?? -1) >= epoch;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const look = (): void => {
      if (isHere() || this.#closed || signal.aborted) resolve(undefined);
    };
    this.#waiting.add(look);
    signal.addEventListener('abort', look);
    look();
    await promise;
    this.#waiting.delete(look);
    signal.removeEventListener('abort', look);
    return isHere() && !this.#closed;
  }

  /** Feeds came. */
  look(): void {
    for (const look of [...this.#waiting]) look();
  }

  close(): void {
    this.#closed = true;
    this.look();
  }
}
