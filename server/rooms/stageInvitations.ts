import type { ParticipantId } from '../../protocol/identity.ts';
import { limits } from '../../protocol/limits.ts';
import type { Actor } from './commands.ts';
import { invitationOf, requestOf, seatHolder, without } from './roomState.ts';
import type { RoomState, Step } from './roomState.ts';
import { bringOnStage } from './seats.ts';

/** Offers a seat; who has asked for one gets it at once. A second invitation changes nothing. */
export function invite(
  state: RoomState,
  by: Actor,
  person: { id: ParticipantId; name: string },
  nowMs: number,
): Step {
  const { id, name } = person;
  if (!by.rights.includes('moderate')) return 'not-allowed';
  if (seatHolder(state, id) !== undefined) return 'already-on-stage';
  if (requestOf(state, id) !== undefined) return bringOnStage(state, person, nowMs);
  if (invitationOf(state, id) !== undefined) return state;
  if (state.invitations.length >= limits.invitations) return 'queue-full';
  const expiresAtMs = nowMs + state.settings.invitationTtlMs;
  const invitation = { id, name, invitedBy: by.id, byName: by.name, expiresAtMs };
  return { ...state, invitations: [...state.invitations, invitation] };
}

export function uninvite(state: RoomState, by: Actor, id: ParticipantId): Step {
  return by.rights.includes('moderate') ? dropInvitation(state, id) : 'not-allowed';
}

/** Takes the offered seat; while the stage is full the invitation stays. */
export function acceptInvitation(state: RoomState, by: Actor, nowMs: number): Step {
  return invitationOf(state, by.id) === undefined ? 'no-invitation' : bringOnStage(state, by, nowMs);
}

export function declineInvitation(state: RoomState, by: Actor): Step {
  return dropInvitation(state, by.id);
}

function dropInvitation(state: RoomState, id: ParticipantId): Step {
  const invitations = without(state.invitations, id);
  return invitations === state.invitations ? 'no-invitation' : { ...state, invitations };
}
