import type { types } from 'mediasoup-client';
import type { FeedId } from '../protocol/identity.ts';
import { kindOf } from '../protocol/sources.ts';
import type { MediaKind, Source } from '../protocol/sources.ts';
import { isOurs, release } from './devices.ts';
import { SenderControl } from './senderControl.ts';
import type { LocalFeed, PublishVideoOptions } from './types.ts';

/** One of our own sources: its track, and the producer it is sent by while there is one. */
export class LocalSource implements LocalFeed {
  readonly source: Source;
  readonly kind: MediaKind;
  readonly feedId: FeedId;
  /** How it was asked for; a device is opened like this again. */
  options: Omit<PublishVideoOptions, 'track'> = {};
  producer: types.Producer | undefined;
  control: SenderControl | undefined;
  readonly #ended: (source: Source) => void;
  #track: MediaStreamTrack | null = null;
  /** The app's own track, kept while the source is off: we cannot open it again. */
  #lent: MediaStreamTrack | undefined;

  constructor(feedId: FeedId, source: Source, ended: (source: Source) => void) {
    this.feedId = feedId;
    this.source = source;
    this.kind = kindOf(source);
    this.#ended = ended;
  }

  get track(): MediaStreamTrack | null {
    return this.#track;
  }

  /** The track there is something to hear or see of: one whose device was unplugged is as good as none. */
  get liveTrack(): MediaStreamTrack | null {
    return this.#track?.readyState === 'live' ? this.#track : null;
  }

  /** The track to go on with when the source is turned on; undefined when a device has to be opened. */
  get lent(): MediaStreamTrack | undefined {
    return this.#lent?.readyState === 'live' ? this.#lent : undefined;
  }

  get isSent(): boolean {
    return this.producer?.closed === false;
  }

  /** Opens this device from now on. */
  choose(deviceId: string): void {
    this.options.deviceId = deviceId;
    this.#lent = undefined;
  }

  /** Takes another track, or none; the one before is let go. */
  async setTrack(track: MediaStreamTrack | null): Promise<void> {
    const before = this.#track;
    this.hold(track);
    // Off means off at once: the camera's light goes out before anything else.
    if (track === null) release(before);
    try {
      if (this.isSent) await this.producer?.replaceTrack({ track });
    } catch (error) {
      // A transport that went away meanwhile is followed by one that takes the track we hold.
      if (this.isSent) throw error;
    } finally {
      if (before !== track) release(before);
    }
  }

  /** Takes a track that is not sent yet. */
  hold(track: MediaStreamTrack | null): void {
    this.#track?.removeEventListener('ended', this.#onEnded);
    this.#track = track;
    if (track === null) return;
    track.addEventListener('ended', this.#onEnded);
    this.#lent = isOurs(track) ? undefined : track;
  }

  sentBy(producer: types.Producer): void {
    this.producer = producer;
    this.control = producer.rtpSender && new SenderControl(producer.rtpSender);
  }

  /** Is sent by the producer it has until that one's transport closes, and to be sent by another one now. */
  handOver(): void {
    this.producer = undefined;
    this.control = undefined;
  }

  /** Stops sending and lets the device go. */
  close(): void {
    this.producer?.close();
    const track = this.#track;
    this.hold(null);
    release(track);
  }

  readonly #onEnded = (): void => {
    this.#ended(this.source);
  };
}
