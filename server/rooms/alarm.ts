import type { Clock } from './clock.ts';

/** One timer that is moved about: setting it anew replaces what it was set to. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #dueMs: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  get set(): boolean {
    return this.#cancel !== undefined;
  }

  /** When it rings; undefined where it is not set. */
  get dueMs(): number | undefined {
    return this.#dueMs;
  }

  /** Rings at `dueMs`, or not at all. Costs nothing where that is what it was set to already. */
  setTo(dueMs: number | undefined): void {
    if (dueMs === this.#dueMs) return;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#dueMs = dueMs;
    if (dueMs === undefined) return;
    this.#cancel = this.#clock.setTimer(
      () => {
        this.#cancel = undefined;
        this.#dueMs = undefined;
        this.#ring();
      },
      Math.max(0, dueMs - this.#clock.now()),
    );
  }
}
