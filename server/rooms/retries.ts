import { Alarm } from './alarm.ts';
import type { Clock } from './clock.ts';
import type { RoomPace } from './roomWire.ts';

export interface RetriesParts {
  clock: Clock;
  pace: RoomPace;
  /** From 0 to 1. */
  random: () => number;
}

/** Does something again after waits that grow, spread by chance, since many have lost the same at the same time. */
export class Retries {
  readonly #parts: RetriesParts;
  readonly #due: Alarm;
  #failures = 0;
  #stopped = false;

  constructor(parts: RetriesParts, work: () => void) {
    this.#parts = parts;
    this.#due = new Alarm(parts.clock, work);
  }

  again(): void {
    if (this.#stopped) return;
    const { clock, pace, random } = this.#parts;
    const waitMs = Math.min(pace.retryLastMs, pace.retryFirstMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#due.setTo(clock.now() + Math.ceil(waitMs * (0.5 + random() / 2)));
  }

  /** It is being tried. */
  wait(): void {
    this.#due.setTo(undefined);
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Resolves after twice the first wait. */
  pause(): Promise<void> {
    const { clock, pace } = this.#parts;
    return new Promise((resolve) => {
      clock.setTimer(resolve, pace.retryFirstMs * 2);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#due.setTo(undefined);
  }
}
