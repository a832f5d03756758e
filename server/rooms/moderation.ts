import type { ParticipantId } from '../../protocol/identity.ts';
import { limits } from '../../protocol/limits.ts';
import { withEntry, withoutEntry } from './boundedMap.ts';
import type { Actor } from './commands.ts';
import { without } from './roomState.ts';
import type { RoomState, Step } from './roomState.ts';
import { rememberSteppedDown, vacateSeat } from './seats.ts';

/** Sends somebody out. He may come back, but not straight onto the stage. */
export function kick(state: RoomState, by: Actor, id: ParticipantId): Step {
  if (!maySendAway(state, by, id)) return 'not-allowed';
  return { state: sentAway(state, id), effects: [{ type: 'dismiss', id, reason: 'kicked' }] };
}

/** Sends somebody out for good. Beyond the limit the oldest ban is forgotten: the newest trouble counts most. */
export function ban(state: RoomState, by: Actor, person: { id: ParticipantId; name: string }): Step {
  const { id, name } = person;
  if (!maySendAway(state, by, id)) return 'not-allowed';
  const gone = sentAway(state, id);
  const bans = gone.bans.has(id) ? gone.bans : withEntry(gone.bans, id, name, limits.bans).map;
  return { state: { ...gone, bans }, effects: [{ type: 'dismiss', id, reason: 'banned' }] };
}

export function unban(state: RoomState, by: Actor, id: ParticipantId): Step {
  if (!by.rights.includes('moderate')) return 'not-allowed';
  return state.bans.has(id) ? { ...state, bans: withoutEntry(state.bans, id) } : 'no-such-participant';
}

function maySendAway(state: RoomState, by: Actor, id: ParticipantId): boolean {
  return by.rights.includes('moderate') && id !== state.hostId && id !== by.id;
}

function sentAway(state: RoomState, id: ParticipantId): RoomState {
  const vacated = rememberSteppedDown(vacateSeat(state, id, 'moderator'), id, 'moderator');
  return {
    ...vacated,
    requests: without(vacated.requests, id),
    invitations: without(vacated.invitations, id),
  };
}
