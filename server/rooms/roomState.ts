import type { ErrorCode } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, RoomId } from '../../protocol/identity.ts';
import type {
  ChatMessage,
  FeedView,
  MediaIntent,
  RoomStatus,
  StageInvitation,
  StageRequest,
} from '../../protocol/roomView.ts';
import type { Effect, FeedOrigin, RoomSettings, Toggle } from './commands.ts';

/** A feed with where it comes from, which no browser is told; absent where there is one node alone. */
export interface OpenFeed extends FeedView {
  readonly origin?: Readonly<FeedOrigin>;
}

/** Somebody on stage, with what only the room knows about him. */
export interface SeatHolder {
  readonly id: ParticipantId;
  readonly name: string;
  readonly role: 'host' | 'cohost';
  readonly seat: number;
  readonly presence: 'connected' | 'away';
  readonly intent: Readonly<MediaIntent>;
  readonly feeds: readonly OpenFeed[];
  /** Set while away: when the seat is given up. */
  readonly graceUntilMs: number | undefined;
  /** Turned off by a moderator and not turned on again since. */
  readonly hushed: Readonly<Record<Toggle, boolean>>;
}

/** What is kept of somebody without a seat, so that leaving and coming back undoes no moderation. */
export interface Remembered {
  readonly locked: Readonly<Record<Toggle, boolean>>;
  readonly hushed: Readonly<Record<Toggle, boolean>>;
  /** Who took him off the stage; until he is brought back, his own token takes no seat by itself. */
  readonly steppedDown: 'self' | 'moderator' | undefined;
}

export interface HeldInvitation extends Readonly<StageInvitation> {
  readonly byName: string;
}

/** All a room is, as one immutable value. Viewers are not in it: they cost the room nothing until they act. */
export interface RoomState {
  readonly roomId: RoomId;
  readonly settings: RoomSettings;
  readonly status: RoomStatus;
  /** Grows with every change of the public view. */
  readonly version: number;
  /** Grows with every change of the backstage view. */
  readonly backstageVersion: number;
  /** When this show's host first took the seat. */
  readonly startedAtMs: number | undefined;
  /** Who held the host's seat last in this show; no moderator's word reaches him. */
  readonly hostId: ParticipantId | undefined;
  /** In the order of their seats. */
  readonly stage: readonly SeatHolder[];
  /** First come, first served. */
  readonly requests: readonly Readonly<StageRequest>[];
  readonly invitations: readonly HeldInvitation[];
  /** Names by identity, oldest first. */
  readonly bans: ReadonlyMap<ParticipantId, string>;
  readonly chat: readonly ChatMessage[];
  readonly nextChatId: number;
  /** The last epoch of every feed, kept over shows: a feed's epoch never comes twice. */
  readonly epochs: ReadonlyMap<FeedId, number>;
  /** At least as high as every epoch that was forgotten. */
  readonly epochFloor: number;
  readonly remembered: ReadonlyMap<ParticipantId, Remembered>;
}

/** What a rule answers: the next state, the next state with effects that are not visible in it, or a refusal. */
export type Step = RoomState | { state: RoomState; effects: Effect[] } | ErrorCode;

/** Bounds on what a room keeps about people who are not on stage. */
export const memory = { people: 1000, epochs: 4000 } as const;

/** The seat that is kept free for the host. */
export const hostSeat = 0;

/** A room nobody has entered yet. */
export function newRoom(roomId: RoomId, settings: RoomSettings): RoomState {
  return {
    roomId,
    settings,
    status: 'waiting',
    version: 1,
    backstageVersion: 1,
    startedAtMs: undefined,
    hostId: undefined,
    stage: [],
    requests: [],
    invitations: [],
    bans: new Map(),
    chat: [],
    nextChatId: 1,
    epochs: new Map(),
    epochFloor: 0,
    remembered: new Map(),
  };
}

/** The next show in the room of one that ended: bans stay and counters go on; stage and queues are empty already. */
export function newShow(ended: RoomState): RoomState {
  return {
    ...ended,
    status: 'waiting',
    startedAtMs: undefined,
    hostId: undefined,
    chat: [],
    remembered: new Map(),
  };
}

export function seatHolder(state: RoomState, id: ParticipantId): SeatHolder | undefined {
  return state.stage.find((holder) => holder.id === id);
}

export function requestOf(state: RoomState, id: ParticipantId): Readonly<StageRequest> | undefined {
  return state.requests.find((request) => request.id === id);
}

export function invitationOf(state: RoomState, id: ParticipantId): HeldInvitation | undefined {
  return state.invitations.find((invitation) => invitation.id === id);
}

/** The state with one seat holder replaced. */
export function withHolder(state: RoomState, changed: SeatHolder): RoomState {
  return { ...state, stage: state.stage.map((holder) => (holder.id === changed.id ? changed : holder)) };
}

/** The same array where nobody in it has this id, so that an untouched list is recognisably untouched. */
export function without<T extends { readonly id: ParticipantId }>(
  list: readonly T[],
  id: ParticipantId,
): readonly T[] {
  return list.some((entry) => entry.id === id) ? list.filter((entry) => entry.id !== id) : list;
}
