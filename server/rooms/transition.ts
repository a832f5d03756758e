import type { ParticipantId } from '../../protocol/identity.ts';
import type { Decision, Effect } from './commands.ts';
import { isPaused } from './mediaIntent.ts';
import { invitationOf, requestOf, seatHolder } from './roomState.ts';
import type { RoomState } from './roomState.ts';

/*
 * Most effects follow from the two states alone and are read off them here, so that no rule can forget one: media
 * that has to stop first, then news, then what only the command itself could tell.
 */

/** Completes a step: counts the versions up and names everything the shell has to do. */
export function settle(before: RoomState, after: RoomState, told: readonly Effect[]): Decision<RoomState> {
  if (before === after) return { state: before, effects: [...told] };
  const effects: Effect[] = [];
  const stageChanged = before.stage !== after.stage;
  if (stageChanged) effects.push(...mediaEffects(before, after));
  const roomChanged = stageChanged || before.status !== after.status;
  const waitingChanged = before.requests !== after.requests || before.invitations !== after.invitations;
  const backstageChanged = waitingChanged || before.bans !== after.bans;
  if (roomChanged) effects.push({ type: 'roomChanged' });
  if (backstageChanged) effects.push({ type: 'backstageChanged' });
  if ((stageChanged || waitingChanged) && after.status !== 'ended')
    effects.push(...selfEffects(before, after));
  effects.push(...told);
  const state: RoomState = {
    ...after,
    version: before.version + (roomChanged ? 1 : 0),
    backstageVersion: before.backstageVersion + (backstageChanged ? 1 : 0),
  };
  return { state, effects };
}

/** Feeds that closed, then seats that were lost, then feeds that flow or stop flowing by their owner's intent. */
function mediaEffects(before: RoomState, after: RoomState): Effect[] {
  const closed: Effect[] = [];
  const unseated: Effect[] = [];
  const paused: Effect[] = [];
  for (const holder of before.stage) {
    const now = seatHolder(after, holder.id);
    if (now === holder) continue;
    if (now === undefined) unseated.push({ type: 'unseated', id: holder.id });
    for (const { feedId, source } of holder.feeds) {
      if (!now?.feeds.some((feed) => feed.feedId === feedId)) {
        closed.push({ type: 'closeFeed', feedId });
      } else if (isPaused(now, source) !== isPaused(holder, source)) {
        paused.push({ type: 'pauseFeed', feedId, paused: isPaused(now, source) });
      }
    }
  }
  return [...closed, ...unseated, ...paused];
}

/** Everybody whose own seat, request or invitation is another one now. */
function selfEffects(before: RoomState, after: RoomState): Effect[] {
  const concerned = new Set<ParticipantId>();
  for (const { stage, requests, invitations } of [before, after]) {
    for (const list of [stage, requests, invitations]) for (const { id } of list) concerned.add(id);
  }
  const changed = [...concerned].filter(
    (id) =>
      seatHolder(before, id)?.role !== seatHolder(after, id)?.role ||
      requestOf(before, id) !== requestOf(after, id) ||
      invitationOf(before, id) !== invitationOf(after, id),
  );
  return changed.map((id) => ({ type: 'selfChanged', id }));
}
