import { batch, computed, effect, signal } from '@preact/signals';
import { connect, TributaryError } from '../../client/tributary.ts';
import type {
  BackstageView,
  ChatMessage,
  ConnectionQuality,
  ConnectOptions,
  LeaveReason,
  LocalFeed,
  ParticipantId,
  QualityLevel,
  ReactionKind,
  RemoteFeed,
  RoomView,
  SelfView,
  TributaryRoom,
} from '../../client/tributary.ts';
import { say } from './notices.ts';
import { OwnSwitches } from './ownSwitches.ts';
import { wantedRegion } from './regions.ts';

export type LiveState = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'ended' | 'error';

export interface Departure {
  reason: LeaveReason;
  durationMs?: number;
}

declare global {
  interface Window {
    /** For automation: the room of this page, once there is one. */
    tributary?: { room: TributaryRoom | null };
  }
}

/** One visit to a room as signals: the only place that listens to the SDK. */
export class Session {
  readonly state = signal<LiveState>('idle');
  readonly room = signal<TributaryRoom | null>(null);
  /** Why we are not live: with `error`, `reconnecting`, and where there is one `ended`. */
  readonly failure = signal<Error | null>(null);
  readonly departure = signal<Departure | null>(null);
  readonly view = signal<RoomView | null>(null);
  readonly self = signal<SelfView | null>(null);
  readonly backstage = signal<BackstageView | null>(null);
  readonly viewerCount = signal(0);
  readonly chat = signal<readonly ChatMessage[]>([]);
  readonly feeds = signal<readonly RemoteFeed[]>([]);
  readonly localFeeds = signal<readonly LocalFeed[]>([]);
  readonly speaker = signal<string | null>(null);
  readonly quality = signal<ConnectionQuality>({ level: 'good', sentence: '' });
  /** How the media of everybody on stage arrives; whoever is missing does well. */
  readonly qualities = signal<ReadonlyMap<ParticipantId, QualityLevel>>(new Map());
  readonly firstFrameMs = signal<number | null>(null);

  readonly onStage = computed(() => this.self.value?.onStage ?? false);
  readonly moderates = computed(() => this.self.value?.rights.includes('moderate') ?? false);
  /** Our own seat, or nothing while we are in the audience. */
  readonly seat = computed(() => this.view.value?.stage.find((member) => member.id === this.self.value?.id));

  readonly switches = new OwnSwitches(this);

  /** Told with every batch of reactions of the whole room. */
  onReactions: (counts: Partial<Record<ReactionKind, number>>) => void = () => undefined;

  #giveUp = new AbortController();
  #undo: (() => void)[] = [];

  #stopAnnouncing = effect(() => announceState(this.state.value, this.view.value, this.firstFrameMs.value));

  /** Joins the room; afterwards `state` tells how it went. */
  async join(options: Omit<ConnectOptions, 'signal'>): Promise<TributaryRoom | null> {
    this.#giveUp.abort();
    const giveUp = new AbortController();
    this.#giveUp = giveUp;
    const before = this.#detach();
    const region = wantedRegion();
    batch(() => {
      this.failure.value = null;
      this.departure.value = null;
      this.state.value = 'connecting';
    });
    try {
      const room = await connect({
        ...options,
        ...(region !== undefined && { region }),
        signal: giveUp.signal,
      });
      if (giveUp.signal.aborted) {
        await room.leave();
        return null;
      }
      this.#adopt(room);
      return room;
    } catch (problem) {
      if (!giveUp.signal.aborted) this.#fail(problem);
      return null;
    } finally {
      // Only now: the new connection took over what waits for this person, an invitation for example.
      void before?.leave();
    }
  }

  /** Runs a request; a refusal becomes a notice in words. True when it was done. */
  async attempt(request: Promise<unknown> | undefined): Promise<boolean> {
    try {
      await request;
      return request !== undefined;
    } catch (problem) {
      const cancelled = problem instanceof TributaryError && problem.code === 'screen-share-cancelled';
      if (!cancelled) say(problem instanceof Error ? problem.message : String(problem), 'bad');
      return false;
    }
  }

  /** Back to where nothing was joined yet. */
  async reset(): Promise<void> {
    this.#giveUp.abort();
    const room = this.#detach();
    batch(() => {
      this.view.value = null;
      this.firstFrameMs.value = null;
      this.state.value = 'idle';
    });
    await room?.leave();
  }

  /** Leaves the room for good. */
  async close(): Promise<void> {
    const left = this.reset();
    this.#stopAnnouncing();
    await left;
  }

  /** Stops listening; what was seen last stays to be shown. */
  #detach(): TributaryRoom | null {
    const room = this.room.peek();
    for (const undo of this.#undo.splice(0)) undo();
    this.room.value = null;
    return room;
  }

  #adopt(room: TributaryRoom): void {
    window.tributary = { room };
    batch(() => {
      this.room.value = room;
      this.view.value = room.view;
      this.self.value = room.self;
      this.backstage.value = room.backstage ?? null;
      this.viewerCount.value = room.viewerCount;
      this.chat.value = room.chatHistory;
      this.feeds.value = [...room.feeds.values()];
      this.localFeeds.value = [...room.localFeeds];
      this.speaker.value = room.speaker;
      this.quality.value = room.quality;
      this.qualities.value = new Map(room.view.stage.map(({ id }) => [id, room.qualityOf(id)]));
      this.#stateChanged(room.state);
    });
    const feedsChanged = () => {
      this.feeds.value = [...room.feeds.values()];
    };
    this.#undo.push(
      room.on('state', (state, error) => this.#stateChanged(state, error)),
      room.on('room', (view) => (this.view.value = view)),
      room.on('self', (self) => (this.self.value = self)),
      room.on('backstage', (backstage) => (this.backstage.value = backstage)),
      room.on('viewers', (count) => (this.viewerCount.value = count)),
      room.on('feedAdded', feedsChanged),
      room.on('feedTrack', feedsChanged),
      room.on('feedRemoved', feedsChanged),
      room.on('localFeeds', (feeds) => (this.localFeeds.value = [...feeds])),
      room.on('chat', () => (this.chat.value = room.chatHistory)),
      room.on('reactions', (counts) => this.onReactions(counts)),
      room.on('speaker', (id) => (this.speaker.value = id)),
      room.on('quality', (quality) => (this.quality.value = quality)),
      room.on('participantQuality', (id, level) => {
        this.qualities.value = new Map(this.qualities.value).set(id, level);
      }),
      room.on('left', (reason, durationMs) => this.#departed(reason, durationMs)),
      room.on('firstFrame', (elapsedMs) => (this.firstFrameMs.value = elapsedMs)),
      room.on('trouble', (error) => say(error.message, 'bad')),
    );
  }

  #stateChanged(state: LiveState, error?: Error): void {
    batch(() => {
      this.state.value = state;
      this.failure.value = error ?? null;
    });
  }

  #departed(reason: LeaveReason, durationMs?: number): void {
    if (reason === 'shutdown') return;
    this.departure.value = durationMs === undefined ? { reason } : { reason, durationMs };
    this.state.value = 'ended';
  }

  #fail(problem: unknown): void {
    const error = problem instanceof Error ? problem : new Error(String(problem));
    const ended = error instanceof TributaryError && error.code === 'room-ended';
    batch(() => {
      this.failure.value = error;
      if (ended) this.departure.value = { reason: 'ended' };
      this.state.value = ended ? 'ended' : 'error';
    });
  }
}

/** The contract with automation, see docs/automation.md. */
function announceState(state: LiveState, view: RoomView | null, firstFrameMs: number | null): void {
  const { dataset } = document.documentElement;
  dataset.liveState = state;
  if (view === null) delete dataset.roomStatus;
  else dataset.roomStatus = view.status;
  if (firstFrameMs === null) delete dataset.firstFrameMs;
  else dataset.firstFrameMs = String(Math.round(firstFrameMs));
}
