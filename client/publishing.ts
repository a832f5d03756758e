import type { Source } from '../protocol/sources.ts';
import { openScreen, release } from './devices.ts';
import type { SendMedia } from './sendMedia.ts';
import type { Toggle } from './sourceSwitches.ts';
import { TributaryError } from './tributaryError.ts';
import type { LocalFeed, PublishVideoOptions } from './types.ts';

export type PublishScreenOptions = PublishVideoOptions & { audioTrack?: MediaStreamTrack };

export interface PublishingParts {
  send: SendMedia;
  onStage(): boolean;
  turnOff(source: Toggle): Promise<void>;
  trouble(error: TributaryError): void;
}

/** What a person does with his sources, and what happens to them: shared screens end, cameras are unplugged. */
export class Publishing {
  readonly #parts: PublishingParts;
  #sharing: Promise<LocalFeed> | undefined;

  constructor(parts: PublishingParts) {
    this.#parts = parts;
  }

  async publish(source: Source, options: PublishVideoOptions): Promise<LocalFeed> {
    if (!this.#parts.onStage()) throw new TributaryError('not-on-stage');
    return this.#parts.send.publish(source, options);
  }

  /** Shares a screen; one picker at a time, however often the button is pressed. */
  async share(options: PublishScreenOptions): Promise<LocalFeed> {
    this.#sharing ??= this.#share(options).finally(() => (this.#sharing = undefined));
    return this.#sharing;
  }

  /** Stops a source; a screen takes its sound along. */
  async unpublish(source: Source): Promise<void> {
    const { send } = this.#parts;
    await Promise.all([
      send.unpublish(source),
      source === 'screen' ? send.unpublish('screen-audio') : undefined,
    ]);
  }

  /** A track of ours ended by itself. */
  ended(source: Source): void {
    if (source === 'screen' || source === 'screen-audio') return this.#stop(source);
    this.#parts.trouble(new TributaryError('no-device', source));
    this.#parts.turnOff(source).catch(() => undefined);
  }

  /** A source could not be published again after a reconnect. */
  failed(source: Source, error: TributaryError): void {
    this.#parts.trouble(error);
    this.#stop(source);
  }

  async #share({ audioTrack, track, ...options }: PublishScreenOptions): Promise<LocalFeed> {
    if (!this.#parts.onStage()) throw new TributaryError('not-on-stage');
    const { video, audio } = track ? { video: track, audio: audioTrack } : await openScreen(options);
    try {
      const feed = await this.publish('screen', { ...options, track: video });
      if (audio) await this.#shareSound(audio);
      return feed;
    } catch (error) {
      release(video);
      release(audio);
      this.#stop('screen');
      throw error;
    }
  }

  /** A screen is worth sharing without its sound, where the host keeps the sharer silent. */
  async #shareSound(track: MediaStreamTrack): Promise<void> {
    try {
      await this.publish('screen-audio', { track });
    } catch (error) {
      if (!(error instanceof TributaryError) || error.code !== 'muted-by-host') throw error;
      release(track);
      this.#parts.trouble(error);
    }
  }

  #stop(source: Source): void {
    this.unpublish(source).catch(() => undefined);
  }
}
