import type { BackstageView, FeedView, RoomView, SelfView, StageMember } from '../../protocol/roomView.ts';
import type { Actor } from './commands.ts';
import { invitationOf, requestOf, seatHolder } from './roomState.ts';
import type { OpenFeed, RoomState, SeatHolder } from './roomState.ts';

function member({ id, name, role, seat, presence, intent, feeds }: SeatHolder): StageMember {
  return { id, name, role, seat, presence, intent, feeds: feeds.map(shownFeed) };
}

function shownFeed({ feedId, source, kind, epoch }: OpenFeed): FeedView {
  return { feedId, source, kind, epoch };
}

/** What everybody in the room sees. */
export function roomView(state: RoomState): RoomView {
  const { roomId, version, status, startedAtMs, settings, stage } = state;
  const view: RoomView = { roomId, version, status, seats: settings.seats, stage: stage.map(member) };
  return status === 'waiting' || startedAtMs === undefined ? view : { ...view, startedAtMs };
}

/** What the host and moderators see beside it. */
export function backstageView(state: RoomState): BackstageView {
  return {
    version: state.backstageVersion,
    requests: [...state.requests],
    invitations: state.invitations.map(({ id, name, invitedBy, expiresAtMs }) => ({
      id,
      name,
      invitedBy,
      expiresAtMs,
    })),
    bans: [...state.bans].map(([id, name]) => ({ id, name })),
  };
}

/** What one person knows about himself. */
export function selfView(state: RoomState, actor: Actor): SelfView {
  const { id, name, role, rights } = actor;
  const holder = seatHolder(state, id);
  const asked = requestOf(state, id);
  const invited = invitationOf(state, id);
  return {
    id,
    name,
    role: holder?.role ?? role,
    rights: [...rights],
    onStage: holder !== undefined,
    ...(asked === undefined ? {} : { request: { expiresAtMs: asked.expiresAtMs } }),
    ...(invited === undefined
      ? {}
      : { invitation: { byName: invited.byName, expiresAtMs: invited.expiresAtMs } }),
  };
}
