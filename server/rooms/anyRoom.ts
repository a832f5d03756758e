import type { Result } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { ReactionKind } from '../../protocol/reactions.ts';
import type {
  AudienceEntry,
  BackstageView,
  ChatMessage,
  RoomStatus,
  RoomView,
  SelfView,
} from '../../protocol/roomView.ts';
import type { ServerMessages } from '../../protocol/serverMessages.ts';
import type { Actor, Command, Effect } from './commands.ts';
import type { ReactionCounts } from './crowdNews.ts';

/** Who carries out what a room decides. All are called in order, and may call the room back. */
export interface RoomEvents {
  perform(effect: Effect): void;
  /** At most once a second, and only when the number is another one. */
  viewersChanged(count: number): void;
  reactions(counts: ReactionCounts): void;
  /** Somebody says something to a program at the other end: to one person, or to everybody here. */
  data(message: DataMessage, to?: ParticipantId): void;
}

export type DataMessage = ServerMessages['data'];

/** An answer that is there at once where the room's home is here, and has a way to go where it is elsewhere. */
export type Soon<T> = T | Promise<T>;

export interface AudiencePage {
  /** Everybody in the room who is not on stage. */
  total: number;
  entries: AudienceEntry[];
}

/**
 * A room as its people at this node meet it: `Room` where this node is its home, `RoomReplica` where it is an edge.
 * What is read is what is known here; what is asked of the room may have to go to its home, and never rejects.
 */
export interface AnyRoom {
  readonly id: RoomId;
  readonly status: RoomStatus;
  /** Nobody is here and no seat is kept for anybody. */
  readonly vacant: boolean;

  view(): RoomView;
  backstage(): BackstageView;
  /** Undefined for whom is not in the room at this node. */
  self(id: ParticipantId): SelfView | undefined;
  chatHistory(): ChatMessage[];
  /** People in the room who are not on stage. */
  viewerCount(): number;
  /** An open feed: its epoch, and whether its owner's intent keeps it silent. */
  feed(feedId: FeedId): { epoch: number; paused: boolean } | undefined;

  /** Somebody in the room, wherever he is connected. */
  find(id: ParticipantId): Soon<Actor | undefined>;
  /** One page of the people who are not on stage. */
  audience(offset: number, limit: number): Soon<AudiencePage>;
  /** Somebody connects, or comes back, or takes over from another connection of his. A viewer is admitted at once. */
  join(actor: Actor, start?: { microphone: boolean; camera: boolean }): Soon<Result<undefined>>;
  /** When the answer is there, what is read shows what the command did. */
  run(command: Command): Soon<Result<undefined>>;
  /** The connection was lost: its owner is still counted, and keeps what he had for the grace time. */
  drop(id: ParticipantId): void;
  /** Gone for good. */
  depart(id: ParticipantId): void;
  react(id: ParticipantId, kind: ReactionKind): void;
  /** Goes to everybody, or to one person, at whichever node. */
  sendData(message: DataMessage, to?: ParticipantId): void;
  /** Stops the room at this node without a word to anybody; its people were told before. */
  close(): void;
}
