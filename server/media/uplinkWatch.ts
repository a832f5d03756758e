import type { ParticipantId } from '../../protocol/identity.ts';
import type { Feed } from './feed.ts';
import type { RoomContext } from './roomContext.ts';
import { steadyLevel, uplinkLevel, wakeAtMs } from './uplinkQuality.ts';
import type { SteadyLevel, SteadyTimes, UplinkSample } from './uplinkQuality.ts';

export type WatchedFeed = Pick<Feed, 'source' | 'publisherId' | 'producer'>;

/** A feed that did not come within this time after it was turned on has a slow camera, not a bad line. */
const startMs = 2500;

interface Uplink {
  readonly feeds: Map<WatchedFeed, UplinkSample>;
  level: SteadyLevel;
  timer?: NodeJS.Timeout;
}

/** Tells how well each publisher's media arrives, by the scores that mediasoup gives its streams. */
export class UplinkWatch {
  readonly #events: Pick<RoomContext['events'], 'quality'>;
  readonly #times: SteadyTimes;
  readonly #uplinks = new Map<ParticipantId, Uplink>();

  constructor({
    events,
    settings,
  }: Pick<RoomContext, 'settings'> & { events: Pick<RoomContext['events'], 'quality'> }) {
    this.#events = events;
    this.#times = { worseAfterMs: settings.uplinkWorseAfterMs, betterAfterMs: settings.uplinkBetterAfterMs };
  }

  add(feed: WatchedFeed): void {
    const { publisherId, producer } = feed;
    const uplink: Uplink = this.#uplinks.get(publisherId) ?? { feeds: new Map(), level: { told: 'good' } };
    this.#uplinks.set(publisherId, uplink);
    let startedAtMs = performance.now();
    const look = (): void => {
      if (!this.#uplinks.get(publisherId)?.feeds.has(feed)) return;
      const scores = producer.score.map(({ score }) => score);
      const comes = scores.some((score) => score > 0);
      const expected = feed.source === 'camera' && (comes || performance.now() - startedAtMs > startMs);
      uplink.feeds.set(feed, { paused: producer.paused, scores, expected });
      this.#judge(publisherId, uplink);
    };
    uplink.feeds.set(feed, { paused: producer.paused, scores: [], expected: false });
    producer.on('score', look);
    producer.observer.on('pause', look);
    producer.observer.on('resume', () => {
      startedAtMs = performance.now();
      look();
    });
  }

  remove(feed: WatchedFeed): void {
    const { publisherId } = feed;
    const uplink = this.#uplinks.get(publisherId);
    if (!uplink?.feeds.delete(feed)) return;
    if (uplink.feeds.size > 0) return this.#judge(publisherId, uplink);
    clearTimeout(uplink.timer);
    this.#uplinks.delete(publisherId);
    if (uplink.level.told !== 'good') this.#events.quality(publisherId, 'good');
  }

  #judge(publisherId: ParticipantId, uplink: Uplink): void {
    clearTimeout(uplink.timer);
    const nowMs = performance.now();
    const { told } = uplink.level;
    uplink.level = steadyLevel(uplink.level, uplinkLevel([...uplink.feeds.values()]), nowMs, this.#times);
    if (uplink.level.told !== told) this.#events.quality(publisherId, uplink.level.told);
    const nextMs = wakeAtMs(uplink.level, this.#times);
    if (nextMs === undefined) return;
    uplink.timer = setTimeout(() => this.#judge(publisherId, uplink), Math.ceil(nextMs - nowMs));
  }
}
