import type { ErrorCode } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, Source } from '../../protocol/identity.ts';
import type { NodeId, RegionId } from '../../protocol/network.ts';
import type { Right, Role } from '../../protocol/roles.ts';
import type { ChatMessage } from '../../protocol/roomView.ts';

/** Who asks, as the verified token says. Commands trust it; nothing in it comes from the client's own words. */
export interface Actor {
  id: ParticipantId;
  name: string;
  /** The token's role, not the present one: a viewer on stage is still a viewer here. */
  role: Role;
  rights: readonly Right[];
}

/** Where a feed is published: the node its owner is connected to. */
export interface FeedOrigin {
  nodeId: NodeId;
  region: RegionId;
}

export type Toggle = 'microphone' | 'camera';

/** Everything that can happen to a room. `by` is the asker, `id` the person it happens to. */
export type Command =
  /**
   * Somebody connects. Hosts and cohosts take a seat, or return to theirs; everybody else is only checked (ban, ended).
   * Where a viewer was brought on stage and dropped, this returns him to his seat.
   */
  | { type: 'join'; by: Actor; start?: { microphone: boolean; camera: boolean } }
  /** The connection is gone: a seat is kept for the grace time, a request or an invitation too. */
  | { type: 'drop'; id: ParticipantId }
  /** Left on purpose: seat, request and invitation are given up. A host's seat is kept as if dropped. */
  | { type: 'depart'; id: ParticipantId }
  | { type: 'request'; by: Actor }
  | { type: 'withdraw'; by: Actor }
  | { type: 'accept'; by: Actor; id: ParticipantId }
  | { type: 'refuse'; by: Actor; id: ParticipantId }
  /** `name` is the roster's; an unknown person cannot be invited. */
  | { type: 'invite'; by: Actor; id: ParticipantId; name: string }
  | { type: 'uninvite'; by: Actor; id: ParticipantId }
  | { type: 'acceptInvitation'; by: Actor }
  | { type: 'declineInvitation'; by: Actor }
  | { type: 'leaveStage'; by: Actor }
  | { type: 'removeFromStage'; by: Actor; id: ParticipantId }
  | { type: 'setIntent'; by: Actor; version: number; microphone?: boolean; camera?: boolean }
  | { type: 'mute'; by: Actor; id: ParticipantId; source: Toggle }
  | { type: 'allow'; by: Actor; id: ParticipantId; source: Toggle; allowed: boolean }
  | { type: 'kick'; by: Actor; id: ParticipantId }
  | { type: 'ban'; by: Actor; id: ParticipantId; name: string }
  | { type: 'unban'; by: Actor; id: ParticipantId }
  | { type: 'chat'; by: Actor; text: string }
  /** Reserves the feed before media exists; refused for whom may not publish. The next epoch is in the state after. */
  /** `anew`: one that is open closes in the same step, since its owner goes on with it from another node. */
  | { type: 'openFeed'; id: ParticipantId; source: Source; anew?: boolean; origin?: FeedOrigin }
  | { type: 'closeFeed'; feedId: FeedId }
  /** All media of this person is gone (new page, dead worker): his feeds close, seat and intent stay. */
  | { type: 'mediaGone'; id: ParticipantId }
  | { type: 'end'; by: Actor }
  /** Time has passed: grace, requests and invitations may have run out. */
  | { type: 'tick' };

/** What the shell has to do, in order. Views are read from the state when they are sent, so each is named once. */
export type Effect =
  | { type: 'roomChanged' }
  | { type: 'backstageChanged' }
  | { type: 'selfChanged'; id: ParticipantId }
  | { type: 'chat'; message: ChatMessage }
  /** The producer must follow the intent, whatever its page sends. */
  | { type: 'pauseFeed'; feedId: FeedId; paused: boolean }
  | { type: 'closeFeed'; feedId: FeedId }
  /** No seat any more: nothing of this person may be published. */
  | { type: 'unseated'; id: ParticipantId }
  | { type: 'dismiss'; id: ParticipantId; reason: 'kicked' | 'banned' }
  /** He is connected at another node now; no rule decides this, only who knows of several nodes. */
  | { type: 'replaced'; id: ParticipantId; at: NodeId }
  | { type: 'ended'; durationMs: number };

export interface RoomSettings {
  seats: number;
  /** Viewers at once; a further one is refused with `room-full`. */
  maxViewers: number;
  requestTtlMs: number;
  invitationTtlMs: number;
  /** How long a dropped host's seat is kept; then the show ends. */
  hostGraceMs: number;
  cohostGraceMs: number;
}

/** The answer of `decide`; a refused command leaves the state as it was (the same object) and has no effects. */
export interface Decision<State> {
  state: State;
  effects: Effect[];
  refused?: ErrorCode;
}
