import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FeedId } from '../../protocol/identity.ts';
import type { Feed } from './feed.ts';
import type { Peer } from './peer.ts';
import { PipeLink } from './pipes.ts';
import type { RoomContext } from './roomContext.ts';
import type { Shard } from './shards.ts';

const pipeAttempts = 2;

/** Brings a room's feeds to the shards that need them, and to everybody there. */
export class FeedDelivery {
  readonly #context: RoomContext;
  readonly #feeds: ReadonlyMap<FeedId, Feed>;
  /** By the shard they lead to. */
  readonly #links = new Map<Shard, PipeLink>();

  constructor(context: RoomContext, feeds: ReadonlyMap<FeedId, Feed>) {
    this.#context = context;
    this.#feeds = feeds;
  }

  /** The feeds this peer should have, besides those that were `tried` and its own. */
  missing(peer: Peer, tried: ReadonlySet<Feed>): Feed[] {
    return [...this.#feeds.values()].filter(
      (feed) => feed.publisherId !== peer.participantId && !tried.has(feed) && !peer.consumers.has(feed),
    );
  }

  /** Makes the feed consumable on `shard`; false where that failed or one of the two went away. */
  async bring(feed: Feed, shard: Shard): Promise<boolean> {
    for (let attempt = 1; attempt <= pipeAttempts; attempt++) {
      if (feed.closed || shard.closed || feed.shard.closed) return false;
      if (shard === feed.shard) return true;
      try {
        await this.#linkTo(shard, feed.shard).carry(feed);
        return true;
      } catch (error) {
        const { log } = this.#context;
        log.info({ err: error, feedId: feed.feedId, attempt }, 'a feed was not piped to another worker');
      }
    }
    return false;
  }

  /** Makes flowing consumers for everything in the room, as the answer to a join. `tried` remembers what was seen to. */
  async fill(peer: Peer, tried: Set<Feed>): Promise<void> {
    for (;;) {
      const missing = this.missing(peer, tried);
      if (missing.length === 0 || peer.closed) return;
      await Promise.all(
        missing.map(async (feed) => {
          tried.add(feed);
          if (await this.bring(feed, peer.shard)) await peer.consume(feed, false);
        }),
      );
    }
  }

  /** Offers a new feed to everybody, a few in each turn of the event loop. */
  async offer(feed: Feed, everybody: Iterable<Peer>): Promise<void> {
    const peers = [...everybody];
    const { fanOutChunk } = this.#context.settings;
    for (let done = 0; done < peers.length && !feed.closed; done += fanOutChunk) {
      await Promise.all(peers.slice(done, done + fanOutChunk).map((peer) => this.#offerTo(peer, feed)));
      await nextTurn();
    }
  }

  shardGone(shard: Shard): void {
    for (const [to, link] of this.#links) {
      if (to !== shard && link.from !== shard) continue;
      link.close();
      this.#links.delete(to);
    }
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  #linkTo(shard: Shard, from: Shard): PipeLink {
    let link = this.#links.get(shard);
    if (link?.from !== from) {
      link?.close();
      link = new PipeLink(from, shard, this.#context.settings);
      this.#links.set(shard, link);
    }
    return link;
  }

  async #offerTo(peer: Peer, feed: Feed): Promise<void> {
    if (peer.joining || peer.closed || peer.participantId === feed.publisherId) return;
    if (!(await this.bring(feed, peer.shard))) return;
    const consumer = await peer.consume(feed, true);
    if (consumer) peer.announce([consumer]);
  }
}
