import type { ParticipantId } from '../../protocol/identity.ts';
import { limits } from '../../protocol/limits.ts';
import type { Actor } from './commands.ts';
import { invitationOf, requestOf, seatHolder, without } from './roomState.ts';
import type { RoomState, Step } from './roomState.ts';
import { bringOnStage, holdsSeatByToken, hostSeated, hostsByToken, takeSeat } from './seats.ts';

/**
 * Asks for a seat. Who is invited already, or whose token gives a seat that is free, gets it at once; but not when a
 * moderator took him off the stage.
 */
export function request(state: RoomState, by: Actor, nowMs: number): Step {
  if (!by.rights.includes('request') && !holdsSeatByToken(by)) return 'not-allowed';
  if (seatHolder(state, by.id) !== undefined) return 'already-on-stage';
  if (hostsByToken(by)) return hostSeated(state) ? 'host-present' : takeSeat(state, by, 'host', nowMs);
  if (invitationOf(state, by.id) !== undefined) return bringOnStage(state, by, nowMs);
  if (requestOf(state, by.id) !== undefined) return state;
  if (holdsSeatByToken(by) && state.remembered.get(by.id)?.steppedDown !== 'moderator') {
    const seated = takeSeat(state, by, 'cohost', nowMs);
    if (seated !== 'stage-full') return seated;
  }
  if (state.requests.length >= limits.stageRequests) return 'queue-full';
  const expiresAtMs = nowMs + state.settings.requestTtlMs;
  return {
    ...state,
    requests: [...state.requests, { id: by.id, name: by.name, requestedAtMs: nowMs, expiresAtMs }],
  };
}

export function withdraw(state: RoomState, by: Actor): Step {
  return dropRequest(state, by.id);
}

/** Gives the asker a seat; while the stage is full the request stays in the queue. */
export function accept(state: RoomState, by: Actor, id: ParticipantId, nowMs: number): Step {
  if (!by.rights.includes('moderate')) return 'not-allowed';
  const asked = requestOf(state, id);
  return asked === undefined ? 'no-request' : bringOnStage(state, asked, nowMs);
}

export function refuseRequest(state: RoomState, by: Actor, id: ParticipantId): Step {
  return by.rights.includes('moderate') ? dropRequest(state, id) : 'not-allowed';
}

function dropRequest(state: RoomState, id: ParticipantId): Step {
  const requests = without(state.requests, id);
  return requests === state.requests ? 'no-request' : { ...state, requests };
}
