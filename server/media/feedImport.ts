import type { types } from 'mediasoup';
import { kindOf } from '../../protocol/identity.ts';
import type { RtpCapabilitiesMessage } from '../../protocol/mediaParameters.ts';
import type { PipeAnswer, PipeNews, PipeOffer } from '../../protocol/pipes.ts';
import { producerFault } from './clientParameters.ts';
import { Feed } from './feed.ts';
import type { FeedUpstream } from './feed.ts';
import { importedKeyframes } from './mediaSettings.ts';
import { connectEnd, endOf, makePipeEnd } from './pipeEnd.ts';
import { pipeStatistics } from './pipeStatistics.ts';
import type { PipeStatistics } from './pipeStatistics.ts';
import type { RoomContext } from './roomContext.ts';
import type { Shard } from './shards.ts';

/** The downstream end of a pipe between nodes, and the feed that comes by it. Closes with the feed. */
export class FeedImport {
  readonly feed: Feed;
  readonly answer: PipeAnswer;

  private constructor(feed: Feed, answer: PipeAnswer) {
    this.feed = feed;
    this.answer = answer;
  }

  /**
   * Makes the receiving end; nothing is left behind when it rejects. `rttMs` to the other node tells how long a
   * keyframe that was asked for may take.
   */
  static async open(
    context: RoomContext,
    shard: Shard,
    offer: PipeOffer,
    options: { rttMs: number; upstream: FeedUpstream },
  ): Promise<FeedImport> {
    const { settings } = context;
    const router = await shard.router;
    const transport = await makePipeEnd(router, settings);
    const kind = kindOf(offer.source);
    const [produced, connected] = await Promise.allSettled([
      transport.produce({
        kind,
        rtpParameters: structuredClone(offer.rtpParameters) as types.RtpParameters,
        paused: offer.paused,
      }),
      connectEnd(transport, offer.end),
    ]);
    if (produced.status === 'rejected' || connected.status === 'rejected' || transport.closed) {
      transport.close();
      const failed = [produced, connected].find((outcome) => outcome.status === 'rejected');
      throw failed?.reason ?? new Error('the pipe has closed');
    }
    const producer = produced.value;
    producer.observer.once('close', () => transport.close());
    const feed = new Feed(context, shard, producer, {
      ...offer,
      imported: { maxSpatialLayer: offer.maxSpatialLayer, hops: offer.hops },
      upstream: options.upstream,
      keyframes: importedKeyframes(settings.keyframes, options.rttMs),
    });
    return new FeedImport(feed, { end: endOf(transport) });
  }

  news(news: PipeNews): void {
    switch (news.type) {
      case 'paused':
        this.feed.setPaused(news.paused);
        return;
      case 'live':
        this.feed.setLive(news.maxSpatialLayer);
        return;
      case 'quality':
        this.feed.setQuality(news.level);
        return;
      default:
        return news satisfies never;
    }
  }

  /** Undefined when the pipe has gone. */
  async statistics(): Promise<PipeStatistics | undefined> {
    try {
      return pipeStatistics(await this.feed.producer.getStats(), 'receiving', Date.now());
    } catch {
      return undefined;
    }
  }
}

/** Why an offer cannot be taken, or undefined when it may be tried. */
export function offerFault(
  { rtpParameters, source, layers }: PipeOffer,
  router: RtpCapabilitiesMessage,
): string | undefined {
  const kind = kindOf(source);
  if (kind === 'audio' && layers.scales.length > 1) return 'layers: sound has none';
  return producerFault(rtpParameters, kind, router);
}
