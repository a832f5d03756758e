import { feedIdOf, kindOf } from '../../protocol/identity.ts';
import type { FeedId, ParticipantId } from '../../protocol/identity.ts';
import { withEntry } from './boundedMap.ts';
import type { Command } from './commands.ts';
import { isLocked } from './mediaIntent.ts';
import { memory, seatHolder, withHolder } from './roomState.ts';
import type { RoomState, Step } from './roomState.ts';

/** Reserves a feed of a seat holder, under the next epoch of its identity; `anew` in place of one that is open. */
export function openFeed(
  state: RoomState,
  { id, source, anew = false, origin }: Command & { type: 'openFeed' },
): Step {
  const holder = seatHolder(state, id);
  if (holder === undefined) return 'not-on-stage';
  // Microphone and camera open paused, so that they are there when they are allowed; a screen has no such switch.
  if ((source === 'screen' || source === 'screen-audio') && isLocked(holder, source)) return 'muted-by-host';
  const feedId = feedIdOf(id, source);
  const others = holder.feeds.filter((feed) => feed.feedId !== feedId);
  if (others.length < holder.feeds.length && !anew) return 'feed-exists';
  const epoch = (state.epochs.get(feedId) ?? state.epochFloor) + 1;
  const { map: epochs, evicted = 0 } = withEntry(state.epochs, feedId, epoch, memory.epochs);
  const opened = withHolder(state, {
    ...holder,
    feeds: [...others, { feedId, source, kind: kindOf(source), epoch, ...(origin && { origin }) }],
  });
  return { ...opened, epochs, epochFloor: Math.max(state.epochFloor, evicted) };
}

export function closeFeed(state: RoomState, feedId: FeedId): Step {
  const holder = state.stage.find(({ feeds }) => feeds.some((feed) => feed.feedId === feedId));
  if (holder === undefined) return 'no-such-feed';
  return withHolder(state, { ...holder, feeds: holder.feeds.filter((feed) => feed.feedId !== feedId) });
}

/** Closes all feeds of one person; his seat and his intent stay. */
export function mediaGone(state: RoomState, id: ParticipantId): RoomState {
  const holder = seatHolder(state, id);
  return holder === undefined || holder.feeds.length === 0
    ? state
    : withHolder(state, { ...holder, feeds: [] });
}
