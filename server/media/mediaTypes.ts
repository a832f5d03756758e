import type { FeedViewport, JoinMedia, PictureSize } from '../../protocol/clientMessages.ts';
import type { Result } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, RoomId, Source } from '../../protocol/identity.ts';
import type {
  Fingerprints,
  RtpCapabilitiesMessage,
  RtpParametersMessage,
  TransportInfo,
} from '../../protocol/mediaParameters.ts';
import type { QualityLevel } from '../../protocol/qualityLevel.ts';
import type { ConsumerInfo } from '../../protocol/serverMessages.ts';

/** The media side of one node: its workers, and one `RoomMedia` a room. */
export interface Media {
  /** What every router here can do; the same for all, known before any room. */
  readonly rtpCapabilities: RtpCapabilitiesMessage;
  openRoom(roomId: RoomId, events: RoomMediaEvents): RoomMedia;
  workers(): WorkerStatus[];
  close(): Promise<void>;
}

export interface WorkerStatus {
  /** Which of the node's workers, from 0; the one that replaces it has the same. */
  slot: number;
  pid: number;
  /** Share of one core over the last sample, 0 to 1. */
  cpu: number;
  /** CPU seconds since the worker started. */
  cpuSeconds: number;
  routers: number;
  transports: number;
  producers: { audio: number; video: number };
  consumers: { audio: number; video: number };
}

export interface PeerJoin {
  participantId: ParticipantId;
  rtpCapabilities: RtpCapabilitiesMessage;
  fingerprints: Fingerprints;
  /** Also make the send transport: this person is on stage. */
  send: boolean;
  /** The media session the browser still has. */
  keep?: string;
  /** The browser makes keyframes when asked by message. */
  keyframes: boolean;
}

/** The media of one room. Every method may be called at any time; after `close()` they do nothing. */
export interface RoomMedia {
  /** Makes (or, with a matching `keep`, finds again) this person's transports and consumers. Replaces what he had. */
  join(peer: PeerJoin): Promise<Result<JoinMedia>>;
  /** After a kept join was answered: announces what happened while the browser was not listening. */
  announcePending(participantId: ParticipantId): void;
  openSend(participantId: ParticipantId, fingerprints: Fingerprints): Promise<Result<TransportInfo>>;
  /** Closes the send transport and with it everything this person publishes; receiving goes on. */
  closeSend(participantId: ParticipantId): void;
  produce(feed: {
    participantId: ParticipantId;
    feedId: FeedId;
    epoch: number;
    source: Source;
    rtpParameters: RtpParametersMessage;
    /** The size of what is captured, where the page knows it; for video. */
    picture?: PictureSize;
    paused: boolean;
  }): Promise<Result<undefined>>;
  closeFeed(feedId: FeedId): void;
  setPaused(feedId: FeedId, paused: boolean): void;
  view(participantId: ParticipantId, feeds: readonly FeedViewport[]): void;
  restartIce(
    participantId: ParticipantId,
    direction: 'send' | 'recv',
  ): Promise<Result<TransportInfo['iceParameters']>>;
  leave(participantId: ParticipantId): void;
  close(): void;
}

/** What the media of a room announces. None of these is called from inside a `RoomMedia` method synchronously. */
export interface RoomMediaEvents {
  /** The page must take these and say so by `ready()`; only then do they flow. */
  consumersAdded(participantId: ParticipantId, added: ConsumerInfo[], ready: () => void): void;
  consumersClosed(participantId: ParticipantId, consumerIds: string[]): void;
  /** A feed's producer ended without `closeFeed`. */
  feedLost(feedId: FeedId): void;
  /** A worker died under this person's transports: he must join again after `afterMs`. */
  mediaLost(participantId: ParticipantId, afterMs: number): void;
  /** The browser itself closed its transports (DTLS close): the page is gone. */
  mediaClosed(participantId: ParticipantId): void;
  keyframeWanted(publisherId: ParticipantId, feedId: FeedId): void;
  /** mediasoup itself asked a publisher for a keyframe by RTCP; for several layers in one moment it is told once. */
  pliSent(feedId: FeedId): void;
  layersWanted(publisherId: ParticipantId, feedId: FeedId, maxSpatialLayer: number): void;
  speaker(participantId: ParticipantId | null): void;
  /** How well a publisher's media arrives; good until told otherwise, and again when he publishes nothing. */
  quality(publisherId: ParticipantId, level: QualityLevel): void;
}
