import type { types } from 'mediasoup-client';
import type { PictureSize } from '../protocol/clientMessages.ts';
import type { FeedId, ParticipantId } from '../protocol/identity.ts';
import type { Source } from '../protocol/sources.ts';
import type { FeedView, RoomView } from '../protocol/roomView.ts';
import { openDevice, release } from './devices.ts';
import { audioPlan, videoPlan } from './encodings.ts';
import type { SendPlan } from './encodings.ts';
import { feedIdOf, streamIdOf } from './feedNames.ts';
import { LocalSource } from './localSource.ts';
import { Serial } from './serial.ts';
import type { Ask } from './signalConnection.ts';
import { TributaryError } from './tributaryError.ts';
import type { LocalFeed, PublishVideoOptions } from './types.ts';

export interface SendParts {
  ask: Ask;
  participantId(): ParticipantId;
  /** The send transport, opened where there is none; waits while the room reconnects. */
  transport(): Promise<types.Transport>;
  codec(mimeType: string): types.RtpCodecCapability | undefined;
  /** Whether server and person want this source on now. */
  isOn(source: Source): boolean;
  changed(): void;
  /** A track ended by itself: unplugged, or the person stopped sharing. */
  ended(source: Source): void;
  /** A source could not be published again after a reconnect. */
  failed(source: Source, error: TributaryError): void;
}

/** What we publish: each source lives on when transports come and go, and is published again by itself. */
export class SendMedia {
  readonly #parts: SendParts;
  readonly #sources = new Map<Source, LocalSource>();
  readonly #serials = new Map<Source, Serial>();
  /** Devices chosen for sources that are not published. */
  readonly #chosen = new Map<Source, string>();
  #closed = false;

  constructor(parts: SendParts) {
    this.#parts = parts;
  }

  get feeds(): readonly LocalSource[] {
    return [...this.#sources.values()];
  }

  get(source: Source): LocalSource | undefined {
    return this.#sources.get(source);
  }

  /** Publishes a source; called again it changes the track or the device of the one there is. */
  publish(source: Source, options: PublishVideoOptions): Promise<LocalFeed> {
    return this.#alone(source, () => this.#publish(source, options));
  }

  /** Stops a source and lets its device go; nothing happens when there is none. */
  unpublish(source: Source): Promise<void> {
    return this.#alone(source, async () => {
      const local = this.#sources.get(source);
      if (local === undefined) return;
      this.#sources.delete(source);
      const wasSent = local.isSent;
      local.close();
      this.#parts.changed();
      if (!wasSent) return;
      await this.#parts.ask('media.closeFeed', { feedId: local.feedId }).catch((error: unknown) => {
        if (!(error instanceof TributaryError) || error.code !== 'no-such-feed') throw error;
      });
    });
  }

  /** Makes a source do what `isOn` says, and at once where that is off: nobody waits for silence. */
  follow(source: 'microphone' | 'camera'): void {
    const local = this.#sources.get(source);
    if (!local?.track) return;
    const on = this.#parts.isOn(source);
    if (source === 'microphone' || !on) local.track.enabled = on;
    if (source === 'microphone' || on) return;
    void this.#alone(source, async () => {
      if (this.#parts.isOn(source) || local.track === null) return;
      // A transport that is being replaced refuses; the source has let its camera go all the same.
      await local.setTrack(null).catch(() => undefined);
      this.#parts.changed();
    });
  }

  /** Gets a source that is off, or was never published, going. */
  async turnOn(source: 'microphone' | 'camera'): Promise<void> {
    const local = this.#sources.get(source);
    if (local?.liveTrack) {
      local.liveTrack.enabled = true;
      return;
    }
    const track = local?.lent;
    await this.publish(source, track ? { track } : {});
  }

  /** Changes the device of a source; one that is off comes on with it. */
  switchDevice(source: 'camera' | 'microphone', deviceId: string): Promise<void> {
    return this.#alone(source, async () => {
      const local = this.#sources.get(source);
      if (local?.liveTrack) await this.#publish(source, { deviceId });
      else if (local) local.choose(deviceId);
      else this.#chosen.set(source, deviceId);
    });
  }

  /** The transport is new: everything that still has a track is published again. */
  republish(): void {
    for (const local of this.feeds) void this.#alone(local.source, () => this.#publishAgain(local));
  }

  /** Another transport takes over: what is sent goes on by the one before until that closes. */
  handOver(): void {
    for (const local of this.feeds) local.handOver();
  }

  /** Whether the room lacks something that we think we send. */
  isMissing(view: RoomView): boolean {
    const feeds = this.#ownFeeds(view);
    return this.feeds.some((local) => local.isSent && !feeds.some(({ feedId }) => feedId === local.feedId));
  }

  /**
   * Ends what the room still has of ours and we do not: the word of its end was lost with the connection. After a move
   * that is also what is off now, and has nothing to send from the new node.
   */
  endForgotten(view: RoomView, moving = false): void {
    for (const { feedId, source } of this.#ownFeeds(view)) {
      void this.#alone(source, async () => {
        const local = this.#sources.get(source);
        if (local !== undefined && (!moving || local.liveTrack !== null)) return;
        await this.#parts.ask('media.closeFeed', { feedId }).catch(() => undefined);
      });
    }
  }

  keyframe(feedId: FeedId): void {
    void this.#byFeed(feedId)?.control?.keyframe();
  }

  layers(feedId: FeedId, maxSpatialLayer: number): void {
    void this.#byFeed(feedId)?.control?.maxLayer(maxSpatialLayer);
  }

  /** Off the stage: everything of ours ends. */
  clear(): void {
    if (this.#sources.size === 0) return;
    for (const local of this.feeds) local.close();
    this.#sources.clear();
    this.#parts.changed();
  }

  close(): void {
    this.#closed = true;
    this.clear();
  }

  async #publish(source: Source, options: PublishVideoOptions): Promise<LocalFeed> {
    const known = this.#sources.get(source);
    if (known && this.#isAsWanted(known, options)) return known;
    const chosen = this.#chosen.get(source);
    const { track: given, ...wanted } = {
      ...(chosen && { deviceId: chosen }),
      ...known?.options,
      ...options,
    };
    const track = given ?? (await this.#open(source, wanted));
    if (this.#closed) {
      release(track);
      throw new TributaryError('closed');
    }
    this.#chosen.delete(source);
    const local = known ?? this.#newSource(source);
    local.options = { ...wanted, ...deviceOf(track) };
    // The app's own track may have been turned off with the source.
    if (source === 'microphone' || source === 'camera') track.enabled = this.#parts.isOn(source);
    if (local.isSent) await local.setTrack(track);
    else await this.#start(local, track);
    if (source === 'camera' && !this.#parts.isOn(source)) await local.setTrack(null);
    this.#parts.changed();
    return local;
  }

  async #publishAgain(local: LocalSource): Promise<void> {
    const { liveTrack: track } = local;
    if (local.isSent || track === null || this.#sources.get(local.source) !== local) return;
    try {
      await this.#produce(local, track);
    } catch (error) {
      if (this.#sources.get(local.source) !== local || !(error instanceof TributaryError)) return;
      // Anything else than a lost connection, which brings the next attempt, is the end of it.
      if (error.code !== 'unreachable' && error.code !== 'media-unavailable')
        this.#parts.failed(local.source, error);
    }
  }

  async #start(local: LocalSource, track: MediaStreamTrack): Promise<void> {
    this.#sources.set(local.source, local);
    const before = local.track;
    local.hold(track);
    if (before !== track) release(before);
    try {
      await this.#produce(local, track);
    } catch (error) {
      if (this.#sources.get(local.source) === local) this.#sources.delete(local.source);
      local.close();
      this.#parts.changed();
      throw error;
    }
  }

  /** Sends a track; where the transport goes away meanwhile, by the next one. */
  async #produce(local: LocalSource, track: MediaStreamTrack): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const transport = await this.#parts.transport();
      try {
        const producer = await transport.produce(this.#producerOptions(local, track));
        if (this.#sources.get(local.source) !== local || this.#closed) {
          producer.close();
          throw new TributaryError('closed');
        }
        local.sentBy(producer);
        return;
      } catch (error) {
        if (this.#closed) throw new TributaryError('closed');
        const problem =
          error instanceof TributaryError ? error : new TributaryError('media-failed', String(error));
        const cut = problem.code === 'unreachable' || (transport.closed && problem.code === 'media-failed');
        if (!cut || attempt > 0) throw problem;
      }
    }
  }

  #producerOptions(local: LocalSource, track: MediaStreamTrack): types.ProducerOptions {
    const plan = planFor(local, track);
    const codec = plan.mimeType === undefined ? undefined : this.#parts.codec(plan.mimeType);
    if ('contentHint' in track && track.contentHint === '') track.contentHint = plan.contentHint;
    return {
      track,
      streamId: streamIdOf(this.#parts.participantId(), local.source),
      encodings: plan.encodings,
      codecOptions: plan.codecOptions,
      ...(codec && { codec }),
      // Tracks and what turns them on and off are ours, not the library's.
      stopTracks: false,
      disableTrackOnPause: false,
      appData: { source: local.source, picture: pictureOf(track) },
    };
  }

  async #open(source: Source, options: PublishVideoOptions): Promise<MediaStreamTrack> {
    if (source !== 'camera' && source !== 'microphone') throw new TributaryError('screen-share-cancelled');
    const before = this.#sources.get(source);
    try {
      return await openDevice(source, options.deviceId, options);
    } catch (error) {
      const busy = error instanceof TributaryError && error.code === 'device-busy';
      if (!busy || !before?.track) throw error;
      // Many phones open one camera at a time.
      release(before.track);
      return openDevice(source, options.deviceId, options).catch((again: unknown) => {
        this.#parts.ended(source);
        throw again;
      });
    }
  }

  /** Whether there is nothing to do: it is sent, or off and to stay so, and no other device is asked for. */
  #isAsWanted(known: LocalSource, { track, deviceId }: PublishVideoOptions): boolean {
    if (!known.isSent || (track !== undefined && track !== known.track)) return false;
    if (known.liveTrack === null) return !this.#parts.isOn(known.source);
    return deviceId === undefined || deviceId === known.liveTrack.getSettings().deviceId;
  }

  #ownFeeds(view: RoomView): readonly FeedView[] {
    return view.stage.find(({ id }) => id === this.#parts.participantId())?.feeds ?? [];
  }

  #newSource(source: Source): LocalSource {
    const feedId = feedIdOf(this.#parts.participantId(), source);
    return new LocalSource(feedId, source, (ended) => this.#parts.ended(ended));
  }

  #byFeed(feedId: FeedId): LocalSource | undefined {
    return this.feeds.find((local) => local.feedId === feedId);
  }

  #alone<T>(source: Source, task: () => Promise<T>): Promise<T> {
    const serial = this.#serials.get(source) ?? new Serial();
    this.#serials.set(source, serial);
    return serial.run(task);
  }
}

/** The device a track comes from, so that the same one is opened again. */
function deviceOf(track: MediaStreamTrack): { deviceId?: string } {
  const { deviceId } = track.getSettings();
  return deviceId === undefined || deviceId === '' ? {} : { deviceId };
}

/** What the track captures, where the browser says so. */
function pictureOf(track: MediaStreamTrack): PictureSize | undefined {
  const { width = 0, height = 0 } = track.getSettings();
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function planFor({ source, options }: LocalSource, track: MediaStreamTrack): SendPlan {
  if (track.kind === 'audio') return audioPlan(source);
  const { width = options.width ?? 1280, height = options.height ?? 720 } = track.getSettings();
  return videoPlan(source, { width, height }, options.codec);
}
