/** What is known of a link's round trip, all in ms. */
export interface LinkFigures {
  /** The latest. */
  rttMs: number;
  /** Smoothed over about eight samples. */
  smoothedRttMs: number;
  /** The least of the last four: one late answer does not raise it, a full queue on the way does. */
  standingRttMs: number;
  /** The least within the window: what the way takes when nothing is in it. */
  baseRttMs: number;
  /** How far samples are from the smoothed one, on average. */
  jitterMs: number;
}

interface Sample {
  atMs: number;
  rttMs: number;
}

/** How long a round trip counts as what the way can do; longer, and a change of route would be noticed too late. */
const baseWindowMs = 60_000;
const standingSamples = 4;
/** The weights of RFC 6298. */
const rttWeight = 1 / 8;
const jitterWeight = 1 / 4;

/** The round trip and the liveness of one connection. Knows no clock: every `nowMs` is of one that never goes back. */
export class LinkHealth {
  #heardAtMs: number;
  /** When the peer is dead, for whom something else speaks of that. */
  #doubtedUntilMs = Infinity;
  #figures: Omit<LinkFigures, 'baseRttMs' | 'standingRttMs'> | undefined;
  #latest: number[] = [];
  /** Rising in time and in round trip: a sample that is no less than a later one can never be the least again. */
  #least: Sample[] = [];

  constructor(nowMs: number) {
    this.#heardAtMs = nowMs;
  }

  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
    this.#doubtedUntilMs = Infinity;
  }

  /** Something else says that the peer may be gone: it has to be heard within this time. */
  doubt(nowMs: number, withinMs: number): void {
    this.#doubtedUntilMs = Math.min(this.#doubtedUntilMs, nowMs + withinMs);
  }

  measured(rttMs: number, nowMs: number): void {
    const before = this.#figures;
    this.#figures =
      before === undefined
        ? { rttMs, smoothedRttMs: rttMs, jitterMs: rttMs / 2 }
        : {
            rttMs,
            smoothedRttMs: before.smoothedRttMs + rttWeight * (rttMs - before.smoothedRttMs),
            jitterMs:
              before.jitterMs + jitterWeight * (Math.abs(rttMs - before.smoothedRttMs) - before.jitterMs),
          };
    this.#latest = [...this.#latest, rttMs].slice(-standingSamples);
    this.#least = this.#least.filter((sample) => sample.rttMs < rttMs && nowMs - sample.atMs <= baseWindowMs);
    this.#least.push({ atMs: nowMs, rttMs });
  }

  /** Undefined before the first round trip. */
  get figures(): LinkFigures | undefined {
    const [least] = this.#least;
    return (
      this.#figures &&
      least && { ...this.#figures, standingRttMs: Math.min(...this.#latest), baseRttMs: least.rttMs }
    );
  }

  /** When the peer is dead unless something is heard of him. */
  deadAtMs(deadAfterMs: number): number {
    return Math.min(this.#heardAtMs + deadAfterMs, this.#doubtedUntilMs);
  }
}
