import type { Result } from '../../protocol/errors.ts';
import type { FeedId, ParticipantId, RoomId, Source } from '../../protocol/identity.ts';
import type { cascadeCalls, cascadeTells } from '../../protocol/cascadeMessages.ts';
import type { NodeId, NodeRecord, RegionId } from '../../protocol/network.ts';
import type {
  HandledCallName,
  NodeRequest,
  NodeResponse,
  NodeTell,
  NodeTellName,
} from '../../protocol/nodeMessages.ts';
import type { PipeAnswer, PipeNews, PipeOffer, PipeRequest } from '../../protocol/pipes.ts';

/** What the cascade needs of the other parts, which do not know it. */

export type CascadeCallName = keyof typeof cascadeCalls & HandledCallName;
export type CascadeTellName = keyof typeof cascadeTells & NodeTellName;

/** Why something was not to be had: the other node said no, was not there, or did not answer in time. */
export interface NotHad {
  ok: false;
  why: 'refused' | 'unreachable' | 'late';
  reason: string;
}
export type Asked<T> = { ok: true; value: T } | NotHad;

/** The way to other nodes. */
export interface CascadeWire {
  /** Ends in time and never rejects. */
  ask<N extends CascadeCallName>(
    to: NodeId,
    name: N,
    request: NodeRequest<N>,
    timeoutMs: number,
  ): Promise<Asked<NodeResponse<N>>>;
  /** May be lost. */
  tell<N extends CascadeTellName>(to: NodeId, name: N, payload: NodeTell<N>): void;
  /** Keeps the link open until the answer is called. */
  hold(to: NodeId): () => void;
  isUp(to: NodeId): boolean;
  /** It may be gone: its link is down unless it says something within this time. */
  doubt(to: NodeId, withinMs: number): void;
  /** Smoothed; undefined while nothing was measured. */
  rttMs(to: NodeId): number | undefined;
  /** The least of the last few seconds: what stands in queues on the way is in it, a single late answer is not. */
  standingRttMs(to: NodeId): number | undefined;
}

/** A feed that the room has open. */
export interface KnownFeed {
  feedId: FeedId;
  epoch: number;
  source: Source;
  publisherId: ParticipantId;
  originNode: NodeId;
  originRegion: RegionId;
}

export interface CascadeRooms {
  /** The rooms in which there is somebody at this node. */
  occupied(): Iterable<RoomId>;
  /** The feeds of such a room; undefined for one in which nobody is here. */
  feeds(roomId: RoomId): readonly KnownFeed[] | undefined;
}

export interface CascadeNetwork {
  /** All nodes as they tell of themselves, this one included. */
  members(): readonly NodeRecord[];
}

/** What one end of a pipe has counted since it opened. */
export interface PipeCounts {
  /** Unix time. */
  atMs: number;
  bytes: number;
  packets: number;
  packetsLost: number;
  rttMs: number | undefined;
  jitterMs: number;
}

export interface ExportEnd {
  readonly offer: PipeOffer;
  /** Of what is exported. */
  readonly producerId: string;
  connect(answer: PipeAnswer): Promise<Result<undefined>>;
  request(request: PipeRequest): void;
  close(): void;
}

export interface ImportEnd {
  readonly answer: PipeAnswer;
  readonly producerId: string;
  news(news: PipeNews): void;
  limitLayers(maxSpatialLayer: number | undefined): void;
  statistics(): Promise<PipeCounts | undefined>;
  close(): void;
}

/** The media of one room, as far as it comes from other nodes or goes to them; see `RoomMedia`. */
export interface FeedMedia {
  whenHere(feedId: FeedId, epoch: number, signal: AbortSignal): Promise<boolean>;
  exportFeed(
    feedId: FeedId,
    maxSpatialLayer: number | null,
    events: { news(news: PipeNews): void; closed(): void },
  ): Promise<Result<ExportEnd>>;
  importFeed(
    offer: PipeOffer,
    rttMs: number,
    events: { request(request: PipeRequest): void; closed(): void },
  ): Promise<Result<ImportEnd>>;
  close(): void;
}

export interface CascadeMedia {
  /** Opened where there was none; it stays open until it is closed by everybody who opened it. */
  openForFeeds(roomId: RoomId): FeedMedia;
}

/** How a pull of a feed went: `lost` is one that had been open, and whose upstream end is gone. */
export type PullResult = 'opened' | 'refused' | 'failed' | 'lost';

/** Counts what had to change. */
export interface CascadeMeasured {
  pulled(result: PullResult): void;
  /** A feed comes from another upstream than before. */
  reparented(): void;
}
