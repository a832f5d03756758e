import { done, refuse } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/errors.ts';
import type { FeedId } from '../../protocol/identity.ts';
import type { PipeOffer } from '../../protocol/pipes.ts';
import { FeedExport } from './feedExport.ts';
import { FeedImport, offerFault } from './feedImport.ts';
import type { ExportEvents, ExportedFeed, ImportEvents, ImportedFeed } from './mediaTypes.ts';
import { announceLater } from './roomContext.ts';
import type { RoomContext } from './roomContext.ts';
import type { RoomFeeds } from './roomFeeds.ts';
import type { Shard } from './shards.ts';

/** The pipes of a room's feeds to and from other nodes. */
export class RoomPipes {
  readonly #context: RoomContext;
  readonly #feeds: RoomFeeds;
  readonly #takeShard: () => Shard;

  constructor(context: RoomContext, feeds: RoomFeeds, takeShard: () => Shard) {
    this.#context = context;
    this.#feeds = feeds;
    this.#takeShard = takeShard;
  }

  async export(
    feedId: FeedId,
    maxSpatialLayer: number | null,
    events: ExportEvents,
  ): Promise<Result<ExportedFeed>> {
    const feed = this.#feeds.get(feedId);
    if (!feed) return refuse('no-such-feed');
    const { log } = this.#context;
    let closedByUs = false;
    try {
      const exported = await FeedExport.open(this.#context, feed, {
        maxSpatialLayer: maxSpatialLayer && Math.min(maxSpatialLayer, feed.layers.scales.length - 1),
        tell: (news) => announceLater(log, () => events.news(news)),
        ended: () => {
          if (!closedByUs) announceLater(log, () => events.closed());
        },
      });
      return done({
        offer: exported.offer,
        producerId: feed.producer.id,
        connect: async (answer) => {
          try {
            await exported.connect(answer);
            return done(undefined);
          } catch (error) {
            log.warn({ err: error, feedId }, 'a pipe to another node was not connected');
            closedByUs = true;
            exported.close();
            return refuse('media-unavailable');
          }
        },
        request: (request) => exported.request(request),
        statistics: async () => exported.statistics(),
        close: () => {
          closedByUs = true;
          exported.close();
        },
      });
    } catch (error) {
      log.warn({ err: error, feedId }, 'a pipe to another node was not opened');
      return refuse('media-unavailable');
    }
  }

  async import(offer: PipeOffer, rttMs: number, events: ImportEvents): Promise<Result<ImportedFeed>> {
    const { feedId, epoch } = offer;
    const { log, routerCapabilities } = this.#context;
    const fault = offerFault(offer, routerCapabilities);
    if (fault) return refuse('bad-media-parameters', fault);
    if (!this.#feeds.takes(feedId, epoch)) return refuse('feed-exists');
    let imported: FeedImport;
    try {
      imported = await FeedImport.open(this.#context, this.#takeShard(), offer, {
        rttMs,
        upstream: {
          askKeyframe: () => announceLater(log, () => events.request({ type: 'keyframe' })),
          wantLayers: (maxSpatialLayer) =>
            announceLater(log, () => events.request({ type: 'layers', maxSpatialLayer })),
          // Counted where the publisher is.
          pliSent: () => undefined,
          lost: () => announceLater(log, () => events.closed()),
        },
      });
    } catch (error) {
      log.warn({ err: error, feedId }, 'a pipe from another node was not opened');
      return refuse('media-unavailable');
    }
    const { feed, answer } = imported;
    // What came or went while the worker answered.
    if (feed.closed) return refuse('media-unavailable');
    if (!this.#feeds.takes(feedId, epoch)) {
      feed.close();
      return refuse('feed-exists');
    }
    this.#feeds.addImported(feed);
    return done({
      answer,
      producerId: feed.producer.id,
      news: (news) => imported.news(news),
      limitLayers: (maxSpatialLayer) => feed.limitLayers(maxSpatialLayer),
      statistics: async () => imported.statistics(),
      close: () => {
        if (!feed.closed) this.#feeds.remove([feed], false);
      },
    });
  }
}
