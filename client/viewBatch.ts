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

/** Remembers what the server knows, so that only changes are told, and each message stays within the limit. */
export class ViewBatch {
  readonly #told = new Map<FeedId, string>();

  /** The messages for these viewports: none where nothing changed. */
  changes(viewports: readonly FeedViewport[]): FeedViewport[][] {
    const changed = viewports.filter(
      (viewport) => this.#told.get(viewport.feedId) !== JSON.stringify(viewport),
    );
    for (const viewport of changed) this.#told.set(viewport.feedId, JSON.stringify(viewport));
    const messages: FeedViewport[][] = [];
    for (let at = 0; at < changed.length; at += limits.feedViews) {
      messages.push(changed.slice(at, at + limits.feedViews));
    }
    return messages;
  }

  /** These did not arrive, or the server has forgotten everything. */
  forget(feedIds: Iterable<FeedId> = [...this.#told.keys()]): void {
    for (const feedId of feedIds) this.#told.delete(feedId);
  }
}
