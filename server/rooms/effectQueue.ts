import type { Effect } from './commands.ts';

/** Effects that wait to be performed: they keep their order even when performing one runs the next command. */
export class EffectQueue {
  readonly #perform: (effect: Effect) => void;
  readonly #waiting: Effect[] = [];
  #performing = false;

  constructor(perform: (effect: Effect) => void) {
    this.#perform = perform;
  }

  add(effects: readonly Effect[]): void {
    this.#waiting.push(...effects);
  }

  run(): void {
    if (this.#performing) return;
    this.#performing = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#perform(next);
      }
    } finally {
      this.#performing = false;
    }
  }

  clear(): void {
    this.#waiting.length = 0;
  }
}
