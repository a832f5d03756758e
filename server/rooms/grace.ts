import type { ParticipantId } from '../../protocol/identity.ts';
import { mediaGone } from './feeds.ts';
import { seatHolder, withHolder, without } from './roomState.ts';
import type { RoomState, Step } from './roomState.ts';
import { rememberSteppedDown, vacateSeat } from './seats.ts';
import { endShow } from './showEnd.ts';

/** The connection is gone: the seat waits, with its feeds, which may still be flowing. */
export function drop(state: RoomState, id: ParticipantId, nowMs: number): RoomState {
  const holder = seatHolder(state, id);
  if (holder === undefined || holder.presence === 'away') return state;
  const { hostGraceMs, cohostGraceMs } = state.settings;
  const graceMs = holder.role === 'host' ? hostGraceMs : cohostGraceMs;
  return withHolder(state, { ...holder, presence: 'away', graceUntilMs: nowMs + graceMs });
}

/** Left on purpose. Only the host's seat waits, since with it the show would end for everybody. */
export function depart(state: RoomState, id: ParticipantId, nowMs: number): RoomState {
  if (seatHolder(state, id)?.role === 'host') return mediaGone(drop(state, id, nowMs), id);
  const stood = state.remembered.get(id)?.steppedDown === 'self';
  const gone = stood ? rememberSteppedDown(state, id, undefined) : vacateSeat(state, id);
  const requests = without(gone.requests, id);
  const invitations = without(gone.invitations, id);
  if (requests === gone.requests && invitations === gone.invitations) return gone;
  return { ...gone, requests, invitations };
}

/** Gives up whatever has run out by now; where that is the host's seat, the show is over. */
export function tick(state: RoomState, nowMs: number): Step {
  const overdue = state.stage.filter(
    ({ graceUntilMs }) => graceUntilMs !== undefined && graceUntilMs <= nowMs,
  );
  if (overdue.some(({ role }) => role === 'host')) return endShow(state, nowMs);
  const vacated = overdue.reduce((remaining, { id }) => vacateSeat(remaining, id), state);
  const requests = unexpired(vacated.requests, nowMs);
  const invitations = unexpired(vacated.invitations, nowMs);
  if (requests === vacated.requests && invitations === vacated.invitations) return vacated;
  return { ...vacated, requests, invitations };
}

function unexpired<T extends { readonly expiresAtMs: number }>(
  list: readonly T[],
  nowMs: number,
): readonly T[] {
  return list.some(({ expiresAtMs }) => expiresAtMs <= nowMs)
    ? list.filter((e) => e.expiresAtMs > nowMs)
    : list;
}

/** When the next `tick` has something to do; undefined while nothing is running out. */
export function nextDeadlineMs(state: RoomState): number | undefined {
  let next = Infinity;
  for (const { graceUntilMs } of state.stage) next = Math.min(next, graceUntilMs ?? Infinity);
  for (const { expiresAtMs } of state.requests) next = Math.min(next, expiresAtMs);
  for (const { expiresAtMs } of state.invitations) next = Math.min(next, expiresAtMs);
  return next === Infinity ? undefined : next;
}
