import type { FeedViewport } from '../protocol/clientMessages.ts';
import type { FeedId, ParticipantId, RoomId } from '../protocol/identity.ts';
import type { QualityLevel } from '../protocol/qualityLevel.ts';
import type { ReactionKind } from '../protocol/reactions.ts';
import type { AudienceEntry, BackstageView, ChatMessage, RoomView, SelfView } from '../protocol/roomView.ts';
import type { LeaveReason } from '../protocol/serverMessages.ts';
import type { MediaKind, Source } from '../protocol/sources.ts';
import type { TributaryError } from './tributaryError.ts';

export interface ConnectOptions {
  /** Origin of the server, e.g. `https://live.example.com`. Default: the page's own. */
  url?: string;
  /** Instead of `url`: origins of several servers of one network; the first to answer names the others. */
  edges?: readonly string[];
  /** A region of the network, e.g. `eu`. Default: that of the nearest server, as measured. */
  region?: string;
  /** The access token, or a function that fetches one; the function is asked again whenever a new one is needed. */
  token: string | (() => Promise<string>);
  /** How a seat taken now starts. A seat returned to keeps what the server remembers. Default: both on. */
  start?: { microphone: boolean; camera: boolean };
  /** Receive without decoding (load tests): frames are counted and dropped. Default: false. */
  dropFrames?: boolean;
  /** Gives up connecting. */
  signal?: AbortSignal;
}

export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'ended' | 'error';

/** Good: nothing to say. `poor` comes with a sentence a person understands. */
export interface ConnectionQuality {
  level: QualityLevel;
  /** e.g. "Your uplink is losing packets"; empty when good. */
  sentence: string;
}

/** Somebody else's feed. The object stays the same across reconnects; only `track` changes. */
export interface RemoteFeed {
  readonly feedId: FeedId;
  readonly participantId: ParticipantId;
  readonly source: Source;
  readonly kind: MediaKind;
  readonly track: MediaStreamTrack | null;
}

/** One of our own sources. `track` is null while the camera is off. */
export interface LocalFeed {
  readonly source: Source;
  readonly kind: MediaKind;
  readonly track: MediaStreamTrack | null;
}

export interface PublishVideoOptions {
  deviceId?: string;
  /** Use this track instead of asking for a device. */
  track?: MediaStreamTrack;
  /** Default vp8 (simulcast). vp9 and av1 send one scalable stream, h264 simulcast. */
  codec?: 'vp8' | 'vp9' | 'h264' | 'av1';
  /** Default 720p at 30 frames a second. */
  width?: number;
  height?: number;
  frameRate?: number;
}
export interface PublishAudioOptions {
  deviceId?: string;
  track?: MediaStreamTrack;
}

export interface FeedStats {
  feedId: string;
  source: Source;
  kind: MediaKind;
  direction: 'send' | 'recv';
  codec: string;
  bitrateBps: number;
  packetsLostRatio: number;
  width?: number;
  height?: number;
  framesPerSecond?: number;
  /** Frames decoded (or dropped undecoded, with `dropFrames`) since the feed started. */
  frames?: number;
  keyFrames?: number;
  jitterBufferMs?: number;
  /** Received: how many pipes between media workers it passes on the server's side. */
  hops?: number;
  /** Sound heard since the feed started, as WebRTC's `totalAudioEnergy`: it grows while there is any. */
  audioEnergy?: number;
  /** Layers being sent, highest first, for a simulcast publisher. */
  layers?: { rid: string; active: boolean; width: number; height: number; bitrateBps: number }[];
}
/** The node of the network that a page is connected to. */
export interface EdgeFigures {
  url: string;
  nodeId: string;
  region: string;
  /** There and back, as probed before connecting; undefined where there was no need, or no answer. */
  rttMs?: number;
  /**
   * `only`: there is no other; `near`: near enough not to look at others; `probed`: the nearest of several; `kept`: as
   * chosen shortly before; `unmeasured`: no node said anything; `redirected`, `moved`: sent here by another node;
   * `failed-over`: another node was lost.
   */
  how: 'only' | 'near' | 'probed' | 'kept' | 'unmeasured' | 'redirected' | 'moved' | 'failed-over';
  /** What the choice took; the connection is opened at the same time. */
  choiceMs: number;
}
export interface RoomStats {
  rttMs: number;
  /** The server node we are connected to. */
  nodeId: string;
  /** The same node, how far away it is, and why it is this one. */
  edge: EdgeFigures;
  availableOutgoingBps?: number;
  feeds: FeedStats[];
  /** From `connect()` to the first video frame rendered; undefined before that. */
  firstFrameMs?: number;
}

/** Typed events; `on` returns the function that takes the listener off again. */
export interface RoomEvents {
  /** `error` is set with `error`, `reconnecting` and, where there is one, `ended`. */
  state: (state: ConnectionState, error?: TributaryError) => void;
  room: (view: RoomView) => void;
  self: (view: SelfView) => void;
  /** Only for the host and moderators. */
  backstage: (view: BackstageView) => void;
  viewers: (count: number) => void;
  feedAdded: (feed: RemoteFeed) => void;
  /** The feed has another track now (or none, while it is between two). */
  feedTrack: (feed: RemoteFeed) => void;
  feedRemoved: (feed: RemoteFeed) => void;
  localFeeds: (feeds: readonly LocalFeed[]) => void;
  chat: (message: ChatMessage) => void;
  reactions: (counts: Partial<Record<ReactionKind, number>>) => void;
  speaker: (participantId: ParticipantId | null) => void;
  data: (message: { from: ParticipantId; topic: string; payload: string }) => void;
  quality: (quality: ConnectionQuality) => void;
  /** How well somebody's media arrives at the server, our own included. */
  participantQuality: (participantId: ParticipantId, level: QualityLevel) => void;
  left: (reason: LeaveReason, durationMs?: number) => void;
  firstFrame: (elapsedMs: number) => void;
  /** Something of ours went wrong outside a call, e.g. the camera was unplugged. The room goes on. */
  trouble: (error: TributaryError) => void;
}

/** What a viewer chose in the quality menu; `auto` follows the tile's size and the network. */
export type Quality = FeedViewport['quality'];

/** A room one is in. Every request rejects with a `TributaryError` whose `code` is from the closed list. */
export interface TributaryRoom {
  readonly roomId: RoomId;
  readonly state: ConnectionState;
  readonly view: RoomView;
  readonly self: SelfView;
  readonly backstage: BackstageView | undefined;
  readonly viewerCount: number;
  readonly chatHistory: readonly ChatMessage[];
  readonly speaker: ParticipantId | null;
  readonly quality: ConnectionQuality;
  readonly feeds: ReadonlyMap<FeedId, RemoteFeed>;
  readonly localFeeds: readonly LocalFeed[];

  on<E extends keyof RoomEvents>(event: E, listener: RoomEvents[E]): () => void;

  publishCamera(options?: PublishVideoOptions): Promise<LocalFeed>;
  publishMicrophone(options?: PublishAudioOptions): Promise<LocalFeed>;
  /** The browser's own picker; with sound where the browser offers it. Ends by itself when the person stops sharing. */
  publishScreen(options?: PublishVideoOptions & { audioTrack?: MediaStreamTrack }): Promise<LocalFeed>;
  /** Ends a source and lets its device go; a screen takes its sound along. */
  unpublish(source: Source): Promise<void>;
  /** Changes a device; a source that is off, or not published yet, comes on with it. */
  switchDevice(source: 'camera' | 'microphone', deviceId: string): Promise<void>;
  /** The server keeps what we want across reconnects; publishes the source when it never was. */
  setMicrophone(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;

  /** Shows a feed in an element: keeps its track current, tells the server its size and whether it is seen. */
  attach(feedId: FeedId, element: HTMLMediaElement): () => void;
  setQuality(feedId: FeedId | 'all', quality: Quality): void;
  /** 0 to 1, from the packets or the local track; for a ring that breathes. Costs the server nothing. */
  audioLevel(participantId: ParticipantId): number;
  /** How well this person's media arrives at the server: good until it is seen to suffer for some seconds. */
  qualityOf(participantId: ParticipantId): QualityLevel;
  /**
   * The loudspeaker of all sound that is attached to `<audio>` elements, now and later; empty is the browser's own.
   * Ask `canChooseSpeaker()` first. Where the device is unplugged, the sound goes back to the browser's own.
   */
  setSpeaker(deviceId: string): Promise<void>;
  stats(): Promise<RoomStats>;

  requestStage(): Promise<void>;
  withdrawRequest(): Promise<void>;
  acceptRequest(id: ParticipantId): Promise<void>;
  refuseRequest(id: ParticipantId): Promise<void>;
  invite(id: ParticipantId): Promise<void>;
  uninvite(id: ParticipantId): Promise<void>;
  acceptInvitation(): Promise<void>;
  declineInvitation(): Promise<void>;
  leaveStage(): Promise<void>;
  removeFromStage(id: ParticipantId): Promise<void>;
  mute(id: ParticipantId, source: 'microphone' | 'camera'): Promise<void>;
  allow(id: ParticipantId, source: 'microphone' | 'camera', allowed: boolean): Promise<void>;
  kick(id: ParticipantId): Promise<void>;
  ban(id: ParticipantId): Promise<void>;
  unban(id: ParticipantId): Promise<void>;
  audience(offset: number, limit: number): Promise<{ total: number; entries: AudienceEntry[] }>;
  sendChat(text: string): Promise<void>;
  react(kind: ReactionKind): Promise<void>;
  sendData(topic: string, payload: string, to?: ParticipantId): Promise<void>;
  /** Host only: ends the show for everybody. */
  end(): Promise<void>;
  /** Leaves and releases everything, devices included. May be called twice. */
  leave(): Promise<void>;
}
