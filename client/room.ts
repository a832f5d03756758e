import type { JoinReply } from '../protocol/clientMessages.ts';
import type { FeedId, ParticipantId, RoomId } from '../protocol/identity.ts';
import type { QualityLevel } from '../protocol/qualityLevel.ts';
import type { BackstageView, ChatMessage, RoomView, SelfView } from '../protocol/roomView.ts';
import type { Source } from '../protocol/sources.ts';
import { AccessToken } from './accessToken.ts';
import { AudioLevels } from './audioLevels.ts';
import { EdgeRoute } from './edgeRoute.ts';
import { feedIdOf } from './feedNames.ts';
import { FirstFrame } from './firstFrame.ts';
import { MediaSession } from './mediaSession.ts';
import { originOf } from './preparation.ts';
import type { PreparedMedia } from './preparation.ts';
import { Publishing } from './publishing.ts';
import type { PublishScreenOptions } from './publishing.ts';
import { QualityWatch } from './qualityWatch.ts';
import { RoomConnection } from './roomConnection.ts';
import { roomHandlers } from './roomHandlers.ts';
import { RoomRequests } from './roomRequests.ts';
import { RoomState } from './roomState.ts';
import { RoomStatsReader } from './roomStats.ts';
import type { Ask } from './signalConnection.ts';
import { StallWatch } from './stallWatch.ts';
import { SourceSwitches } from './sourceSwitches.ts';
import { TributaryError } from './tributaryError.ts';
import { TypedEvents } from './typedEvents.ts';
import type {
  ConnectionQuality,
  ConnectionState,
  ConnectOptions,
  LocalFeed,
  PublishAudioOptions,
  PublishVideoOptions,
  Quality,
  RemoteFeed,
  RoomEvents,
  RoomStats,
  TributaryRoom,
} from './types.ts';
import { Viewports } from './viewports.ts';

/** A first picture that took longer than this waited for its host, not for the network. */
const firstFrameCeilingMs = 120_000;

/** A room one is in: every part of it wired by hand, and its public face. */
export class Room extends RoomRequests implements TributaryRoom {
  protected readonly ask: Ask;
  readonly #events = new TypedEvents<RoomEvents>();
  readonly #route: EdgeRoute;
  readonly #connection: RoomConnection;
  readonly #media: MediaSession;
  readonly #switches: SourceSwitches;
  readonly #publishing: Publishing;
  readonly #viewports: Viewports;
  readonly #firstFrame: FirstFrame;
  readonly #qualityWatch: QualityWatch;
  readonly #stallWatch: StallWatch;
  readonly #levels = new AudioLevels();
  readonly #stats = new RoomStatsReader();
  #state: RoomState | undefined;
  /** Somebody was seen already when we came. */
  #pictureAtJoin = false;
  #leaving: Promise<void> | undefined;

  private constructor(options: ConnectOptions) {
    super();
    this.#firstFrame = new FirstFrame(performance.now(), (elapsedMs) => this.#firstFrameSeen(elapsedMs));
    const { edges = [], region } = options;
    this.#route = new EdgeRoute(edges.length > 0 ? edges.map(originOf) : [originOf(options.url)], region);
    this.#connection = new RoomConnection({
      route: this.#route,
      token: new AccessToken(options.token),
      start: () => this.#switches.wanted(options.start),
      handlers: roomHandlers({
        events: this.#events,
        state: () => this.#known,
        media: () => this.#media,
        switches: () => this.#switches,
      }),
      session: () => this.#media.session,
      joined: (reply, prepared, moving) => this.#joined(reply, prepared, moving),
      moved: () => this.#media.moved(),
      changed: (state, error) => this.#connectionChanged(state, error),
      left: (reason, durationMs) => this.#events.emit('left', reason, durationMs),
    });
    this.ask = this.#connection.ask;
    this.#switches = new SourceSwitches({
      ask: this.ask,
      follow: (source) => this.#media.send.follow(source),
      turnOn: (source) => this.#media.send.turnOn(source),
    });
    this.#viewports = new Viewports({
      feed: (feedId) => this.#media.receive.feeds.get(feedId),
      tell: (feeds) => this.ask('media.view', { feeds }),
      begins: (element) => this.#firstFrame.watch(element),
    });
    this.#media = this.#mediaSession(options.dropFrames ?? false);
    this.#publishing = new Publishing({
      send: this.#media.send,
      onStage: () => this.self.onStage,
      turnOff: (source) => this.#switches.set(source, false),
      trouble: (error) => this.#events.emit('trouble', error),
    });
    this.#stallWatch = new StallWatch({
      newer: (knownMs) => this.#media.receive.newerPacketMs(knownMs),
      stalled: () => void this.#connection.suspect(),
    });
    this.#qualityWatch = new QualityWatch(
      () => this.#media.transports,
      (quality) => this.#events.emit('quality', quality),
    );
  }

  /** Enters a room; rejects with a `TributaryError`, or with what the app's own token function threw. */
  static async enter(options: ConnectOptions): Promise<TributaryRoom> {
    const room = new Room(options);
    await room.#connection.start(options.signal);
    return room;
  }

  get roomId(): RoomId {
    return this.view.roomId;
  }
  get state(): ConnectionState {
    return this.#connection.state;
  }
  get view(): RoomView {
    return this.#known.view;
  }
  get self(): SelfView {
    return this.#known.self;
  }
  get backstage(): BackstageView | undefined {
    return this.#known.backstage;
  }
  get viewerCount(): number {
    return this.#known.viewerCount;
  }
  get chatHistory(): readonly ChatMessage[] {
    return this.#known.chat;
  }
  get speaker(): ParticipantId | null {
    return this.#known.speaker;
  }
  get quality(): ConnectionQuality {
    return this.#qualityWatch.quality;
  }
  get feeds(): ReadonlyMap<FeedId, RemoteFeed> {
    return this.#media.receive.feeds;
  }
  get localFeeds(): readonly LocalFeed[] {
    return this.#media.send.feeds;
  }

  on<E extends keyof RoomEvents>(event: E, listener: RoomEvents[E]): () => void {
    return this.#events.on(event, listener);
  }

  async publishCamera(options: PublishVideoOptions = {}): Promise<LocalFeed> {
    return this.#publishing.publish('camera', options);
  }

  async publishMicrophone(options: PublishAudioOptions = {}): Promise<LocalFeed> {
    return this.#publishing.publish('microphone', options);
  }

  async publishScreen(options: PublishScreenOptions = {}): Promise<LocalFeed> {
    return this.#publishing.share(options);
  }

  async unpublish(source: Source): Promise<void> {
    await this.#publishing.unpublish(source);
  }

  async switchDevice(source: 'camera' | 'microphone', deviceId: string): Promise<void> {
    await this.#media.send.switchDevice(source, deviceId);
  }

  async setMicrophone(on: boolean): Promise<void> {
    await this.#switches.set('microphone', on);
  }

  async setCamera(on: boolean): Promise<void> {
    await this.#switches.set('camera', on);
  }

  attach(feedId: FeedId, element: HTMLMediaElement): () => void {
    return this.#viewports.attach(feedId, element);
  }

  setQuality(feedId: FeedId | 'all', quality: Quality): void {
    this.#viewports.setQuality(feedId, quality);
  }

  audioLevel(participantId: ParticipantId): number {
    if (participantId === this.#state?.self.id) {
      return this.#levels.own(this.#media.send.get('microphone')?.track ?? null);
    }
    const feed = this.#media.receive.feeds.get(feedIdOf(participantId, 'microphone'));
    return feed === undefined ? 0 : this.#levels.received(feed);
  }

  qualityOf(participantId: ParticipantId): QualityLevel {
    return this.#known.qualities.of(participantId);
  }

  async setSpeaker(deviceId: string): Promise<void> {
    await this.#viewports.speaker.choose(deviceId);
  }

  async stats(): Promise<RoomStats> {
    const { receive, send, transports } = this.#media;
    const media = await this.#stats.read(transports, [...receive.feeds.values()], send.feeds);
    const stats = { ...media, nodeId: this.#connection.nodeId, edge: this.#route.figures };
    const { elapsedMs } = this.#firstFrame;
    return elapsedMs === undefined ? stats : { ...stats, firstFrameMs: elapsedMs };
  }

  async leave(): Promise<void> {
    // Camera and microphone go off before the server has answered.
    this.#media.send.close();
    this.#leaving ??= this.#connection.leave();
    await this.#leaving;
  }

  /** There is no room before the first join was answered, and nobody has this object before that. */
  get #known(): RoomState {
    if (this.#state === undefined) throw new TributaryError('not-joined');
    return this.#state;
  }

  #mediaSession(dropFrames: boolean): MediaSession {
    return new MediaSession({
      ask: this.ask,
      dropFrames,
      participantId: () => this.self.id,
      connected: () => this.#connection.mediaConnected(),
      shaky: () => void this.#connection.suspect(),
      lost: () => this.#connection.mediaLost(),
      received: {
        added: (feed) => {
          this.#events.emit('feedAdded', feed);
          this.#viewports.trackChanged(feed);
        },
        track: (feed) => {
          this.#viewports.trackChanged(feed);
          this.#events.emit('feedTrack', feed);
        },
        removed: (feed) => {
          this.#viewports.removed(feed);
          this.#events.emit('feedRemoved', feed);
        },
        frame: () => this.#firstFrame.seen(),
        failed: (reason) => this.#events.emit('trouble', new TributaryError('media-failed', String(reason))),
      },
      sent: {
        isOn: (source) => source === 'screen' || source === 'screen-audio' || this.#switches.isOn(source),
        changed: () => this.#events.emit('localFeeds', this.localFeeds),
        ended: (source) => this.#publishing.ended(source),
        failed: (source, error) => this.#publishing.failed(source, error),
      },
    });
  }

  #joined(reply: JoinReply, prepared: PreparedMedia, moving: boolean): void {
    const first = this.#state === undefined;
    const missed = this.#state?.returned(reply) ?? [];
    const qualities = this.#state?.qualities.replace(reply.quality) ?? [];
    this.#state ??= new RoomState(reply);
    if (first) this.#pictureAtJoin = reply.media.consumers.some(({ kind }) => kind === 'video');
    this.#switches.restart(this.#state.intent);
    this.#media.apply(reply, prepared, moving);
    // Even where the media is kept: what was told to a dying socket may not have arrived.
    this.#viewports.restart();
    if (first) return;
    this.#events.emit('room', this.view);
    this.#events.emit('self', this.self);
    if (reply.backstage) this.#events.emit('backstage', reply.backstage);
    this.#events.emit('viewers', this.viewerCount);
    this.#events.emit('speaker', this.speaker);
    for (const { participantId, level } of qualities)
      this.#events.emit('participantQuality', participantId, level);
    for (const message of missed) this.#events.emit('chat', message);
  }

  #connectionChanged(state: ConnectionState, error?: TributaryError): void {
    for (const watch of [this.#qualityWatch, this.#stallWatch]) {
      if (state === 'live') watch.start();
      else watch.stop();
    }
    if (state === 'ended' || state === 'error') {
      this.#viewports.close();
      this.#levels.close();
      this.#media.close();
    }
    this.#events.emit('state', state, error);
  }

  #firstFrameSeen(elapsedMs: number): void {
    this.#events.emit('firstFrame', elapsedMs);
    if (!this.#pictureAtJoin || elapsedMs > firstFrameCeilingMs) return;
    void this.ask('media.firstFrame', { elapsedMs }).catch(() => undefined);
  }
}
