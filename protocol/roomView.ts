import type { FeedId, MediaKind, ParticipantId, RoomId, Source } from './identity.ts';
import type { Right, Role } from './roles.ts';

/** Microphone and camera as their owner (or the host) wants them. The server keeps it; tracks follow it. */
export interface MediaIntent {
  /** Grows by one with every change; a client names the version it has seen when it asks for the next. */
  version: number;
  microphone: boolean;
  camera: boolean;
  /** Turned off by the host and not to be turned on until the host allows it again. */
  locked: { microphone: boolean; camera: boolean };
}

/** One source being sent, as the room sees it. A tile is keyed by `feedId`; `epoch` grows when the source comes anew. */
export interface FeedView {
  feedId: FeedId;
  source: Source;
  kind: MediaKind;
  epoch: number;
}

/** Somebody on stage: the holder of a seat. */
export interface StageMember {
  id: ParticipantId;
  name: string;
  role: 'host' | 'cohost';
  /** 0-based; the lowest free one is given. Tiles are laid out in this order. */
  seat: number;
  /** `away`: the connection is gone, the seat is kept for the grace time. */
  presence: 'connected' | 'away';
  intent: MediaIntent;
  feeds: FeedView[];
}

export type RoomStatus =
  /** Nobody has gone live yet, or the host's seat was given up. */
  'waiting' | 'live' | 'ended';

/** The public state of a room, sent whole on every change: a lost message heals with the next one. */
export interface RoomView {
  roomId: RoomId;
  /** Grows with every change; an older view that comes late is dropped by the client. */
  version: number;
  status: RoomStatus;
  /** Unix time, ms, when the host first went live; undefined while waiting. */
  startedAtMs?: number;
  seats: number;
  stage: StageMember[];
}

export interface StageRequest {
  id: ParticipantId;
  name: string;
  requestedAtMs: number;
  expiresAtMs: number;
}
export interface StageInvitation {
  id: ParticipantId;
  name: string;
  invitedBy: ParticipantId;
  expiresAtMs: number;
}

/** What only the host and moderators see, sent whole on every change. */
export interface BackstageView {
  version: number;
  /** In the order they asked. */
  requests: StageRequest[];
  invitations: StageInvitation[];
  bans: { id: ParticipantId; name: string }[];
}

/** What one participant knows about himself, sent whole on every change. */
export interface SelfView {
  id: ParticipantId;
  name: string;
  /** The role now: a viewer who was brought on stage is a `cohost` until he leaves it. */
  role: Role;
  rights: Right[];
  onStage: boolean;
  request?: { expiresAtMs: number };
  invitation?: { byName: string; expiresAtMs: number };
}

export interface ChatMessage {
  /** Grows by one a message; begins anew with the room, so that only together with `sentAtMs` it names one message. */
  id: number;
  from: ParticipantId;
  name: string;
  role: Role;
  text: string;
  sentAtMs: number;
}

/** One line of the audience list a host or moderator pages through. */
export interface AudienceEntry {
  id: ParticipantId;
  name: string;
  role: Role;
}
