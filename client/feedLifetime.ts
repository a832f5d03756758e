import type { RoomView } from '../protocol/roomView.ts';
import type { FeedId } from '../protocol/identity.ts';
import { partsOf } from './feedNames.ts';

export type FeedFate = 'stays' | 'lingers' | 'goes';

/**
 * What becomes of a feed whose media stopped, as the room says. A camera or microphone that is wanted on is most
 * likely between two connections of its owner: its last picture stays for a while, until the next epoch comes.
 */
export function fateOf(feedId: FeedId, view: RoomView): FeedFate {
  const { participantId, source } = partsOf(feedId);
  const member = view.stage.find(({ id }) => id === participantId);
  if (member === undefined) return 'goes';
  if (member.feeds.some((feed) => feed.feedId === feedId)) return 'stays';
  if (source !== 'camera' && source !== 'microphone') return 'goes';
  return member.intent[source] ? 'lingers' : 'goes';
}

/** Whether the room still has exactly this feed, in this epoch. */
export function isCurrent(feedId: FeedId, epoch: number, view: RoomView): boolean {
  return view.stage.some(({ feeds }) => feeds.some((feed) => feed.feedId === feedId && feed.epoch === epoch));
}
