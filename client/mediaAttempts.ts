import { backoffMs } from './backoff.ts';

/** Media that was made anew this often, and never got through, will not: a firewall is in the way. */
const attemptsAtFirst = 3;

/** Counts the media sessions in a row that got nothing through, and says what to do about it. */
export class MediaAttempts {
  #failures = 0;
  #everConnected = false;

  connected(): void {
    this.#failures = 0;
    this.#everConnected = true;
  }

  /** After how long to make media anew; undefined when that is hopeless. A way that once was open may open again. */
  lost(random: number): number | undefined {
    this.#failures++;
    if (!this.#everConnected && this.#failures >= attemptsAtFirst) return undefined;
    return this.#failures === 1 ? 0 : backoffMs(this.#failures, random);
  }
}
