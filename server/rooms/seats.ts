import type { ParticipantId } from '../../protocol/identity.ts';
import { withEntry, withoutEntry } from './boundedMap.ts';
import type { Actor } from './commands.ts';
import { hostSeat, memory, seatHolder, withHolder, without } from './roomState.ts';
import type { Remembered, RoomState, SeatHolder, Step } from './roomState.ts';

const neither = { microphone: false, camera: false } as const;
const both = { microphone: true, camera: true } as const;

/** Whether the token itself gives a seat. A viewer's never does, whatever rights it claims. */
export function holdsSeatByToken(by: Actor): boolean {
  return (by.role === 'host' || by.role === 'cohost') && by.rights.includes('publish');
}

/** Whether the token gives the host's seat. */
export function hostsByToken(by: Actor): boolean {
  return by.role === 'host' && holdsSeatByToken(by);
}

export function hostSeated(state: RoomState): boolean {
  return state.stage.some(({ role }) => role === 'host');
}

/** The seat somebody of this role would get: the host's own, or the lowest free one of the others. */
function freeSeat(state: RoomState, role: SeatHolder['role']): number | undefined {
  const taken = new Set(state.stage.map(({ seat }) => seat));
  if (role === 'host') return taken.has(hostSeat) ? undefined : hostSeat;
  for (let seat = hostSeat + 1; seat < state.settings.seats; seat += 1) if (!taken.has(seat)) return seat;
  return undefined;
}

function bySeat(a: SeatHolder, b: SeatHolder): number {
  return a.seat - b.seat;
}

/** The show is on: the host holds his seat. */
function goLive(state: RoomState, hostId: ParticipantId, nowMs: number): RoomState {
  return { ...state, status: 'live', startedAtMs: state.startedAtMs ?? nowMs, hostId };
}

/**
 * Gives a new seat, and settles the request and the invitation it answers. What a moderator turned off stays off; all
 * else starts as `start` says.
 */
export function takeSeat(
  state: RoomState,
  person: { id: ParticipantId; name: string },
  role: SeatHolder['role'],
  nowMs: number,
  start: { microphone: boolean; camera: boolean } = both,
): RoomState | 'stage-full' {
  const seat = freeSeat(state, role);
  if (seat === undefined) return 'stage-full';
  const { locked, hushed } = state.remembered.get(person.id) ?? { locked: neither, hushed: neither };
  const holder: SeatHolder = {
    id: person.id,
    name: person.name,
    role,
    seat,
    presence: 'connected',
    intent: {
      // Every change of intent also changes the view, so this is above each version an earlier seat of his had.
      version: state.version + 1,
      microphone: start.microphone && !locked.microphone && !hushed.microphone,
      camera: start.camera && !locked.camera && !hushed.camera,
      locked,
    },
    feeds: [],
    graceUntilMs: undefined,
    hushed,
  };
  const seated: RoomState = {
    ...state,
    stage: [...state.stage, holder].sort(bySeat),
    requests: without(state.requests, person.id),
    invitations: without(state.invitations, person.id),
    remembered: withoutEntry(state.remembered, person.id),
  };
  return role === 'host' ? goLive(seated, person.id, nowMs) : seated;
}

/** Brings somebody on stage whom both sides want there; this show's own host comes back as its host. */
export function bringOnStage(
  state: RoomState,
  person: { id: ParticipantId; name: string },
  nowMs: number,
): RoomState | 'stage-full' {
  return takeSeat(state, person, person.id === state.hostId ? 'host' : 'cohost', nowMs);
}

/** Takes a seat away, and keeps in mind what must not be undone by coming back. */
export function vacateSeat(
  state: RoomState,
  id: ParticipantId,
  steppedDown?: Remembered['steppedDown'],
): RoomState {
  const holder = seatHolder(state, id);
  if (holder === undefined) return state;
  const { hushed, role, intent } = holder;
  const vacated: RoomState = {
    ...state,
    status: role === 'host' ? 'waiting' : state.status,
    stage: without(state.stage, id),
  };
  return remember(vacated, id, { locked: intent.locked, hushed, steppedDown });
}

/** Keeps `entry` in mind, where there is anything in it to keep. */
function remember(state: RoomState, id: ParticipantId, entry: Remembered): RoomState {
  const { locked, hushed, steppedDown } = entry;
  const worth =
    steppedDown !== undefined || locked.microphone || locked.camera || hushed.microphone || hushed.camera;
  const remembered = worth
    ? withEntry(state.remembered, id, entry, memory.people).map
    : withoutEntry(state.remembered, id);
  return remembered === state.remembered ? state : { ...state, remembered };
}

/** Notes who took this person, who has no seat now, off the stage; undefined lets his token take one again. */
export function rememberSteppedDown(
  state: RoomState,
  id: ParticipantId,
  steppedDown: Remembered['steppedDown'],
): RoomState {
  const before = state.remembered.get(id) ?? { locked: neither, hushed: neither, steppedDown: undefined };
  return before.steppedDown === steppedDown ? state : remember(state, id, { ...before, steppedDown });
}

/** Somebody connects: to his seat, to one his token gives, or to the audience. */
export function join(
  state: RoomState,
  by: Actor,
  nowMs: number,
  start?: { microphone: boolean; camera: boolean },
): Step {
  if (by.role !== 'host' && state.bans.has(by.id)) return 'banned';
  const holder = seatHolder(state, by.id);
  if (holder !== undefined) return returnToSeat(state, holder, by, nowMs);
  if (!holdsSeatByToken(by)) return state;
  const steppedDown = state.remembered.get(by.id)?.steppedDown;
  if (hostsByToken(by)) {
    if (hostSeated(state)) return 'host-present';
    return steppedDown === 'self' ? state : takeSeat(state, by, 'host', nowMs, start);
  }
  if (steppedDown !== undefined) return state;
  const seated = takeSeat(state, by, 'cohost', nowMs, start);
  return seated === 'stage-full' ? state : seated;
}

/** Back on the seat exactly as it was left. A cohost who comes back with the host's token moves to the host's seat. */
function returnToSeat(state: RoomState, holder: SeatHolder, by: Actor, nowMs: number): Step {
  const returned: SeatHolder = { ...holder, name: by.name, presence: 'connected', graceUntilMs: undefined };
  if (holder.role !== 'host' && hostsByToken(by)) {
    if (hostSeated(state)) return 'host-present';
    const promoted = withHolder(state, { ...returned, role: 'host', seat: hostSeat });
    return goLive({ ...promoted, stage: promoted.stage.toSorted(bySeat) }, by.id, nowMs);
  }
  if (holder.presence === 'connected' && holder.name === by.name) return state;
  return withHolder(state, returned);
}

/** Back to the audience of one's own will. Where the host does it, the room waits for a host. */
export function leaveStage(state: RoomState, by: Actor): Step {
  return seatHolder(state, by.id) === undefined ? 'not-on-stage' : vacateSeat(state, by.id, 'self');
}

/** Back to the audience by a moderator's will. */
export function removeFromStage(state: RoomState, by: Actor, id: ParticipantId): Step {
  if (!by.rights.includes('moderate') || id === state.hostId) return 'not-allowed';
  return seatHolder(state, id) === undefined ? 'no-such-participant' : vacateSeat(state, id, 'moderator');
}
