/** A keyframe that has not come after this time is asked for again: longer than the way to the origin and its pacing take. */
const defaultRetryMs = 700;
/** A feed whose keyframes do not come has another trouble; what waits is given up, and the next request begins anew. */
const defaultGiveUpMs = 5000;

/**
 * Keyframe requests for one feed at one hop of the cascade. Whoever asks needs a keyframe that passes this hop from now
 * on, so all who ask share one request upstream, and the keyframe that answers it serves them all. How often the
 * publisher is asked is not decided here: `media/keyframePacing.ts` does that at the origin, where all requests meet.
 */
export class KeyframeRelay {
  readonly #retryMs: number;
  readonly #giveUpMs: number;
  /** When the last of those who wait asked. */
  #wantedAtMs: number | undefined;
  /** When the request under way was sent. */
  #askedAtMs: number | undefined;

  constructor(retryMs = defaultRetryMs, giveUpMs = defaultGiveUpMs) {
    this.#retryMs = retryMs;
    this.#giveUpMs = giveUpMs;
  }

  get waiting(): boolean {
    return this.#wantedAtMs !== undefined;
  }

  /** A node below, or a viewer here, needs a keyframe. */
  request(nowMs: number): void {
    this.#wantedAtMs = nowMs;
  }

  /** A keyframe begins to pass, with its first layer; it serves all who asked before. */
  keyframe(): void {
    this.#wantedAtMs = undefined;
    this.#askedAtMs = undefined;
  }

  /** The feed comes from another upstream now, which knows of no request. */
  reparented(): void {
    this.#askedAtMs = undefined;
  }

  /** Whether to ask upstream now, and when to look again. Asking is taken for done. */
  next(nowMs: number): { ask: boolean; wakeAtMs?: number } {
    if (this.#wantedAtMs === undefined) return { ask: false };
    if (nowMs - this.#wantedAtMs >= this.#giveUpMs) {
      this.keyframe();
      return { ask: false };
    }
    if (this.#askedAtMs !== undefined && nowMs - this.#askedAtMs < this.#retryMs) {
      return { ask: false, wakeAtMs: this.#askedAtMs + this.#retryMs };
    }
    this.#askedAtMs = nowMs;
    return { ask: true, wakeAtMs: nowMs + this.#retryMs };
  }
}
