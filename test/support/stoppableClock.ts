import { systemClock } from '../../server/rooms/clock.ts';
import type { Clock } from '../../server/rooms/clock.ts';

/** Real time, whose timers a test can hold back: what they drive stands still, as in a process that hangs. */
export class StoppableClock implements Clock {
  #stopped = false;
  readonly #held = new Set<() => void>();

  now(): number {
    return systemClock.now();
  }

  setTimer(task: () => void, delayMs: number): () => void {
    const run = (): void => {
      if (this.#stopped) this.#held.add(run);
      else task();
    };
    const cancel = systemClock.setTimer(run, delayMs);
    return () => {
      cancel();
      this.#held.delete(run);
    };
  }

  stop(): void {
    this.#stopped = true;
  }

  go(): void {
    this.#stopped = false;
    const held = [...this.#held];
    this.#held.clear();
    for (const run of held) run();
  }
}
