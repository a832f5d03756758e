import type { Clock } from '../rooms/clock.ts';

/** Several pieces of news in a row are one look. */
const hurryMs = 10;

/** Beats every `everyMs`, and at once when asked; one beat at a time. */
export class Heart<Outcome> {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #work: () => Promise<Outcome>;
  #running = false;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #hurried = false;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, everyMs: number, work: () => Promise<Outcome>) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#work = work;
  }

  start(): void {
    this.#running = true;
  }

  /** Resolves when the beat that was on its way is through. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel?.();
    await this.#last;
  }

  /** Beats now, or after the beat that is on its way. */
  beat(): Promise<Outcome> {
    this.#cancel?.();
    this.#waiting += 1;
    const outcome = this.#last.then(() => {
      this.#hurried = false;
      return this.#work();
    });
    this.#last = outcome
      .catch(() => undefined)
      .finally(() => {
        this.#waiting -= 1;
        if (this.#waiting === 0) this.#beatIn(this.#hurried ? hurryMs : this.#everyMs);
      });
    return outcome;
  }

  /** Beats very soon; does nothing where that is about to happen, or where the heart stands still. */
  hurry(): void {
    if (this.#hurried) return;
    this.#hurried = true;
    if (this.#waiting === 0) this.#beatIn(hurryMs);
  }

  /** Half the time between two beats. */
  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(resolve, this.#everyMs / 2);
    });
  }

  #beatIn(delayMs: number): void {
    this.#cancel?.();
    if (!this.#running) return;
    this.#cancel = this.#clock.setTimer(() => void this.beat(), delayMs);
  }
}
