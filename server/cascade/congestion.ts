/** What was seen of a link since the sample before: packets lost (0 to 1), and the round trip. */
export interface LinkSample {
  lossRatio: number;
  rttMs: number;
}

/**
 * Signs of congestion. Loss between `calm` and `congested` is what a long link has of itself, and says nothing. The
 * round trip counts as risen against the least of the last minutes: a full queue on the way shows there before it loses.
 */
const loss = { calm: 0.01, congested: 0.04, severe: 0.15 } as const;
const rise = { calmMs: 20, congestedMs: 50, shareOfBase: 0.25 } as const;
const baseWindowMs = 60_000;

/** One burst of loss is no congestion. */
const shedAfterMs = 1000;
/** A change shows its effect after the samples that were under way, so none follows another at once. */
const settleMs = 2000;
/** Calm before a layer is tried again. A try that fails doubles it, one that lasts brings it back. */
const recoverMs = { least: 6000, most: 120_000 } as const;
/** A layer that was shed again within this time was tried too early. */
const trialMs = 15_000;

/**
 * Which layers one link bears: the top one is shed while the link is congested, then the next, and they come back one by
 * one when it has been calm for a while. The lowest always stays. All times are on one clock of the caller's.
 */
export class LinkCongestion {
  readonly #top: number;
  #ceiling: number;
  #congestedSinceMs: number | undefined;
  #calmSinceMs: number | undefined;
  #changedAtMs = -Infinity;
  #raisedAtMs = -Infinity;
  #recoverAfterMs: number = recoverMs.least;
  /** The least round trip of the present window and of the one before. */
  #leastRttMs = Infinity;
  #leastBeforeMs = Infinity;
  #windowFromMs = -Infinity;

  constructor(topLayer: number) {
    this.#top = topLayer;
    this.#ceiling = topLayer;
  }

  /** The highest layer to send. */
  get ceiling(): number {
    return this.#ceiling;
  }

  /** Takes in a sample, some of them a second; answers the ceiling. */
  sample(seen: LinkSample, nowMs: number): number {
    const riseMs = this.#riseMs(seen.rttMs, nowMs);
    const congestedMs = Math.max(rise.congestedMs, rise.shareOfBase * (seen.rttMs - riseMs));
    const isCongested = seen.lossRatio >= loss.congested || riseMs >= congestedMs;
    const isCalm = seen.lossRatio <= loss.calm && riseMs <= rise.calmMs;
    this.#congestedSinceMs = isCongested ? (this.#congestedSinceMs ?? nowMs) : undefined;
    this.#calmSinceMs = isCalm ? (this.#calmSinceMs ?? nowMs) : undefined;
    if (nowMs - this.#changedAtMs < settleMs) return this.#ceiling;
    const isLasting = this.#congestedSinceMs !== undefined && nowMs - this.#congestedSinceMs >= shedAfterMs;
    if (isLasting || seen.lossRatio >= loss.severe) this.#shed(nowMs);
    else if (this.#calmSinceMs !== undefined) this.#recover(this.#calmSinceMs, nowMs);
    return this.#ceiling;
  }

  #shed(nowMs: number): void {
    if (this.#ceiling === 0) return;
    if (nowMs - this.#raisedAtMs < trialMs) {
      this.#recoverAfterMs = Math.min(2 * this.#recoverAfterMs, recoverMs.most);
    }
    this.#change(this.#ceiling - 1, nowMs);
  }

  #recover(calmSinceMs: number, nowMs: number): void {
    if (this.#ceiling === this.#top) {
      if (nowMs - this.#changedAtMs >= trialMs) this.#recoverAfterMs = recoverMs.least;
      return;
    }
    if (nowMs - Math.max(calmSinceMs, this.#changedAtMs) < this.#recoverAfterMs) return;
    this.#change(this.#ceiling + 1, nowMs);
    this.#raisedAtMs = nowMs;
  }

  #change(ceiling: number, nowMs: number): void {
    this.#ceiling = ceiling;
    this.#changedAtMs = nowMs;
  }

  #riseMs(rttMs: number, nowMs: number): number {
    if (nowMs - this.#windowFromMs >= baseWindowMs) {
      this.#leastBeforeMs = this.#leastRttMs;
      this.#leastRttMs = Infinity;
      this.#windowFromMs = nowMs;
    }
    this.#leastRttMs = Math.min(this.#leastRttMs, rttMs);
    return rttMs - Math.min(this.#leastRttMs, this.#leastBeforeMs);
  }
}
