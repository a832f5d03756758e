import type { FeedViewport } from '../protocol/clientMessages.ts';
import type { FeedId } from '../protocol/identity.ts';
import { limits } from '../protocol/limits.ts';
import type { Quality } from './types.ts';

/** What one element shows of a feed, in device pixels. */
export interface Shown {
  visible: boolean;
  width: number;
  height: number;
}

const maxPixels = 16_384;

/** What to tell of a feed that these elements show: the largest visible one decides. */
export function viewportOf(feedId: FeedId, elements: readonly Shown[], quality: Quality): FeedViewport {
  let width = 0;
  let height = 0;
  for (const shown of elements) {
    if (!shown.visible) continue;
    width = Math.max(width, shown.width);
    height = Math.max(height, shown.height);
  }
  const whole = (pixels: number): number => Math.min(maxPixels, Math.round(pixels));
  return {
    feedId,
    visible: elements.some(({ visible }) => visible),
    width: whole(width),
    height: whole(height),
    quality,
  };
}

/**
 * Less is asked for when it has been enough for so long: a layout that moves, and a tile that is just being made, pass
 * through sizes that nobody looks at. Each change of layers costs the publisher a keyframe, and the picture a few frames
 * where another keyframe went before; somebody who comes on the stage needs one just when all tiles get smaller.
 */
const lessAfterMs = 2000;

export interface ViewChanges {
  /** None where nothing changed. */
  messages: FeedViewport[][];
  /** When to look again, since something has to wait. */
  againInMs: number | undefined;
}

/**
 * Remembers what the server knows, so that only changes are told, and each message stays within the limit. More is asked
 * for at once, less after a moment.
 */
export class ViewBatch {
  readonly #told = new Map<FeedId, FeedViewport>();
  /** Since when less would do. */
  readonly #lessSinceMs = new Map<FeedId, number>();

  changes(viewports: readonly FeedViewport[], nowMs: number): ViewChanges {
    let againInMs: number | undefined;
    const changed = viewports.filter((viewport) => {
      const { feedId } = viewport;
      const told = this.#told.get(feedId);
      if (!isLess(viewport, told)) {
        this.#lessSinceMs.delete(feedId);
        return JSON.stringify(told) !== JSON.stringify(viewport);
      }
      const sinceMs = this.#lessSinceMs.get(feedId) ?? nowMs;
      this.#lessSinceMs.set(feedId, sinceMs);
      const waitMs = sinceMs + lessAfterMs - nowMs;
      if (waitMs <= 0) return true;
      againInMs = Math.min(againInMs ?? Infinity, waitMs);
      return false;
    });
    for (const viewport of changed) {
      this.#told.set(viewport.feedId, viewport);
      this.#lessSinceMs.delete(viewport.feedId);
    }
    const messages: FeedViewport[][] = [];
    for (let at = 0; at < changed.length; at += limits.feedViews) {
      messages.push(changed.slice(at, at + limits.feedViews));
    }
    return { messages, againInMs };
  }

  /** These did not arrive, or the server has forgotten everything. */
  forget(feedIds: Iterable<FeedId> = [...this.#told.keys()]): void {
    for (const feedId of [...feedIds]) {
      this.#told.delete(feedId);
      this.#lessSinceMs.delete(feedId);
    }
  }
}

/** Whether it needs less than what the server knows of; of a feed it knows nothing of, it takes all to be seen. */
function isLess(viewport: FeedViewport, told: FeedViewport | undefined): boolean {
  if (told === undefined) return !viewport.visible;
  if (told.quality !== viewport.quality || !told.visible) return false;
  if (!viewport.visible) return true;
  const smaller = viewport.width < told.width || viewport.height < told.height;
  return smaller && viewport.width <= told.width && viewport.height <= told.height;
}
