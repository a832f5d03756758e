import type { ReceivedFeed } from './receiveMedia.ts';
import { trackLevel } from './trackLevel.ts';

/** Packets older than this say nothing about now. */
const freshMs = 400;
/** A meter nobody has read for this long is taken down. */
const idleMs = 10_000;

/** Loudness of the voices in a room, read where it is at hand: from received packets, or from our own track. */
export class AudioLevels {
  #meter: { track: MediaStreamTrack; level(): number; close(): void } | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** Loudness of a received feed, as its last packets say. */
  received({ consumer }: ReceivedFeed): number {
    const [newest] = consumer?.rtpReceiver?.getSynchronizationSources() ?? [];
    if (newest?.audioLevel === undefined) return 0;
    return performance.timeOrigin + performance.now() - wallClockMs(newest.timestamp) < freshMs
      ? newest.audioLevel
      : 0;
  }

  /** Loudness of our own track. */
  own(track: MediaStreamTrack | null): number {
    if (track?.enabled !== true || track.readyState !== 'live') return 0;
    if (this.#meter?.track !== track) {
      this.close();
      this.#meter = { track, ...trackLevel(track) };
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), idleMs);
    return this.#meter.level();
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#meter?.close();
    this.#meter = undefined;
  }
}

/** Browsers disagree whether the time is since 1970 or since the page began. */
function wallClockMs(timestamp: number): number {
  return timestamp < performance.timeOrigin ? performance.timeOrigin + timestamp : timestamp;
}
