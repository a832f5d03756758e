import type { ParticipantId } from '../../protocol/identity.ts';
import { qualityLevels } from '../../protocol/qualityLevel.ts';
import type { QualityLevel } from '../../protocol/qualityLevel.ts';
import type { Feed } from './feed.ts';
import type { RoomContext } from './roomContext.ts';

/** Tells how well the media of publishers at other nodes arrives there, as the pipes of their feeds bring it. */
export class ImportedQuality {
  readonly #events: Pick<RoomContext['events'], 'quality'>;
  readonly #feeds = new Set<Feed>();
  readonly #told = new Map<ParticipantId, QualityLevel>();

  constructor({ events }: Pick<RoomContext, 'events'>) {
    this.#events = events;
  }

  add(feed: Feed): void {
    this.#feeds.add(feed);
    feed.onQuality(() => this.#judge(feed.publisherId));
  }

  remove(feed: Feed): void {
    if (this.#feeds.delete(feed)) this.#judge(feed.publisherId);
  }

  /** Each of his feeds brings the same; one that comes later, or by a longer way, brings it later. */
  #judge(publisherId: ParticipantId): void {
    const ranks = [...this.#feeds]
      .filter((feed) => feed.publisherId === publisherId)
      .map(({ quality }) => qualityLevels.indexOf(quality));
    const worst = qualityLevels[Math.max(0, ...ranks)] ?? 'good';
    if (worst === (this.#told.get(publisherId) ?? 'good')) return;
    if (worst === 'good') this.#told.delete(publisherId);
    else this.#told.set(publisherId, worst);
    this.#events.quality(publisherId, worst);
  }
}
