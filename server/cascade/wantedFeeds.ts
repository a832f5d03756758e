import type { FeedId, RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { KnownFeed } from './cascadePorts.ts';
import type { CascadeFeed } from './networkView.ts';

/** A feed of one room that this node should have from another, and why. */
export interface WantedFeed {
  feed: CascadeFeed;
  /** Somebody here is in the room. */
  people: boolean;
}

/**
 * The feeds of a room that have to come from other nodes: all that are open where somebody is here (`known`), and those
 * that other nodes pull from this one (`below`). Of two epochs the later one counts: who asks for the earlier is behind.
 */
export function wantedFeeds(
  self: NodeId,
  roomId: RoomId,
  known: readonly KnownFeed[] | undefined,
  below: Iterable<CascadeFeed>,
): Map<FeedId, WantedFeed> {
  const wanted = new Map<FeedId, WantedFeed>();
  const want = (
    { feedId, epoch, originNode, originRegion }: Omit<CascadeFeed, 'roomId'>,
    people: boolean,
  ): void => {
    if (originNode === self) return;
    const before = wanted.get(feedId);
    if (before && before.feed.epoch >= epoch) return;
    const feed = { roomId, feedId, epoch, originNode, originRegion };
    wanted.set(feedId, { feed, people: people || (before?.people ?? false) });
  };
  for (const feed of known ?? []) want(feed, true);
  const published = new Map(known?.map(({ feedId, epoch }) => [feedId, epoch]));
  for (const feed of below) if (feed.epoch >= (published.get(feed.feedId) ?? -1)) want(feed, false);
  return wanted;
}
