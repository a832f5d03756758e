import type { FeedViewport, JoinMedia, PictureSize } from '../../protocol/clientMessages.ts';
import type { Result } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, RoomId, Source } from '../../protocol/identity.ts';
import type {
  Fingerprints,
  RtpCapabilitiesMessage,
  RtpParametersMessage,
  TransportInfo,
} from '../../protocol/mediaParameters.ts';
import type { PipeAnswer, PipeNews, PipeOffer, PipeRequest } from '../../protocol/pipes.ts';
import type { QualityLevel } from '../../protocol/qualityLevel.ts';
import type { ConsumerInfo } from '../../protocol/serverMessages.ts';
import type { PipeStatistics } from './pipeStatistics.ts';

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
  /** Ends the media of everybody here; feeds that come from other nodes stay. */
  leaveAll(): void;
  /** Resolves when the feed is here in this epoch or a later one; with false when `signal` is aborted before. */
  whenHere(feedId: FeedId, epoch: number, signal: AbortSignal): Promise<boolean>;
  /**
   * Opens the upstream end of a pipe that carries a feed, published here or imported, to one other node, with layers up
   * to `maxSpatialLayer` at first (null for none). Send its `offer` there, and `connect` it with the answer.
   */
  exportFeed(
    feedId: FeedId,
    maxSpatialLayer: number | null,
    events: ExportEvents,
  ): Promise<Result<ExportedFeed>>;
  /**
   * Opens the downstream end, from an offer that has been parsed, and shows the feed to everybody here; send its `answer`
   * back. For a feed that is imported already, in the same epoch, this is a new upstream: viewers move over to it, and
   * then the old import closes by itself. `rttMs` is the round trip to the other node.
   */
  importFeed(offer: PipeOffer, rttMs: number, events: ImportEvents): Promise<Result<ImportedFeed>>;
  close(): void;
}

/** The part of a room's media that concerns other nodes. */
export type FeedMedia = Pick<RoomMedia, 'whenHere' | 'exportFeed' | 'importFeed' | 'close'>;

/** The upstream end of one pipe. When both ends close, this one goes first. After `close()` nothing happens any more. */
export interface ExportedFeed {
  readonly offer: PipeOffer;
  /** Of the feed that is exported. */
  readonly producerId: string;
  /** Starts the media; refused, with this end closed, where that is not possible. */
  connect(answer: PipeAnswer): Promise<Result<undefined>>;
  /** What the other end asks for. */
  request(request: PipeRequest): void;
  statistics(): Promise<PipeStatistics | undefined>;
  close(): void;
}

export interface ExportEvents {
  /** The other end has to be told. */
  news(news: PipeNews): void;
  /** The feed ended, or its worker died: close the other end. Not told after `close()`. */
  closed(): void;
}

/** The downstream end of one pipe. */
export interface ImportedFeed {
  readonly answer: PipeAnswer;
  /** Of the feed, here. */
  readonly producerId: string;
  /** What the other end tells. */
  news(news: PipeNews): void;
  /** Sheds the layers above this one, whoever wants them, until it is called with undefined. 0-based. */
  limitLayers(maxSpatialLayer: number | undefined): void;
  statistics(): Promise<PipeStatistics | undefined>;
  /** Viewers keep the last picture, in case the feed comes from elsewhere; in a room that has it no more it goes. */
  close(): void;
}

export interface ImportEvents {
  /** The other end has to be asked. */
  request(request: PipeRequest): void;
  /** A new upstream or a newer epoch took over, or the worker died: close the other end. Not told after `close()`. */
  closed(): void;
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
