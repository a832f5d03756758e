import type { JoinReply } from './clientMessages.ts';
import type { Edge, EdgeList } from './edges.ts';
import type { Result } from './errors.ts';
import type { ReactionKind } from './reactions.ts';
import type { FeedId, MediaKind, ParticipantId } from './identity.ts';
import type { RtpCapabilitiesMessage, RtpParametersMessage } from './mediaParameters.ts';
import type { QualityLevel } from './qualityLevel.ts';
import type { BackstageView, ChatMessage, RoomView, SelfView } from './roomView.ts';

/** What a browser needs to receive one feed. It flows as soon as both sides are ready; there is nothing to resume. */
export interface ConsumerInfo {
  consumerId: string;
  producerId: string;
  feedId: FeedId;
  epoch: number;
  kind: MediaKind;
  /** Pipes between media workers that the feed passes on its way from its publisher's transport to this one. */
  hops: number;
  rtpParameters: RtpParametersMessage;
}

/** Why the server let a connection go. The page says so; only `shutdown` is worth coming back for. */
export type LeaveReason = 'kicked' | 'banned' | 'replaced' | 'ended' | 'shutdown';

/** How well somebody's media arrives at the server. Good until told otherwise. */
export interface ParticipantQuality {
  participantId: ParticipantId;
  level: QualityLevel;
}

/** Everything the server says unasked, one tuple of arguments an event. */
export interface ServerMessages {
  /** First on every connection, before any question. The client may keep `rtpCapabilities` for its next visit. */
  hello: { protocol: number; nodeId: string; region: string; rtpCapabilities: RtpCapabilitiesMessage };
  /** The answer to a join that came with the CONNECT. */
  joined: Result<JoinReply>;
  room: RoomView;
  backstage: BackstageView;
  self: SelfView;
  /** People in the room who are not on stage; told at most once a second, and only when it changed. */
  viewers: { count: number };
  consumersClosed: { consumerIds: string[] };
  chat: ChatMessage;
  /** Reactions since the last batch, counted. */
  reactions: Partial<Record<ReactionKind, number>>;
  /** Who speaks loudest now, or nobody. */
  speaker: { participantId: ParticipantId | null };
  /** A level changed, and stayed so for some seconds. */
  quality: ParticipantQuality;
  data: { from: ParticipantId; topic: string; payload: string };
  /** Asks the publisher of `feedId` for a keyframe of every layer it sends, now. */
  keyframe: { feedId: FeedId };
  /** The highest simulcast layer anybody watches: the publisher may stop those above. 0-based. */
  layers: { feedId: FeedId; maxSpatialLayer: number };
  /** This connection's transports died with a media worker: `join` again, without `keep`, after `afterMs`. */
  mediaLost: { afterMs: number };
  /** Some of the nodes told before take nobody any more, or there are others: at most every ten seconds or so. */
  network: EdgeList;
  /**
   * This node takes leave of its people: join at one of `edges` within `withinMs`, `moving`, and close this connection
   * when the pictures have come there.
   */
  move: { edges: Edge[]; withinMs: number };
  /** The last thing said before the server closes the connection; with `shutdown`, where to go now. */
  left: { reason: LeaveReason; durationMs?: number; edges?: Edge[] };
}
export type ServerMessageName = keyof ServerMessages;

/** socket.io's view: plain events, and one that is acknowledged when the browser can take the media. */
export type ServerToClientEvents = {
  [N in ServerMessageName]: (message: ServerMessages[N]) => void;
} & {
  /** New feeds. The server starts each once the page has acknowledged, so that no first picture is lost. */
  consumers: (message: { added: ConsumerInfo[] }, ready: () => void) => void;
};
