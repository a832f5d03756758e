import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
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
  readonly #peers: ReadonlyMap<ParticipantId, Peer>;
  /** By the shard they lead to. */
  readonly #links = new Map<Shard, PipeLink>();
  /** Feeds and shards they could not be brought to, while that is tried again. */
  readonly #retrying = new Set<string>();
  readonly #closing = new AbortController();

  constructor(
    context: RoomContext,
    feeds: ReadonlyMap<FeedId, Feed>,
    peers: ReadonlyMap<ParticipantId, Peer>,
  ) {
    this.#context = context;
    this.#feeds = feeds;
    this.#peers = peers;
  }

  /** The feeds this peer should have, besides those that were `tried` and its own. */
  missing(peer: Peer, tried: ReadonlySet<Feed>): Feed[] {
    return [...this.#feeds.values()].filter((feed) => !tried.has(feed) && lacks(peer, feed));
  }

  /**
   * Makes the feed consumable on `shard`; false where that failed or one of the two went away. After a failure it is
   * tried again now and then, and offered to whoever lacks it there.
   */
  async bring(feed: Feed, shard: Shard): Promise<boolean> {
    const brought = await this.#carry(feed, shard);
    if (!brought) void this.#retry(feed, shard);
    return brought;
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

  /** Offers a feed to everybody or to some, a few in each turn of the event loop. */
  async offer(feed: Feed, to: Iterable<Peer> = this.#peers.values()): Promise<void> {
    const peers = [...to];
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
    this.#closing.abort();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  async #carry(feed: Feed, shard: Shard): Promise<boolean> {
    for (let attempt = 1; attempt <= pipeAttempts; attempt++) {
      if (isGone(feed, shard)) return false;
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

  async #retry(feed: Feed, shard: Shard): Promise<void> {
    const retry = `${feed.producer.id} ${shard.id}`;
    if (this.#retrying.has(retry) || isGone(feed, shard)) return;
    this.#retrying.add(retry);
    const { settings, log } = this.#context;
    const { signal } = this.#closing;
    let settled = false;
    for (const waitMs of settings.pipeRetriesMs) {
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      settled = signal.aborted || (await this.#bringToLacking(feed, shard));
      if (settled) break;
    }
    this.#retrying.delete(retry);
    if (!settled) log.error({ feedId: feed.feedId }, 'a feed is not piped to another worker; giving up');
  }

  /** Whether everybody on the shard has been offered the feed then, as far as it and they are still there. */
  async #bringToLacking(feed: Feed, shard: Shard): Promise<boolean> {
    const lacking = [...this.#peers.values()].filter((peer) => peer.shard === shard && lacks(peer, feed));
    if (lacking.length === 0 || isGone(feed, shard)) return true;
    if (!(await this.#carry(feed, shard))) return false;
    // Who is joining may have tried in vain before, and is offered nothing until he has his answer.
    const joining = lacking.some((peer) => peer.joining);
    await this.offer(feed, lacking);
    return !joining;
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

function lacks(peer: Peer, feed: Feed): boolean {
  return feed.publisherId !== peer.participantId && !peer.consumers.has(feed);
}

function isGone(feed: Feed, shard: Shard): boolean {
  return feed.closed || shard.closed || feed.shard.closed;
}
